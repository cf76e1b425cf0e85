/** Worktrees of the store: made once, then recycled, because a fresh checkout of a large repository costs far more. */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { passFullDisk } from '../domain/full-disk.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { checkpoint } from './checkpoint.ts';
import type { GitFailure, Worktree } from './git.ts';
import { attempt, failureOf, must, succeeded, textOf } from './git-command.ts';
import { ensureLifeline, outlive } from './lifeline.ts';
import {
  folderStamp,
  isLastOpening,
  noteOpening,
  recycle,
  removeTree,
  resetTo,
  swapFiles,
  warmPrivateIndex,
} from './recycle.ts';
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
  const place = worktreePlace(store, path, admin);
  const reset = await resetTo(place, branch, commit);
  if (!reset.ok) return reset;
  await warmPrivateIndex(admin);
  await noteUse(store, place, branch, commit);
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

/** Notes that it is in use from here on. Gives the commit that its files are known to be of, or null where they have to be looked at. */
async function noteUse(store: StoreContext, { path, admin }: WorktreePlace, branch: string, commit: string) {
  const before = store.opened.get(path);
  const isTidy =
    before?.tidy != null &&
    before.branch === branch &&
    before.tidy === (await folderStamp(path)) &&
    (await isLastOpening(admin, before.opening));
  store.opened.set(path, { branch, commit, opening: await noteOpening(admin), tidy: null });
  return isTidy ? before.commit : null;
}

async function reuse(
  store: StoreContext,
  place: WorktreePlace,
  branch: string,
  commit: string,
): Promise<Result<unknown, GitFailure>> {
  const tidyAt = await noteUse(store, place, branch, commit);
  if (tidyAt !== null && (await swapFiles(place, branch, tidyAt, commit))) return ok(undefined);
  return recycle(store, place, branch, commit);
}

/**
 * Takes away what the last task has left in a worktree that this process has opened, so that opening it again only
 * changes the files that differ. For moments in which nothing else is to do; whoever calls it holds the worktree, and
 * nothing that ran in it is alive.
 */
export async function tidyWorktree(store: StoreContext, path: string, signal: AbortSignal): Promise<void> {
  const place = await canonicalPath(path);
  const last = store.opened.get(place);
  if (last === undefined || last.tidy !== null) return;
  store.opened.delete(place);
  const admin = await findAdmin(store, place);
  const isOurs = admin !== null && (await isPresent(place)) && (await isLastOpening(admin, last.opening));
  if (!isOurs) return;
  // Whoever opens a worktree that could not be tidied finds out why.
  const recycling = recycle(store, worktreePlace(store, place, admin), last.branch, last.commit, signal);
  const recycled = await recycling.catch(passFullDisk);
  // What was stopped is done another time.
  if (signal.aborted) store.opened.set(place, last);
  else if (recycled?.ok === true) store.opened.set(place, { ...last, tidy: await folderStamp(place) });
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
  if (isThere && (await reuse(store, worktreePlace(store, place, admin), branch, commit)).ok)
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
