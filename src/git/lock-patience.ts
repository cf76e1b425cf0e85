/** A git that outlasts the locks of dead processes: git's lock files name no owner, so one that nobody moves is taken away. */
import { stat, unlink } from 'node:fs/promises';
import type { Clock } from '../domain/clock.ts';
import type { Git, GitOutput } from './git-command.ts';

/** Git holds the locks meant here for milliseconds; a lock that stood still this long has lost its process. */
const LOOKS = 30;
const BETWEEN_LOOKS_MS = 100;
/** Each round means that another process made progress, so this only bounds a bug. */
const ROUNDS = 100;

const LOCK_MESSAGE = /Unable to create '([^\n]+?\.lock)': File exists/;

/** The lock file of the store that stopped a command, or null when it ended for another reason. */
function lockInTheWay(output: GitOutput, root: string): string | null {
  if (output.exitCode === 0) return null;
  const lock = LOCK_MESSAGE.exec(output.stderr)?.[1];
  return lock?.startsWith(`${root}/`) ? lock : null;
}

/** A lock's identity; a new lock of the same name is another one. */
async function identityOf(lock: string): Promise<string | null> {
  try {
    const { ino, mtimeNs } = await stat(lock, { bigint: true });
    return `${ino}:${mtimeNs}`;
  } catch {
    // ENOENT: released in the meantime, which is what the caller waits for.
    return null;
  }
}

/** Waits until the lock is released or replaced, and removes it when it never moved. */
async function outlast(lock: string, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const first = await identityOf(lock);
  if (first === null) return;
  for (let look = 0; look < LOOKS; look += 1) {
    await clock.sleep(BETWEEN_LOOKS_MS);
    if ((await identityOf(lock)) !== first) return;
  }
  await unlink(lock).catch(() => {
    // Somebody else came to the same conclusion first.
  });
}

/** `root` is the store: locks in a user's repository are never touched (a person's git may be waiting for an editor). */
export function patientGit(git: Git, root: string, clock: Pick<Clock, 'sleep'>): Git {
  return async (args, options) => {
    let output = await git(args, options);
    for (let round = 0; round < ROUNDS; round += 1) {
      const lock = lockInTheWay(output, root);
      if (lock === null) return output;
      await outlast(lock, clock);
      output = await git(args, options);
    }
    return output;
  };
}
