/** A worktree between two tasks: whatever the last one left in it goes, and the files become those of a commit. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { PRIVATE_INDEX, SCAN } from './checkpoint.ts';
import type { GitFailure } from './git.ts';
import { attempt, nulSeparated } from './git-command.ts';
import { ensureLifeline } from './lifeline.ts';
import { objectId, type StoreContext, type WorktreePlace } from './store-context.ts';

/** Gives back the right to list and delete, which a command may have taken from a folder. Follows no links. */
async function unlockFolders(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlockFolders(join(path, entry.name));
  }
}

export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // A folder without permissions stopped it; a second failure is for the caller.
    await unlockFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** The `.git` file is for readers inside the sandbox only; what an agent made of it is thrown away. */
async function restoreLink(place: WorktreePlace): Promise<void> {
  const link = join(place.path, '.git');
  const text = `gitdir: ${place.admin}\n`;
  const found = await lstat(link).catch(() => null);
  const isWhole = found?.isFile() === true && found.size === Buffer.byteLength(text);
  if (isWhole && (await readFile(link, 'utf8')) === text) return;
  await removeTree(link);
  await writeFile(link, text);
}

/** Whoever opens a worktree holds its claim and has outlived every git in it, so a lock that lies here is nobody's. */
async function dropLocks(admin: string): Promise<void> {
  const locks = ['index.lock', 'HEAD.lock', `${PRIVATE_INDEX}.lock`];
  await Promise.all(locks.map(lock => rm(join(admin, lock), { force: true })));
}

/** The mode of a submodule as every version of the index writes it; other fields hold these bytes by chance only. */
const GITLINK_MODE = Buffer.from([0, 0, 0o160000 >> 8, 0]);

/** Submodules arrive as empty folders; git never looks into them, so neither does `git clean`. */
async function emptySubmodules(place: WorktreePlace): Promise<Result<void, GitFailure>> {
  if (!(await readFile(join(place.admin, 'index'))).includes(GITLINK_MODE)) return ok(undefined);
  const staged = await attempt(place.git, ['ls-files', '--stage', '-z']);
  if (!staged.ok) return staged;
  for (const entry of nulSeparated(staged.value.stdout)) {
    if (!entry.startsWith('160000 ')) continue;
    const folder = join(place.path, entry.slice(entry.indexOf('\t') + 1));
    await removeTree(folder);
    await mkdir(folder);
  }
  return ok(undefined);
}

/** The private index starts as a copy, so that the first checkpoint need not read every file. */
export const warmPrivateIndex = (admin: string): Promise<void> =>
  copyFile(join(admin, 'index'), join(admin, PRIVATE_INDEX), constants.COPYFILE_FICLONE);

/** More than one worktree of a name is never there, so what another one shows is a leftover. */
const CHECKOUT = ['checkout', '--quiet', '--force', '--no-track', '--ignore-other-worktrees', '--no-guess'];

/**
 * Branch and files become the commit's, whatever stands in the way of a tracked one; untracked files stay. `checkout`
 * looks at the files on all cores before it compares, which `reset` and `read-tree` do not.
 */
export const resetTo = (place: WorktreePlace, branch: string, commit: string): Promise<Result<unknown, GitFailure>> =>
  attempt(place.git, [...CHECKOUT, '-B', branch, objectId(commit)], { deadlineMs: 600_000 });

/** Twice forced: nested repositories that an agent made go too. */
async function clearUntracked(place: WorktreePlace): Promise<Result<void, GitFailure>> {
  const cleaning = attempt(place.git, ['clean', '-ffdxq'], SCAN);
  const [cleaned, emptied] = await Promise.all([cleaning, emptySubmodules(place)]);
  if (!cleaned.ok) return cleaned;
  return emptied;
}

/** As if it were new. Fails where it was stopped half-way: it has to be looked at again as a whole. */
export async function recycle(
  store: StoreContext,
  place: WorktreePlace,
  branch: string,
  commit: string,
  stopping?: AbortSignal,
): Promise<Result<void, GitFailure>> {
  await ensureLifeline(place.admin, store.environment.path);
  await dropLocks(place.admin);
  await restoreLink(place);
  const reset = await resetTo(place, branch, commit);
  if (!reset.ok) return reset;
  // Between two steps, because a git that is killed may leave a lock.
  if (stopping?.aborted)
    return fail({ reason: 'git_failed', command: 'git clean', exitCode: null, detail: 'was stopped before' });
  const cleared = await clearUntracked(place);
  if (cleared.ok) await warmPrivateIndex(place.admin);
  return cleared;
}

/** Beside git's index: which opening of the worktree is the last one, whoever made it. */
const OPENING = 'kleiber-opening';

/** Notes a new opening, and gives its name. */
export async function noteOpening(admin: string): Promise<string> {
  const opening = randomUUID();
  await writeFile(join(admin, OPENING), opening);
  return opening;
}

/** Nobody has opened the worktree since. */
export async function isLastOpening(admin: string, opening: string): Promise<boolean> {
  return opening === (await readFile(join(admin, OPENING), 'utf8').catch(() => null));
}

/** Another folder has another one, and so has this one when somebody has added or taken away something at its top. */
export async function folderStamp(path: string): Promise<string | null> {
  const found = await lstat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.ino}:${found.mtimeNs}`;
}

/** With more files than this, a look at all of them costs little more. */
const MOST_SWAPPED = 1_000;

const DIFFERENT = ['diff-tree', '-r', '-z', '--name-only', '--no-renames'];
const RESTORE = ['restore', '--staged', '--worktree', '--pathspec-from-file=-', '--pathspec-file-nul'];

/**
 * Branch and files become those of another commit, in a worktree that is as `from` has it: no file is looked at but those
 * that differ. False where all have to be.
 */
export async function swapFiles(place: WorktreePlace, branch: string, from: string, to: string): Promise<boolean> {
  if (from === to) return true;
  const [restored, moved] = await Promise.all([
    restoreDifferent(place, from, to),
    attempt(place.git, ['update-ref', `refs/heads/${branch}`, objectId(to)]),
  ]);
  if (!restored || !moved.ok || !(await emptySubmodules(place)).ok) return false;
  await warmPrivateIndex(place.admin);
  return true;
}

/** `restore` refuses, and changes nothing, where a file has come in place of a folder or a folder in place of a file. */
async function restoreDifferent(place: WorktreePlace, from: string, to: string): Promise<boolean> {
  const listed = await attempt(place.git, [...DIFFERENT, objectId(from), objectId(to)]);
  if (!listed.ok) return false;
  const paths = nulSeparated(listed.value.stdout).length;
  if (paths === 0 || paths > MOST_SWAPPED) return paths === 0;
  return (await attempt(place.git, [...RESTORE, `--source=${objectId(to)}`], { input: listed.value.stdout })).ok;
}
