/** A commit of a whole worktree, made with an index that the agent's `git diff` does not see and no other process shares. */
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Checkpointed, Committed, GitFailure, Worktree } from './git.ts';
import { attempt, type Git, type GitOutput, textOf } from './git-command.ts';
import {
  canonicalPath,
  findAdmin,
  kleiberIdentity,
  objectId,
  type StoreContext,
  type WorktreePlace,
  worktreePlace,
} from './store-context.ts';

/** Beside git's own index of the worktree, which stays at the base. */
export const PRIVATE_INDEX = 'kleiber-index';

/** What has to go into the index. */
interface Pending {
  removed: string[];
  written: string[];
  /** Folders with a repository of their own; git lists such a folder with a slash at its end. */
  nested: string[];
  /** Untracked, and nobody wants it. */
  leftOut: string[];
}

type IsWanted = (path: string) => boolean;

/** No git index can hold such a name, and no commit is lost by leaving it out. */
const isGitFolder = (path: string): boolean => path.split('/').some(part => part.toLowerCase() === '.git');

/** `--ignore-submodules=dirty`: otherwise git would start another git inside a nested repository, with its settings. */
const CHANGED = ['diff-files', '--raw', '-z', '--no-renames', '--ignore-submodules=dirty'];
const OTHERS = ['ls-files', '--others', '--exclude-standard', '-z'];

/** From `:100644 160000 … T`. A submodule of the base that moved stays a gitlink; a file that became a repository is new. */
function homeOf(change: string): Exclude<keyof Pending, 'leftOut'> {
  if (change.endsWith(' D')) return 'removed';
  return change.slice(8, 14) === '160000' && !change.startsWith(':160000') ? 'nested' : 'written';
}

/** A named pipe where git expects a file makes it wait for ever, so a look at an agent's files has a shorter limit. */
export const SCAN = { deadlineMs: 60_000 };

async function findPending(git: Git, isWanted: IsWanted): Promise<Result<Pending, GitFailure>> {
  const [changed, others] = await Promise.all([attempt(git, CHANGED, SCAN), attempt(git, OTHERS, SCAN)]);
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const pending: Pending = { removed: [], written: [], nested: [], leftOut: [] };
  const fields = nulBytes(changed.value.stdout);
  for (let index = 0; index + 1 < fields.length; index += 2) {
    pending[homeOf(fields[index] ?? '')].push(fields[index + 1] ?? '');
  }
  for (const path of nulBytes(others.value.stdout)) {
    if (isGitFolder(path)) continue;
    const name = path.replace(/\/$/, '');
    if (!isWanted(asBytes(name).toString('utf8'))) pending.leftOut.push(asBytes(name).toString('utf8'));
    else if (path.endsWith('/')) pending.nested.push(name);
    else pending.written.push(name);
  }
  return ok(pending);
}

/** Latin-1 keeps every byte of a name, so that names that are no UTF-8 go back to git unharmed. */
const nulBytes = (bytes: Buffer): string[] => bytes.toString('latin1').split('\0').slice(0, -1);
const asBytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Stands for a nested repository without a commit, which has no id of its own. */
const unbornId = (width: number): string => 'e'.repeat(width);

/** A nested repository becomes a gitlink: git reads its HEAD and runs nothing in it. */
async function stageNested(git: Git, path: string, width: number): Promise<Result<unknown, GitFailure>> {
  const staged = await attempt(git, ['update-index', '--add', '--replace', '-z', '--stdin'], {
    input: asBytes(`${path}\0`),
  });
  if (staged.ok) return staged;
  const entry = asBytes(`160000 ${unbornId(width)} 0\t${path}\0`);
  return attempt(git, ['update-index', '--add', '--replace', '-z', '--index-info'], { input: entry });
}

async function stage(git: Git, pending: Pending, width: number): Promise<Result<unknown, GitFailure>> {
  let done: Result<unknown, GitFailure> = ok(undefined);
  if (pending.removed.length > 0) {
    const lines = pending.removed.map(path => `0 ${'0'.repeat(width)}\t${path}\0`).join('');
    done = await attempt(git, ['update-index', '-z', '--index-info'], { input: asBytes(lines) });
  }
  if (done.ok && pending.written.length > 0) {
    const lines = pending.written.map(path => `${path}\0`).join('');
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    done = await attempt(git, args, { input: asBytes(lines) });
  }
  return done;
}

