/**
 * What kleiber asks of git: a private store that only kleiber writes, worktrees that belong to it, candidates built
 * in it, and the one road back into the user's branch. This edge never decides what may land.
 */
import type { ChangedFile } from '../domain/blocker.ts';
import type { Result } from '../domain/result.ts';

/** What a checkout is, read without changing it. */
export interface CheckoutFacts {
  /** Absolute path of the work tree. */
  root: string;
  /** The common git directory; kleiber's own state lives in `<commonDir>/kleiber`. */
  commonDir: string;
  /** Null when HEAD is detached. */
  branch: string | null;
  /** Null in a repository without commits. */
  head: string | null;
  shallow: boolean;
}

export type GitFailure =
  | { reason: 'git_missing' }
  | { reason: 'git_too_old'; found: string; needed: string }
  | { reason: 'not_a_repository'; path: string }
  | { reason: 'bare_repository'; path: string }
  | { reason: 'partial_clone'; path: string }
  | { reason: 'no_commits'; path: string }
  | { reason: 'no_branch'; ref: string }
  | { reason: 'worktree_missing'; path: string }
  /** A git of a killed worker still works there. */
  | { reason: 'worktree_busy'; path: string }
  | { reason: 'git_failed'; command: string; exitCode: number | null; detail: string };

