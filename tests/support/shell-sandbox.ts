/** A sandbox for tests, and whether this machine has one at all. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSandbox } from '../../src/shell/bubblewrap.ts';
import type { CommandOutcome, Sandbox } from '../../src/shell/sandbox.ts';
import { realClock } from './shell-clock.ts';

export const pathEntries = (process.env.PATH ?? '').split(':');

export const bwrapPath =
  pathEntries.map(entry => join(entry, 'bwrap')).find(path => existsSync(path)) ?? '/usr/bin/bwrap';

/** Why tests that need a sandbox are skipped here, or null; `KLEIBER_REQUIRE_SANDBOX=1` makes them fail instead. */
export const whySkipped: string | null = skipReason();

function skipReason(): string | null {
  if (process.env.KLEIBER_REQUIRE_SANDBOX === '1') return null;
  if (!existsSync(bwrapPath)) return 'bubblewrap is not installed';
  const probe = spawnSync(bwrapPath, ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true'], {
    encoding: 'utf8',
  });
  return probe.status === 0 ? null : `bubblewrap does not work here: ${probe.stderr.trim()}`;
}

export async function testSandbox(
  home: string,
  repositoryRoots: string[] = [],
  hidden: string[] = [],
): Promise<Sandbox> {
  const environment = process.env;
  const options = { bwrapPath, home, pathEntries, environment, repositoryRoots, hidden, clock: realClock };
  const opened = await openSandbox(options);
  if (!opened.ok) throw new Error(`no sandbox: ${opened.failure.reason} ${opened.failure.detail}`);
  return opened.value;
}

/** An outcome without its duration, which differs each time. */
export function timeless({ kind, exitCode, output }: CommandOutcome) {
  return { kind, exitCode, output };
}

export const exited = (output: string, exitCode = 0) => ({ kind: 'exited', exitCode, output });

/** True once nobody holds the lock on `path` any more: whoever held it is dead. Waits at most three seconds. */
export const isReleased = (path: string): boolean => spawnSync('flock', ['-w', '3', path, 'true']).status === 0;

/** True while somebody holds it. */
export const isHeld = (path: string): boolean => spawnSync('flock', ['-n', path, 'true']).status !== 0;