/**
 * Gitlinks go into a copy: in the index itself they would hide the files below them after the agent has taken the
 * nested repository away.
 */
async function writeWithNested(
  place: WorktreePlace,
  nested: readonly string[],
  width: number,
): Promise<Result<GitOutput, GitFailure>> {
  const copy = `${PRIVATE_INDEX}-nested`;
  await copyFile(join(place.admin, PRIVATE_INDEX), join(place.admin, copy));
  const git = withIndex(place, copy);
  for (const path of nested) {
    const staged = await stageNested(git, path, width);
    if (!staged.ok) return staged;
  }
  return attempt(git, ['write-tree']);
}

const withIndex = (place: WorktreePlace, name: string): Git => {
  const variables = { GIT_INDEX_FILE: join(place.admin, name) };
  return (args, options) => place.git(args, { ...options, variables: { ...options?.variables, ...variables } });
};

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  );

/** A lost private index is begun again from git's own, and without that from the parent. */
async function restoreIndex(place: WorktreePlace, git: Git, parent: string): Promise<Result<unknown, GitFailure>> {
  if (!(await isMissing(join(place.admin, PRIVATE_INDEX)))) return ok(undefined);
  if (await isMissing(join(place.admin, 'index'))) return attempt(git, ['read-tree', parent]);
  await copyFile(join(place.admin, 'index'), join(place.admin, PRIVATE_INDEX));
  return ok(undefined);
}

async function writeTree(
  place: WorktreePlace,
  parent: string,
  isWanted: IsWanted,
): Promise<Result<{ tree: string; leftOut: string[] }, GitFailure>> {
  const git = withIndex(place, PRIVATE_INDEX);
  const restored = await restoreIndex(place, git, parent);
  if (!restored.ok) return restored;
  const pending = await findPending(git, isWanted);
  if (!pending.ok) return pending;
  const staged = await stage(git, pending.value, parent.length);
  if (!staged.ok) return staged;
  const { nested, leftOut } = pending.value;
  const tree = await (nested.length === 0
    ? attempt(git, ['write-tree'])
    : writeWithNested(place, nested, parent.length));
  return tree.ok ? ok({ tree: textOf(tree.value), leftOut }) : tree;
}

/** A commit of a tree, by kleiber and at a given time: the same input gives the same id. */
export async function commitTree(
  { git, trees }: Pick<StoreContext, 'git' | 'trees'>,
  tree: string,
  parents: readonly string[],
  message: string,
  at: string,
): Promise<Result<string, GitFailure>> {
  const args = ['commit-tree', tree, ...parents.flatMap(parent => ['-p', objectId(parent)]), '-F', '-'];
  const made = await attempt(git, args, { input: message.replaceAll('\0', ''), variables: kleiberIdentity(at) });
  if (!made.ok) return made;
  const commit = textOf(made.value);
  trees.know(commit, tree);
  return ok(commit);
}

/** A tree as a commit on `parent`, or `parent` itself when its tree is the same. */
async function commitOn(
  store: StoreContext,
  parent: string,
  tree: string,
  message: string,
  at: string,
): Promise<Result<Committed, GitFailure>> {
  // A parent that is not there is refused by the commit.
  const before = await store.trees.of(parent).catch(() => null);
  if (tree === before) return ok({ commit: parent, tree });
  const commit = await commitTree(store, tree, [parent], message, at);
  return commit.ok ? ok({ commit: commit.value, tree }) : commit;
}

/** Untracked files too where they are wanted, ignored ones not; gives `parent` back when its tree is the same. */
export async function checkpoint(
  store: StoreContext,
  worktree: Worktree,
  parent: string,
  message: string,
  at: string,
  isWanted: IsWanted = () => true,
): Promise<Result<Checkpointed, GitFailure>> {
  const path = await canonicalPath(worktree.path);
  const admin = await findAdmin(store, path);
  if (admin === null || (await isMissing(path))) return fail({ reason: 'worktree_missing', path });
  const place = worktreePlace(store, path, admin);
  const written = await writeTree(place, parent, isWanted);
  if (!written.ok) return written;
  const { tree, leftOut } = written.value;
  const made = await commitOn(store, parent, tree, message, at);
  return made.ok && leftOut.length > 0 ? ok({ ...made.value, leftOut }) : made;
}
