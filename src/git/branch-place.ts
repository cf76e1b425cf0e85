/** Where a branch of the user's stands: its tip, and whose work tree shows it. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, succeeded, textOf } from './git-command.ts';
import { headRef, looseTip } from './ref-files.ts';
import type { UserRepository } from './user-repository.ts';

export interface BranchPlace {
  tip: string;
  /** Checked out in this checkout. */
  isHere: boolean;
  /** Why its ref must not move now: another work tree shows it, or an operation on it is not finished. Null: it may. */
  hold: string | null;
}

interface Entry {
  path: string;
  isGone: boolean;
}

/** A repository without linked work trees has only the one that was found, and that is on the branch that its HEAD names. */
async function onlyEntry(repository: UserRepository): Promise<{ path: string; ref: string } | null> {
  if (await isThere(join(repository.commonDir, 'worktrees'))) return null;
  const ref = repository.gitDir === repository.commonDir ? headRef(repository.gitDir) : null;
  return ref === null ? null : { path: repository.root, ref };
}

/** The work trees that show a branch. */
async function entriesOn(repository: UserRepository, branch: string): Promise<Result<Entry[], GitFailure>> {
  const only = await onlyEntry(repository);
  if (only !== null) return ok(only.ref === `refs/heads/${branch}` ? [{ path: only.path, isGone: false }] : []);
  const listed = await attempt(repository.git, ['worktree', 'list', '--porcelain', '-z']);
  if (!listed.ok) return listed;
  const entries: Entry[] = [];
  for (const text of listed.value.stdout.toString().split('\0\0')) {
    const fields = text.split('\0');
    const path = fields.find(field => field.startsWith('worktree '))?.slice('worktree '.length);
    if (path === undefined || !fields.includes(`branch refs/heads/${branch}`)) continue;
    entries.push({ path, isGone: fields.some(field => field.startsWith('prunable')) });
  }
  return ok(entries);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A rebase detaches HEAD but still owns its branch, and writes it at the end. */
async function isRebased(gitDir: string, branch: string): Promise<boolean> {
  for (const folder of ['rebase-merge', 'rebase-apply']) {
    // No such file: no rebase of that kind runs there.
    const name = await readFile(join(gitDir, folder, 'head-name'), 'utf8').catch(() => '');
    if (name.trim() === `refs/heads/${branch}`) return true;
  }
  return false;
}

async function rebaseHold(repository: UserRepository, branch: string): Promise<string | null> {
  const folder = join(repository.commonDir, 'worktrees');
  // No such folder without linked worktrees.
  const names = await readdir(folder).catch((): string[] => []);
  for (const gitDir of [repository.commonDir, ...names.map(name => join(folder, name))]) {
    if (await isRebased(gitDir, branch)) return `${branch} is being rebased (${gitDir})`;
  }
  return null;
}

const UNFINISHED: readonly [file: string, name: string][] = [
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
];

async function unfinishedHold(repository: UserRepository): Promise<string | null> {
  for (const [file, name] of UNFINISHED) {
    if (await isThere(join(repository.gitDir, file))) return `a ${name} is not finished in ${repository.root}`;
  }
  return null;
}

function elsewhereHold(branch: string, entry: Entry | undefined): string | null {
  if (entry === undefined) return null;
  const gone = entry.isGone ? ', which is gone: `git worktree prune` forgets it' : '';
  return `${branch} is checked out in ${entry.path}${gone}`;
}

/** Git resolves links in some of the paths that it lists and not in others. */
const resolved = (path: string): Promise<string> => realpath(path).catch(() => path);

/** The tip of a ref; null when there is none. */
export async function tipOf({ commonDir, git }: UserRepository, ref: string): Promise<string | null> {
  const loose = looseTip(commonDir, ref);
  if (loose !== null) return loose;
  const tip = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return succeeded(tip) ? textOf(tip) : null;
}

/** Fails with `no_branch` when the branch has no commit. */
export async function findBranchPlace(
  repository: UserRepository,
  branch: string,
): Promise<Result<BranchPlace, GitFailure>> {
  const ref = `refs/heads/${branch}`;
  const [entries, tip, root] = await Promise.all([
    entriesOn(repository, branch),
    tipOf(repository, ref),
    resolved(repository.root),
  ]);
  if (!entries.ok) return entries;
  if (tip === null) return fail({ reason: 'no_branch', ref: branch });
  const others: Entry[] = [];
  for (const entry of entries.value) if ((await resolved(entry.path)) !== root) others.push(entry);
  const isHere = others.length < entries.value.length;
  const hold =
    elsewhereHold(branch, others[0]) ??
    (await rebaseHold(repository, branch)) ??
    (isHere ? await unfinishedHold(repository) : null);
  return ok({ tip, isHere, hold });
}
