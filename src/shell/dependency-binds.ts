/** Finds the dependency folders of a checkout, and says by its lock files whether what is installed still fits. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isInside } from './hidden-paths.ts';
import type { DependencyBind } from './sandbox.ts';

/** Each of them alone decides what an installer installs. */
const LOCK_FILES = [
  'Cargo.lock',
  'Gemfile.lock',
  'Pipfile.lock',
  'bun.lock',
  'bun.lockb',
  'composer.lock',
  'go.sum',
  'npm-shrinkwrap.json',
  'package-lock.json',
  'pdm.lock',
  'pnpm-lock.yaml',
  'poetry.lock',
  'requirements.txt',
  'uv.lock',
  'yarn.lock',
];

/** Files that say which dependencies are installed. */
export const isLockFile = (path: string): boolean => LOCK_FILES.includes(path.split('/').at(-1) ?? '');

/** True for relative paths whose parts are names with at most one `*` each, such as `packages/*` with `/node_modules` after it. */
export function isDependencyPattern(pattern: string): boolean {
  const parts = pattern.split('/');
  return parts.every(part => !['', '.', '..', '.git'].includes(part) && /^[^*\\\0]*\*?[^*\\\0]*$/.test(part));
}

/**
 * The folders that exist, sorted by path. A pattern that is none, a link that leads out of the checkout and anything that
 * is not a folder are left out.
 */
export async function findDependencyBinds(checkout: string, patterns: readonly string[]): Promise<DependencyBind[]> {
  const root = await realpath(checkout);
  const found = await Promise.all(
    patterns.filter(isDependencyPattern).map(pattern => expand(root, pattern.split('/'))),
  );
  const paths = [...new Set(found.flat())].sort();
  const binds = await Promise.all(paths.map(at => bindOf(checkout, root, at)));
  return binds.flat();
}

async function expand(root: string, parts: readonly string[]): Promise<string[]> {
  let paths = [''];
  for (const part of parts) {
    const next = await Promise.all(paths.map(path => children(root, path, part)));
    paths = next.flat();
  }
  return paths;
}

async function children(root: string, path: string, part: string): Promise<string[]> {
  if (!part.includes('*')) return [join(path, part)];
  const [start = '', end = ''] = part.split('*');
  const isMatch = (name: string) =>
    name.length >= start.length + end.length &&
    name.startsWith(start) &&
    name.endsWith(end) &&
    (start !== '' || !name.startsWith('.'));
  const entries: Dirent[] = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isDirectory() && isMatch(entry.name)).map(entry => join(path, entry.name));
}

async function bindOf(checkout: string, root: string, at: string): Promise<DependencyBind[]> {
  const path = join(root, at);
  const real = await realpath(path).catch(() => null);
  if (real === null || real === root || !isInside(real, root) || isInside(real, join(root, '.git'))) return [];
  if (!(await stat(real)).isDirectory()) return [];
  // Its own path, as the checkout was named: programs in it know themselves by that.
  return [{ source: real === path ? join(checkout, at) : real, at }];
}

/** Where lock files are looked for: the root, and beside every dependency folder. */
export const lockFolders = (binds: readonly DependencyBind[]): string[] => [
  '',
  ...binds.map(({ at }) => dirname(at)).map(folder => (folder === '.' ? '' : folder)),
];

/**
 * A hash over the lock files, by name and content: the same before and after means that what is installed still fits.
 * `folders` are the places to look in, relative to the root; the root itself is `''`.
 */
export function lockFingerprint(read: (path: string) => Uint8Array | null, folders: readonly string[] = ['']): string {
  const hash = createHash('sha256');
  for (const path of [...new Set(folders)].sort().flatMap(folder => LOCK_FILES.map(name => join(folder, name)))) {
    const content = read(path);
    if (content !== null) hash.update(`${path}\0${createHash('sha256').update(content).digest('hex')}\n`);
  }
  return hash.digest('hex');
}
