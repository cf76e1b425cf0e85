/** Whether git failed for want of room on a disk, which it does not always say. */
import { statfsSync } from 'node:fs';

/** Git cleans up after itself, so a disk on which it found no room has a little of it again. */
const NO_ROOM_BYTES = 256 * 1024;

function hasNoRoom(folder: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder);
    return bavail * bsize < NO_ROOM_BYTES || (files > 0 && ffree === 0);
  } catch {
    return false; // it is gone, and that is another failure
  }
}

/** The line with which git gave up because a disk is full, or null. `folders` are those that it writes into. */
export function fullDiskLine(stderr: string, folders: readonly string[]): string | null {
  const named = /^.*(?:No space left on device|Disk quota exceeded)$/m.exec(stderr)?.[0];
  if (named !== undefined) return named;
  const first = stderr.trim().split('\n')[0] ?? '';
  return first !== '' && folders.some(hasNoRoom) ? first : null;
}
