/** When something on disk was last touched: equal stamps mean equal bytes, and equal names in a folder. */
import { lstatSync, type Stats } from 'node:fs';

/** Stands for something too young to be trusted: it never equals anything, so it is read again. */
export const UNSETTLED = '';

/** Stands for nothing at all, which stays the same until something is there. */
export const ABSENT = 'absent';

/** A file system's clock moves in steps; two changes within one leave the same time behind. */
const STEP_MS = 50;
/** Some file systems count whole seconds, or pairs of them. */
const COARSE_STEP_MS = 2_500;

/** The stamp of a file, a folder or a link itself. The change time is used because no program can set it. */
export function readStamp(path: string, nowMs: number): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? ABSENT : stampOf(stat, nowMs);
}

/**
 * Git's rule for its index: what changed in the very moment of looking may change once more without a new time, so
 * only what has been at rest for a while gets a stamp.
 */
function stampOf({ ctimeMs, size, ino }: Stats, nowMs: number): string {
  const step = ctimeMs % 1000 === 0 ? COARSE_STEP_MS : STEP_MS;
  return nowMs - ctimeMs < step ? UNSETTLED : `${ctimeMs}:${size}:${ino}`;
}

export const isSameStamp = (before: string | undefined, now: string): boolean => before === now && now !== UNSETTLED;
