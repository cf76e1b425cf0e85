/** The errors that Node gives for a disk, or a person's share of it, without room. */

const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

export const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && CODES.includes(error.code);

/** For `catch` where a full disk costs speed only, and is left to another time; everything else is thrown on. */
export function passFullDisk(error: unknown): void {
  if (!isFullDisk(error)) throw error;
}
