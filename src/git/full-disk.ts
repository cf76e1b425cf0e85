/** Whether git failed for want of room on a disk, which it does not always say. */
import { type StatsFs, statfsSync } from 'node:fs';
import { reasonLine } from './git.ts';

/** Git cleans up after itself, so a disk on which it found no room has a little of it again. */
export const NO_ROOM_BYTES = 256 * 1024;

export type DiskFacts = Pick<StatsFs, 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree'>;

/** What may still be written below a folder; null where that cannot be told, as some file systems do not count. */
export function freeBytes(folder: string, factsOf: (folder: string) => DiskFacts = statfsSync): number | null {
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = factsOf(folder);
    if (blocks === 0) return null;
    // What is held back from others is there for root.
    return files > 0 && ffree === 0 ? 0 : bsize * (process.getuid?.() === 0 ? bfree : bavail);
  } catch {
    return null; // it is gone, and that is another failure
  }
}

/** Named at the end of a line of git's own; a line that begins with a tab is the name of a file. */
const NAMED = /^(?!\t).*: (?:No space left on device|Disk quota exceeded)$/m;

/** The line with which git gave up because a disk is full, or null. `folders` are those that it writes into. */
export function fullDiskLine(
  stderr: string,
  folders: readonly string[],
  factsOf?: (folder: string) => DiskFacts,
): string | null {
  const named = NAMED.exec(stderr)?.[0];
  if (named !== undefined) return named;
  if (stderr.trim() === '' || stderr.includes('Read-only file system')) return null;
  const isFull = folders.some(folder => (freeBytes(folder, factsOf) ?? NO_ROOM_BYTES) < NO_ROOM_BYTES);
  return isFull ? reasonLine(stderr) : null;
}

/** In the form of Node's own error, so that it ends the run in the same words. */
export const diskFull = (what: string): Error => Object.assign(new Error(what), { code: 'ENOSPC', syscall: 'git' });
