/** The confinement as bwrap arguments: what is shown, what may be written, and nothing else. Later mounts win. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mountDependency } from './dependency-mounts.ts';
import { isInside } from './hidden-paths.ts';
import { INSIDE_HOME } from './inside-environment.ts';
import { type DependencyBind, type SandboxedCommand, WORKSPACE } from './sandbox.ts';
import type { SystemFolders } from './system-folders.ts';
import type { Toolchains } from './toolchains.ts';
import { HOME_PARTS } from './version-managers.ts';

/** What this bwrap on this machine can do; probed, not assumed. */
export interface Features {
  /** Nested user namespaces can be forbidden (0.8, not in a setuid installation). */
  noUserNamespaces: boolean;
  /** Writes to a folder can be kept in memory (0.11). */
  overlay: boolean;
}

export interface Machine {
  system: SystemFolders;
  toolchains: Toolchains;
  features: Features;
  /** The user's HOME, of which only tool folders are shown. */
  home: string;
}

/**
 * The part that is the same for every command. `/proc` is read-only because root inside is root to the kernel's settings:
 * writing `/proc/sys/kernel/core_pattern` would run a program outside.
 */
export function baseProfile({ system, toolchains, features, home }: Machine): string[] {
  return [
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--hostname', 'kleiber'],
    ...(features.noUserNamespaces ? ['--disable-userns'] : []),
    ...system.arguments,
    ...[
      '--proc',
      '/proc',
      '--remount-ro',
      '/proc',
      '--dev',
      '/dev',
      '--tmpfs',
      '/tmp',
      '--tmpfs',
      '/run',
      '--tmpfs',
      '/var/tmp',
    ],
    ...['--dir', INSIDE_HOME],
    ...HOME_PARTS.filter(part => existsSync(join(home, part))).flatMap(part => [
      '--ro-bind-try',
      join(home, part),
      join(INSIDE_HOME, part),
    ]),
    ...toolchains.paths.flatMap(path => ['--ro-bind', path, path]),
    ...toolchains.links.flatMap(([where, to]) => ['--symlink', to, where]),
  ];
}

/** The worktree with its git link protected, history to read, dependencies, and the end of the profile. */
export function worktreeProfile(command: SandboxedCommand, binds: readonly DependencyBind[], features: Features) {
  const gitLink = join(command.worktree, '.git');
  return [
    ...(command.gitDir === undefined ? [] : showHistory(command.gitDir)),
    ...[command.writable ? '--bind' : '--ro-bind', command.worktree, WORKSPACE],
    ...(existsSync(gitLink) ? ['--ro-bind', gitLink, join(WORKSPACE, '.git')] : []),
    ...binds.flatMap(bind => mountDependency(bind, features.overlay)),
  ];
}

/** The git directory and where it borrows objects from; kleiber's own state beside them stays outside. */
function showHistory(gitDir: string): string[] {
  const state = join(gitDir, 'kleiber');
  const objects = borrowedObjects(gitDir).flatMap(path => ['--ro-bind-try', path, path]);
  return [...objects, '--ro-bind', gitDir, gitDir, ...(existsSync(state) ? ['--tmpfs', state] : [])];
}

function borrowedObjects(gitDir: string): string[] {
  const list = join(gitDir, 'objects/info/alternates');
  if (!existsSync(list)) return [];
  const lines = readFileSync(list, 'utf8').split('\n');
  return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => resolve(gitDir, 'objects', line));
}

/** More entries than this at the top of a worktree are not a project but an attempt to drown the sandbox in links. */
const MOST_LINKS = 1000;

/**
 * Installed programs name the checkout that they were installed in (the first line of `.venv/bin/pytest`, an editable
 * install, pnpm's shims), so the checkout's path leads to the worktree: a link for each entry at its top.
 */
export function checkoutLinks(command: SandboxedCommand, binds: readonly DependencyBind[], machine: Machine): string[] {
  const roots = [...new Set(binds.flatMap(bind => checkoutOf(bind, machine)))];
  if (roots.length === 0) return [];
  const names = readdirSync(command.worktree).filter(name => name !== '.git');
  const taken = [...placesOf(machine.toolchains), ...(command.gitDir === undefined ? [] : [command.gitDir])];
  return roots
    .flatMap(root => names.slice(0, MOST_LINKS).map(name => [join(WORKSPACE, name), join(root, name)] as const))
    .filter(([, where]) => !taken.some(path => isInside(path, where) || isInside(where, path)))
    .flatMap(([to, where]) => ['--symlink', to, where]);
}

const placesOf = ({ paths, links }: Toolchains): string[] => [...paths, ...links.map(([where]) => where)];

/** The checkout that a bind comes from, if it lies there at the same relative path and links can be made at that place. */
export function checkoutOf({ source, at }: DependencyBind, { home, system }: Machine): string[] {
  const root = source.slice(0, -at.length - 1);
  const isFree = root !== '' && !isInside(home, root) && !system.has(root);
  return source === `${root}/${at}` && isFree ? [root] : [];
}
