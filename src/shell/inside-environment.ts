/** The environment of a command: built from nothing, so that what the caller's environment holds can't be in it. */
import { join } from 'node:path';

/** HOME inside a sandbox: empty, in memory, gone after the command. */
export const INSIDE_HOME = '/tmp/home';

const INSIDE_CACHE = '/tmp/cache';

/** For every kind of confinement. Nothing may wait for a person: no pager, no prompt, no colours for a terminal. */
export function plainEnvironment(path: readonly string[], home: string): Record<string, string> {
  return {
    PATH: path.join(':'),
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Its caches would lie beside the sources, and not every repository ignores them.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** Inside a sandbox: system settings of git and npm are not read, and caches go to memory. */
export function sandboxEnvironment(path: readonly string[]): Record<string, string> {
  return {
    ...plainEnvironment(path, INSIDE_HOME),
    SHELL: '/bin/bash',
    TMPDIR: '/tmp',
    GIT_CONFIG_NOSYSTEM: '1',
    XDG_CACHE_HOME: INSIDE_CACHE,
    PIP_CACHE_DIR: join(INSIDE_CACHE, 'pip'),
    npm_config_cache: join(INSIDE_CACHE, 'npm'),
    npm_config_update_notifier: 'false',
    COREPACK_HOME: join(INSIDE_HOME, '.cache/node/corepack'),
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  };
}
