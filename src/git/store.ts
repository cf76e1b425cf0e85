/** The private store as the rest of kleiber sees it. */
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { commitFiles, mergeCandidate } from './candidate.ts';
import { checkpoint } from './checkpoint.ts';
import { commitMemory } from './commit-memory.ts';
import type { GitFailure, GitStore } from './git.ts';
import { failureOf, must, succeeded, textOf } from './git-command.ts';
import type { GitEnvironment } from './git-environment.ts';
import { changes, diff, landings, listFiles, readBlob, readBlobs, rootEntries } from './history.ts';
import { looseTip } from './ref-files.ts';
import { objectId, type StoreContext, storeContext } from './store-context.ts';
import { FETCH_SETTINGS, prepareStore } from './store-setup.ts';
import { joinPacks } from './upkeep.ts';
import { findRepository, isPartialClone } from './user-repository.ts';
import { listWorktrees, openWorktree, removeWorktree, tidyWorktree } from './worktree.ts';

export interface StoreOptions {
  /** An absolute path in the user's checkout; the store lies in its common git directory. */
  checkout: string;
  environment: GitEnvironment;
  /** Only for the pauses while a lock of another process is watched. */
  clock: Pick<Clock, 'sleep'>;
}

const FETCH_DEADLINE_MS = 3_600_000;

/** Nothing but the objects and the one ref: the store looks after itself. */
const FETCH_QUIETLY = [
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
  '--update-shallow',
];

/** The tip of a ref, or null when there is none. Asked many times for every task, so a process is the exception. */
async function tipOf(store: StoreContext, ref: string): Promise<string | null> {
  const loose = looseTip(store.path, ref);
  if (loose !== null) return loose;
  const output = await store.git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return succeeded(output) ? textOf(output) : null;
}

/**
 * Git compares on the reading side, so a branch without news costs little. `--update-shallow` notes where the history
 * of a shallow repository ends.
 */
async function fetchBranch(store: StoreContext, checkout: string, branch: string): Promise<Result<string, GitFailure>> {
  const ref = `refs/base/${branch}`;
  const args = ['fetch', ...FETCH_QUIETLY, '--', checkout, `+refs/heads/${branch}:${ref}`];
  const fetched = await store.git(args, {
    deadlineMs: FETCH_DEADLINE_MS,
    variables: { GIT_CONFIG_GLOBAL: join(store.path, FETCH_SETTINGS) },
  });
  if (fetched.stderr.includes("couldn't find remote ref")) return fail({ reason: 'no_branch', ref: branch });
  if (!succeeded(fetched)) return fail(failureOf(args, fetched));
  return ok(textOf(await must(store.git, ['rev-parse', ref])));
}

/** A lost race is told from a broken store by looking again. */
async function moveIntegration(store: StoreContext, branch: string, from: string | null, to: string): Promise<boolean> {
  const ref = `refs/integration/${branch}`;
  const expected = from === null ? '0'.repeat(to.length) : objectId(from);
  const args = ['update-ref', ref, objectId(to), expected];
  const moved = await store.git(args);
  if (succeeded(moved)) return true;
  if ((await tipOf(store, ref)) !== from) return false;
  throw new Error(`git ${args.join(' ')} failed: ${moved.stderr.trim()}`);
}

/** A commit that the store does not have is nobody's ancestor. */
async function isAncestor(store: StoreContext, ancestor: string, descendant: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', objectId(ancestor), objectId(descendant)];
  const output = await store.git(args);
  const isKnown = output.exitCode === 0 || output.exitCode === 1 || output.stderr.includes('Not a valid commit name');
  if (!isKnown) throw new Error(`git ${args.join(' ')} failed: ${output.stderr.trim()}`);
  return output.exitCode === 0;
}

async function setRef(store: StoreContext, ref: string, commit: string): Promise<void> {
  await must(store.git, ['update-ref', ref, objectId(commit)]);
}

function storeOf(store: StoreContext): GitStore {
  const entries = commitMemory(commit => rootEntries(store, commit));
  // Worker, proof, gates and record ask for the same difference, one after the other.
  const differences = commitMemory(pair => {
    const [from = '', to = ''] = pair.split(' ');
    return changes(store, from, to);
  });
  return {
    path: store.path,
    fetchBranch: (checkout, branch) => fetchBranch(store, checkout, branch),
    integrationTip: branch => tipOf(store, `refs/integration/${branch}`),
    moveIntegration: (branch, from, to) => moveIntegration(store, branch, from, to),
    isAncestor: (ancestor, descendant) => isAncestor(store, ancestor, descendant),
    treeOf: commit => store.trees.of(commit),
    rootEntries: commit => entries.of(commit),
    listFiles: commit => listFiles(store, commit),
    openWorktree: (path, branch, commit) => openWorktree(store, path, branch, commit),
    tidyWorktree: (path, signal) => tidyWorktree(store, path, signal),
    checkpoint: (worktree, parent, message, at, isWanted) => checkpoint(store, worktree, parent, message, at, isWanted),
    keep: (group, name, commit) => setRef(store, `refs/kleiber/${group}/${name}`, commit),
    setBranch: (name, commit) => setRef(store, `refs/heads/${name}`, commit),
    removeWorktree: (worktree, at) => removeWorktree(store, worktree, at),
    worktrees: () => listWorktrees(store),
    changes: (from, to) => differences.of(`${from} ${to}`),
    diff: (from, to, maxBytes, space) => diff(store, from, to, maxBytes, space),
    readBlob: (commit, path) => readBlob(store, commit, path),
    readBlobs: (commit, paths) => readBlobs(store, commit, paths),
    mergeCandidate: request => mergeCandidate(store, request),
    commitFiles: async (base, files, message, at) => {
      const made = await commitFiles(store, base, files, message, at);
      await joinPacks(store);
      return made;
    },
    landings: tip => landings(store, tip),
  };
}

/**
 * Opens the store of a user's repository, making it on first use. Two processes may do so at once.
 * Fails with what is wrong with the checkout (`not_a_repository`, `bare_repository`, `partial_clone`, git itself).
 */
export async function openStore(options: StoreOptions): Promise<Result<GitStore, GitFailure>> {
  const repository = await findRepository(options.checkout, options.environment);
  if (!repository.ok) return repository;
  if (await isPartialClone(repository.value.git)) return fail({ reason: 'partial_clone', path: options.checkout });
  const path = await prepareStore(repository.value);
  return path.ok ? ok(storeOf(storeContext(path.value, options.environment, options.clock))) : path;
}
