/**
 * Which git processes still work in a worktree, told by the kernel: each holds a pipe of the worktree open from its start to its
 * end. A worker that is killed leaves its git behind, and for a moment that one goes on writing files, its lock taken or not.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../domain/clock.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
const BETWEEN_LOOKS_MS = 20;

/** Beside the store, which agents may read: whoever opens a pipe counts as alive. */
const lifelineOf = (admin: string): string => join(dirname(dirname(dirname(admin))), 'lifelines', basename(admin));

/** A descriptor for a child to inherit, to be closed here once the child has it; null where the worktree has no pipe yet. */
export function takeLifeline(admin: string): number | null {
  return openOrNull(lifelineOf(admin), O_RDONLY);
}

/** A pipe can be opened for writing, without waiting, only while somebody has it open for reading (POSIX, ENXIO). */
function isAlive(admin: string): boolean {
  const descriptor = openOrNull(lifelineOf(admin), O_WRONLY);
  if (descriptor === null) return false;
  closeSync(descriptor);
  return true;
}

function openOrNull(path: string, mode: number): number | null {
  try {
    return openSync(path, mode | O_NONBLOCK);
  } catch {
    return null; // ENXIO: nobody reads; ENOENT: no pipe; EMFILE: the process that is about to start fails in words
  }
}

/** Makes the pipe where it is missing. Where it can't be made the worktree works all the same, and nobody waits for anybody. */
export async function ensureLifeline(admin: string, path: string): Promise<void> {
  const pipe = lifelineOf(admin);
  if (existsSync(pipe)) return;
  mkdirSync(dirname(pipe), { recursive: true, mode: 0o700 });
  await promisify(execFile)('mkfifo', ['-m', '600', pipe], { env: { PATH: path } }).catch(() => undefined);
}

/** Waits until no git works there any more; false when one still does after `patienceMs`. */
export async function outlive(admin: string, clock: Pick<Clock, 'sleep'>, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; isAlive(admin); waitedMs += BETWEEN_LOOKS_MS) {
    if (waitedMs >= patienceMs) return false;
    await clock.sleep(BETWEEN_LOOKS_MS);
  }
  return true;
}
