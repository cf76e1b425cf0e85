/** How one dependency folder is shown: never so that a write reaches the user's copy, yet so that tools can keep caches in it. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DependencyBind, WORKSPACE } from './sandbox.ts';

/** Where JavaScript tools write inside `node_modules`. */
const CACHES = ['.cache', '.vite', '.vite-temp', '.vitest-cache'];

/** Mounting each package by itself costs about a tenth of a millisecond each, growing with their number. */
const MOST_PACKAGES = 600;

/**
 * bwrap arguments. With an overlay (bubblewrap 0.11) writes go to memory. Without one the folder is read-only with its
 * existing caches emptied and writable; `target` is left out, because a build folder that can't be written is worse
 * than none.
 */
export function mountDependency(bind: DependencyBind, hasOverlay: boolean): string[] {
  const place = join(WORKSPACE, bind.at);
  if (hasOverlay) return ['--overlay-src', bind.source, '--tmp-overlay', place];
  if (basename(bind.at) === 'target') return [];
  if (basename(bind.at) !== 'node_modules') return ['--ro-bind', bind.source, place];
  return mountPackages(bind.source, place);
}

/**
 * Vite stops with "read-only file system" if it can't make its `.vite-temp`, which a fresh install lacks; nothing may be
 * made in the user's folder, so there the folder itself is memory and only the packages in it are the user's.
 */
function mountPackages(source: string, place: string): string[] {
  const packages = readdirSync(source, { withFileTypes: true });
  const lacksCache = existsSync(join(source, 'vite')) && !existsSync(join(source, '.vite-temp'));
  if (!lacksCache || packages.length > MOST_PACKAGES) {
    const caches = CACHES.filter(name => packages.some(entry => entry.name === name && entry.isDirectory()));
    return ['--ro-bind', source, place, ...caches.flatMap(name => ['--tmpfs', join(place, name)])];
  }
  const visible = packages.filter(entry => !CACHES.includes(entry.name));
  return [
    ...['--tmpfs', place],
    ...visible.flatMap(entry => {
      const [from, to] = [join(source, entry.name), join(place, entry.name)];
      return entry.isSymbolicLink() ? ['--symlink', readlinkSync(from), to] : ['--ro-bind', from, to];
    }),
  ];
}
