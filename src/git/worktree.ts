/** Worktrees of the store: made once, then recycled, because a fresh checkout of a large repository costs far more. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { checkpoint, PRIVATE_INDEX, SCAN } from './checkpoint.ts';
import type { GitFailure, Worktree } from './git.ts';
import { attempt, failureOf, must, nulSeparated, succeeded, textOf } from './git-command.ts';
import { ensureLifeline, outlive } from './lifeline.ts';
import {
  canonicalPath,
  findAdmin,
  objectId,
  type StoreContext,
  type WorktreePlace,
  worktreePlace,
} from './store-context.ts';

const isPresent = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Gives back the right to list and delete, which a command may have taken from a folder. Follows no links. */
async function unlockFolders(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlockFolders(join(path, entry.name));
  }
}

async function removeTree(path: string): Promise<void> {
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
const warmPrivateIndex = (admin: string): Promise<void> =>
  copyFile(join(admin, 'index'), join(admin, PRIVATE_INDEX), constants.COPYFILE_FICLONE);

/** More than one worktree of a name is never there, so what another one shows is a leftover. */
const CHECKOUT = ['checkout', '--quiet', '--force', '--no-track', '--ignore-other-worktrees', '--no-guess'];

/**
 * Branch and files become the commit's, whatever stands in the way of a tracked one; untracked files stay. `checkout`
 * looks at the files on all cores before it compares, which `reset` and `read-tree` do not.
 */
const resetTo = (place: WorktreePlace, branch: string, commit: string): Promise<Result<unknown, GitFailure>> =>
  attempt(place.git, [...CHECKOUT, '-B', branch, objectId(commit)], { deadlineMs: 600_000 });

/** Twice forced: nested repositories that an agent made go too. */
async function clearUntracked(place: WorktreePlace): Promise<Result<void, GitFailure>> {
  const [cleaned, emptied] = await Promise.all([attempt(place.git, ['clean', '-ffdxq'], SCAN), emptySubmodules(place)]);
  if (!cleaned.ok) return cleaned;
  return emptied;
}

async function recycle(
  store: StoreContext,
  place: WorktreePlace,
  branch: string,
  commit: string,
): Promise<Result<void, GitFailure>> {
  await ensureLifeline(place.admin, store.environment.path);
  await dropLocks(place.admin);
  await restoreLink(place);
  const reset = await resetTo(place, branch, commit);
  if (!reset.ok) return reset;
  const cleared = await clearUntracked(place);
  if (cleared.ok) await warmPrivateIndex(place.admin);
  return cleared;
}

/** `--detach` first: the branch is set afterwards by the same steps as when recycling, and nothing is tracked. */
async function create(
  store: StoreContext,
  path: string,
  branch: string,
  commit: string,
): Promise<Result<void, GitFailure>> {
  await mkdir(dirname(path), { recursive: true });
  const args = ['worktree', 'add', '--quiet', '-f', '-f', '--no-checkout', '--detach', path, objectId(commit)];
  const added = await attempt(store.git, args);
  if (!added.ok) return added;
  const admin = await findAdmin(store, path);
  if (admin === null) return fail({ reason: 'worktree_missing', path });
  await ensureLifeline(admin, store.environment.path);
  const reset = await resetTo(worktreePlace(store, path, admin), branch, commit);
  if (!reset.ok) return reset;
  await warmPrivateIndex(admin);
  return ok(undefined);
}

async function forget(path: string, admin: string): Promise<void> {
  await removeTree(path);
  await removeTree(admin);
}

async function hasCommit(store: StoreContext, commit: string): Promise<Result<void, GitFailure>> {
  const args = ['cat-file', '-e', `${objectId(commit)}^{commit}`];
  const found = await store.git(args);
  return succeeded(found) ? ok(undefined) : fail(failureOf(args, found));
}

/**
 * A worktree of this store whose corner there is gone, with the store itself perhaps, would block its name for ever. What lies
 * in it is kept beside it under another name.
 */
async function setAside(store: StoreContext, path: string): Promise<void> {
  const link = await readFile(join(path, '.git'), 'utf8').catch(() => '');
  const admin = link.replace(/^gitdir: /, '').trimEnd();
  if (dirname(admin) !== join(store.path, 'worktrees') || (await isPresent(admin))) return;
  await removeTree(`${path}.lost`);
  await rename(path, `${path}.lost`);
}

/** So long a git of a killed worker may take to end. */
const PATIENCE_MS = 60_000;

/**
 * What still works there keeps its folder and its corner, both under another name: nothing is deleted beneath it, and no path that
 * it knows leads into the next worktree.
 */
async function leaveBehind(path: string, admin: string): Promise<void> {
  const aside = `${path}.left-${randomUUID().slice(0, 8)}`;
  if (await isPresent(path)) await rename(path, aside);
  await writeFile(join(admin, 'gitdir'), `${join(aside, '.git')}\n`);
}

/** The corner of a worktree that can be used again or taken away; null where there is none, or somebody is left behind in it. */
async function freeAdmin(store: StoreContext, place: string): Promise<string | null> {
  const admin = await findAdmin(store, place);
  if (admin === null || (await outlive(admin, store.clock, PATIENCE_MS))) return admin;
  await leaveBehind(place, admin);
  return null;
}

/**
 * Makes or recycles the worktree at `path`; nothing of the task before stays in it. A worktree that cannot be
 * recycled is deleted and made anew; a folder that is not a worktree of this store is never deleted (`git_failed`).
 */
export async function openWorktree(
  store: StoreContext,
  path: string,
  branch: string,
  commit: string,
): Promise<Result<Worktree, GitFailure>> {
  const place = await canonicalPath(path);
  const admin = await freeAdmin(store, place);
  const isThere = admin !== null && (await isPresent(place));
  if (isThere && (await recycle(store, worktreePlace(store, place, admin), branch, commit)).ok)
    return ok({ path, branch });
  const known = await hasCommit(store, commit);
  if (!known.ok) return known;
  if (admin === null) await setAside(store, place);
  else await forget(place, admin);
  const created = await create(store, place, branch, commit);
  return created.ok ? ok({ path, branch }) : created;
}

/** Gives the attic ref. The folder is renamed before it is deleted, so that a kill never leaves half a worktree. */
export async function removeWorktree(
  store: StoreContext,
  worktree: Worktree,
  at: string,
): Promise<Result<string, GitFailure>> {
  const path = await canonicalPath(worktree.path);
  const admin = await findAdmin(store, path);
  if (admin === null || !(await isPresent(path))) return fail({ reason: 'worktree_missing', path });
  if (!(await outlive(admin, store.clock, PATIENCE_MS))) return fail({ reason: 'worktree_busy', path });
  const head = textOf(await must(worktreePlace(store, path, admin).git, ['rev-parse', 'HEAD']));
  const kept = await checkpoint(store, worktree, head, `attic of ${worktree.branch}`, at);
  if (!kept.ok) return kept;
  const attic = `refs/kleiber/attic/${worktree.branch}-${kept.value.commit.slice(0, 12)}`;
  await must(store.git, ['update-ref', attic, kept.value.commit]);
  const trash = `${path}.trash`;
  await removeTree(trash);
  await rename(path, trash);
  await forget(trash, admin);
  return ok(attic);
}

/** Those whose folder exists, by path. */
export async function listWorktrees(store: StoreContext): Promise<Worktree[]> {
  const output = await must(store.git, ['worktree', 'list', '--porcelain', '-z']);
  const found: Worktree[] = [];
  for (const entry of output.stdout.toString().split('\0\0')) {
    const fields = entry.split('\0');
    const path = fields.find(field => field.startsWith('worktree '))?.slice('worktree '.length);
    const branch = fields.find(field => field.startsWith('branch refs/heads/'))?.slice('branch refs/heads/'.length);
    const isGone = fields.some(field => field.startsWith('prunable'));
    if (path !== undefined && branch !== undefined && !isGone) found.push({ path, branch });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
