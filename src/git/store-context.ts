/** What every part of the store works with: its place, its git, and the git of one of its worktrees. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { type CommitMemory, commitMemory } from './commit-memory.ts';
import { type Git, gitAt, must, startConversation } from './git-command.ts';
import type { GitEnvironment } from './git-environment.ts';
import { patientGit } from './lock-patience.ts';
import { type FoundObject, nextAnswer, type ObjectAnswer, objectReader } from './object-reader.ts';

export interface StoreContext {
  path: string;
  environment: GitEnvironment;
  clock: Pick<Clock, 'sleep'>;
  /** In the bare store itself. */
  git: Git;
  /** By a name as `git rev-parse` reads it, for example `<commit>:<path>`; null where there is none. */
  readObject(name: string): Promise<FoundObject | null>;
  trees: CommitMemory<string>;
  /** The worktrees that this process has opened, by path. */
  opened: Map<string, OpenedWorktree>;
}

/** A worktree as this process opened it last. */
export interface OpenedWorktree {
  branch: string;
  commit: string;
  /** A name for this opening, which the next one replaces, whoever makes it. */
  opening: string;
  /** The stamp of its folder since what was left in it is gone and its files are those of `commit`; null while it may hold work. */
  tidy: string | null;
}

export function storeContext(path: string, environment: GitEnvironment, clock: Pick<Clock, 'sleep'>): StoreContext {
  const git = patientGit(gitAt(environment, { gitDir: path }), path, clock);
  const objects = objectReader(() => startConversation(environment, { gitDir: path }, BATCH));
  const readObject = async (name: string): Promise<FoundObject | null> => {
    const answer = await objects.read(name);
    const found = answer.kind === 'unanswered' ? await readAlone(git, name) : answer;
    return found.kind === 'found' ? found : null;
  };
  const treeOf = async (commit: string): Promise<string> => (await treeObject({ readObject }, commit)).id;
  return { path, environment, clock, git, readObject, trees: commitMemory(treeOf), opened: new Map() };
}

const BATCH = ['cat-file', '--batch', '-z'];

/** Through a process of its own. A name over several lines has its answer over several lines, of which the first says nothing. */
async function readAlone(git: Git, name: string): Promise<ObjectAnswer> {
  const { stdout } = await must(git, BATCH, { input: `${name}\0` });
  const next = nextAnswer(stdout);
  return 'answer' in next ? next.answer : { kind: 'missing' };
}

/** The tree of a commit that the store has. */
export async function treeObject(
  { readObject }: Pick<StoreContext, 'readObject'>,
  commit: string,
): Promise<FoundObject> {
  const tree = await readObject(`${objectId(commit)}^{tree}`);
  if (tree !== null) return tree;
  throw new Error(`the store has no tree of ${commit}`);
}

/** A worktree's own corner of the store. The `.git` file in the worktree is never believed: an agent can write it. */
export interface WorktreePlace {
  path: string;
  /** `<store>/worktrees/<name>`. */
  admin: string;
  git: Git;
}

export function worktreePlace(store: StoreContext, path: string, admin: string): WorktreePlace {
  const place = { gitDir: admin, workTree: path, lifeline: admin };
  return { path, admin, git: patientGit(gitAt(store.environment, place), store.path, store.clock) };
}

/** As git notes it: links in the folders above are resolved, whether the worktree exists or not. */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return join(await realpath(dirname(absolute)), basename(absolute));
  } catch {
    // The folder above does not exist yet, so there is no link in it to resolve.
    return absolute;
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // A worktree that is being made or removed at this moment has no such file.
    return null;
  }
}

/** The corner whose note names this path, or null. Reads only what the store itself wrote. */
export async function findAdmin(store: StoreContext, path: string): Promise<string | null> {
  const folder = join(store.path, 'worktrees');
  // No such folder before the first worktree.
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const note = await readIfPresent(join(folder, name, 'gitdir'));
    if (note?.trimEnd() === join(path, '.git')) return join(folder, name);
  }
  return null;
}

/** Author, committer and date as git reads them, so that the same input has the same id. */
export function kleiberIdentity(at: string): Record<string, string> {
  const date = `@${epochSeconds(at)} +0000`;
  return {
    GIT_AUTHOR_NAME: 'kleiber',
    GIT_AUTHOR_EMAIL: 'kleiber@localhost',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'kleiber',
    GIT_COMMITTER_EMAIL: 'kleiber@localhost',
    GIT_COMMITTER_DATE: date,
  };
}

export function epochSeconds(at: string): number {
  const seconds = Math.floor(new Date(at).getTime() / 1000);
  if (!Number.isFinite(seconds)) throw new Error(`bug: "${at}" is not a date`);
  return seconds;
}

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Guards every place where an id becomes an argument: nothing else may be read as an option or a revision. */
export function objectId(text: string): string {
  if (OBJECT_ID.test(text)) return text;
  throw new Error(`bug: ${JSON.stringify(text)} is not an object id`);
}
