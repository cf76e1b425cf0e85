/**
 * A git that outlasts what other processes leave in its way for a moment, or for good when they died: lock files and half-made
 * corners of worktrees. Neither names an owner, so one that nobody moves is taken away.
 */
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { Git, GitOutput } from './git-command.ts';

/** Git holds the locks meant here for milliseconds; a lock that stood still this long has lost its process. */
const LOOKS = 30;
const BETWEEN_LOOKS_MS = 100;
/** Each round means that another process made progress, so this only bounds a bug. */
const ROUNDS = 100;

const LOCK_MESSAGE = /Unable to create '([^\n]+?\.lock)': File exists/;
/** `git worktree add` reads the corners of all others, and one that is being made at this moment has an empty file. */
const HALF_MADE_MESSAGE = /failed to read ([^\n]+?\/worktrees\/[^\n/]+\/commondir)/;

/** A file that stopped a command, and what goes with it when its process is dead. */
interface Obstacle {
  file: string;
  all: string;
  /** It stands in the way only as long as it is empty; a lock does with any content. */
  whileEmpty: boolean;
}

/** What of the store stopped a command, or null when it ended for another reason. */
function obstacleOf(output: GitOutput, root: string): Obstacle | null {
  if (output.exitCode === 0) return null;
  const lock = LOCK_MESSAGE.exec(output.stderr)?.[1];
  if (lock?.startsWith(`${root}/`)) return { file: lock, all: lock, whileEmpty: false };
  const halfMade = HALF_MADE_MESSAGE.exec(output.stderr)?.[1];
  return halfMade?.startsWith(`${root}/`) ? { file: halfMade, all: dirname(halfMade), whileEmpty: true } : null;
}

/** What stands in the way at this moment; a new file of the same name is another one. */
async function identityOf({ file, whileEmpty }: Obstacle): Promise<string | null> {
  try {
    const { ino, mtimeNs, size } = await stat(file, { bigint: true });
    if (whileEmpty && size > 0) return null;
    return `${ino}:${mtimeNs}`;
  } catch {
    // ENOENT: released in the meantime, which is what the caller waits for.
    return null;
  }
}

/** Waits until the file is gone or another one, and removes it with what belongs to it when it never moved. */
async function outlast(obstacle: Obstacle, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const first = await identityOf(obstacle);
  if (first === null) return;
  for (let look = 0; look < LOOKS; look += 1) {
    await clock.sleep(BETWEEN_LOOKS_MS);
    if ((await identityOf(obstacle)) !== first) return;
  }
  // Somebody else may have come to the same conclusion first.
  await rm(obstacle.all, { recursive: true, force: true });
}

/** `root` is the store: locks in a user's repository are never touched (a person's git may be waiting for an editor). */
export function patientGit(git: Git, root: string, clock: Pick<Clock, 'sleep'>): Git {
  return async (args, options) => {
    let output = await git(args, options);
    for (let round = 0; round < ROUNDS; round += 1) {
      const obstacle = obstacleOf(output, root);
      if (obstacle === null) return output;
      await outlast(obstacle, clock);
      output = await git(args, options);
    }
    return output;
  };
}