/** The line in which git says why it failed; what it prints before and after is for somebody at a terminal. */
export function reasonLine(said: string): string {
  const lines = said.trim().split('\n');
  return lines.find(line => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? '';
}

/** The reason of a failure in one line. */
export const whyGit = (failure: GitFailure): string =>
  failure.reason === 'git_failed'
    ? `${failure.command}: ${reasonLine(failure.detail) || 'it gave no reason'}`
    : failure.reason.replaceAll('_', ' ');

export interface Committed {
  commit: string;
  tree: string;
}

/** Untracked paths that were not wanted; absent when there are none. */
export interface Checkpointed extends Committed {
  leftOut?: string[];
}

export type MergeOutcome =
  | { kind: 'merged'; commit: string; tree: string }
  /** `draft` is a commit on the base that holds the merge with its conflict marks; no ref points at it. */
  | { kind: 'conflict'; files: string[]; detail: string; draft: string };

export interface MergeRequest {
  base: string;
  commit: string;
  message: string;
  /** In order, for example `['Kleiber-Task', 'p1-01-prices']`. */
  trailers: [string, string][];
  /** ISO 8601; author and committer date, so that the same merge has the same id. */
  at: string;
}

export interface Worktree {
  path: string;
  /** The branch of the store that is checked out in it, `agent/<name>[-n]`. */
  branch: string;
}

export interface GitStore {
  /** Path of `store.git`. */
  path: string;
  /** Brings the commits of a user's branch in and gives its tip. */
  fetchBranch(checkout: string, branch: string): Promise<Result<string, GitFailure>>;
  /** Tip of the integration ref of a user's branch; null before the first plan for it. */
  integrationTip(branch: string): Promise<string | null>;
  /** Compare-and-swap; false when the ref was not at `from` (null: must not exist). */
  moveIntegration(branch: string, from: string | null, to: string): Promise<boolean>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  treeOf(commit: string): Promise<string>;
  /** All paths of a commit's tree, sorted. */
  listFiles(commit: string): Promise<string[]>;
  /** The top level of a commit's tree. */
  rootEntries(commit: string): Promise<{ name: string; mode: string; object: string }[]>;

  /** Makes or recycles the worktree at `path` on `branch`, reset to `commit` and cleaned of everything untracked. */
  openWorktree(path: string, branch: string, commit: string): Promise<Result<Worktree, GitFailure>>;
  /**
   * Between two tasks: takes away what the last one left in a worktree that was opened here, so that opening it again
   * is quick. Whoever calls holds the worktree, and nothing that ran in it is alive. Stops where it is when it is told to.
   */
  tidyWorktree(path: string, signal: AbortSignal): Promise<void>;
  /**
   * Commits the whole worktree (untracked too, ignored not) with a private index; the same tree as `parent` gives
   * `parent` back. `isWanted` is asked about untracked paths: what commands leave behind is no part of the work.
   */
  checkpoint(
    worktree: Worktree,
    parent: string,
    message: string,
    at: string,
    isWanted?: (path: string) => boolean,
  ): Promise<Result<Checkpointed, GitFailure>>;
  /** Keeps a commit reachable under `refs/kleiber/<group>/<name>`: attic, late, result. */
  keep(group: 'attic' | 'late' | 'checkpoint', name: string, commit: string): Promise<void>;
  /** Points a result branch (`feature/…`, `fix/…`) of the store at a commit. */
  setBranch(name: string, commit: string): Promise<void>;
  /** Removes a worktree after everything in it has become a commit in an attic ref, which is returned. */
  removeWorktree(worktree: Worktree, at: string): Promise<Result<string, GitFailure>>;
  worktrees(): Promise<Worktree[]>;

  /** The tree difference, raw names and modes. */
  changes(from: string, to: string): Promise<readonly ChangedFile[]>;
  /** Unified diff for people and reviewers; lines that differ in white space alone are the same where it is ignored. */
  diff(from: string, to: string, maxBytes: number, space?: 'ignored'): Promise<string>;
  /** Target of a symbolic link or content of a file at a commit; null when absent. */
  readBlob(commit: string, path: string): Promise<Uint8Array | null>;
  /** The same of many paths at once, by path; what is absent is left out. */
  readBlobs(commit: string, paths: readonly string[]): Promise<Map<string, Uint8Array>>;

  /** A merge of `commit` into `base` as a commit with two parents, made without a work tree. */
  mergeCandidate(request: MergeRequest): Promise<Result<MergeOutcome, GitFailure>>;
  /** A commit on `base` that changes only these paths (null deletes). Gives `base` back when nothing differs. */
  commitFiles(
    base: string,
    files: ReadonlyMap<string, Uint8Array | null>,
    message: string,
    at: string,
  ): Promise<Result<Committed, GitFailure>>;
  /** Merge commits of a branch with kleiber's trailers, newest first: what landed, for a log that was lost. */
  landings(tip: string): Promise<{ commit: string; task: string; attempt: string; model: string; costUsd: string }[]>;
}

/** Why delivered work is not on the user's branch yet. */
export type DeliveryOutcome =
  | { kind: 'delivered'; commit: string }
  /** The branch is at the commit. */
  | { kind: 'up_to_date' }
  /** The branch has the commit, and commits of the user's on top. */
  | { kind: 'ahead' }
  /** The user's branch has commits that the integration ref lacks: they come in first, as a checked candidate. */
  | { kind: 'diverged'; tip: string }
  | { kind: 'waits_for_checkout'; detail: string }
  | { kind: 'waits_for_local_changes'; files: string[] };

export interface UserCheckout {
  facts(): Promise<Result<CheckoutFacts, GitFailure>>;
  /** The newest commit of a branch of the user's; null when it cannot be told. Mostly costs no process. */
  tip(branch: string): Promise<string | null>;
  /**
   * Fast-forwards the user's branch to `commit` of the store. Where the branch is checked out, record files whose bytes
   * equal the delivered commit are staged first; nothing else of the user's is touched, never forced, stashed or reset.
   */
  deliver(
    store: GitStore,
    branch: string,
    commit: string,
    isRecordPath: (path: string) => boolean,
  ): Promise<Result<DeliveryOutcome, GitFailure>>;
  /** Brings a branch of the store over on request (`kleiber branch`). */
  importBranch(store: GitStore, from: string, to: string): Promise<Result<void, GitFailure>>;
  /** Whether a path stands exactly as it is committed, or is neither committed nor there. */
  isClean(path: string): Promise<Result<boolean, GitFailure>>;
  /** A commit of this one path, in the person's own name; gives the commit. */
  commitFile(path: string, message: string): Promise<Result<string, GitFailure>>;
  /** Name and address from the user's git configuration. */
  identity(): Promise<{ name: string; email: string }>;
}
