/** The user's checkout: read, moved forward, never forced. */
import type { Clock } from '../domain/clock.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { findBranchPlace, tipOf } from './branch-place.ts';
import { carryObjects, commonTips, whileKept } from './carry.ts';
import { commitFile, isClean } from './commit-file.ts';
import { deliver } from './deliver.ts';
import type { CheckoutFacts, GitFailure, UserCheckout } from './git.ts';
import { attempt, succeeded, textOf } from './git-command.ts';
import type { GitEnvironment } from './git-environment.ts';
import { headRef, looseTip } from './ref-files.ts';
import { type StoreContext, storeContext } from './store-context.ts';
import { findRepository, isPartialClone, type UserRepository } from './user-repository.ts';

export interface CheckoutOptions {
  /** An absolute path in the checkout. */
  path: string;
  environment: GitEnvironment;
  /** Only for the pauses while a lock of the store is watched. */
  clock: Pick<Clock, 'sleep'>;
}

const BRANCH_PREFIX = 'refs/heads/';

/** `ref` is empty when HEAD is detached, `head` null before the first commit. */
async function readHead({ gitDir, commonDir, git }: UserRepository): Promise<{ ref: string; head: string | null }> {
  const ref = headRef(gitDir);
  const tip = ref === null ? null : looseTip(commonDir, ref);
  if (ref !== null && tip !== null) return { ref, head: tip };
  const [head, name] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    git(['symbolic-ref', '--quiet', 'HEAD']),
  ]);
  return { ref: textOf(name), head: succeeded(head) ? textOf(head) : null };
}

async function readFacts(
  path: string,
  found: Result<UserRepository, GitFailure>,
): Promise<Result<CheckoutFacts, GitFailure>> {
  if (!found.ok) return found;
  const { root, commonDir, shallow, git } = found.value;
  const [isPartial, { ref, head }] = await Promise.all([isPartialClone(git), readHead(found.value)]);
  if (isPartial) return fail({ reason: 'partial_clone', path });
  const branch = ref.startsWith(BRANCH_PREFIX) ? ref.slice(BRANCH_PREFIX.length) : null;
  return ok({ root, commonDir, branch, head, shallow });
}

/** What a branch that is brought over may do to one of the same name: nothing but move it forward, out of sight. */
async function expectedTip(
  repository: UserRepository,
  branch: string,
  commit: string,
): Promise<Result<string, GitFailure>> {
  const place = await findBranchPlace(repository, branch);
  if (!place.ok) return place.failure.reason === 'no_branch' ? ok('0'.repeat(commit.length)) : place;
  const { tip, isHere, hold } = place.value;
  const isForward = succeeded(await repository.git(['merge-base', '--is-ancestor', tip, commit]));
  const isFree = !isHere && hold === null;
  if (tip === commit || (isForward && isFree)) return ok(tip);
  const detail = isFree ? `${branch} exists and has other commits` : (hold ?? `${branch} is checked out`);
  return fail({ reason: 'git_failed', command: `git branch ${branch}`, exitCode: null, detail });
}

async function importBranch(
  store: StoreContext,
  repository: UserRepository,
  from: string,
  to: string,
): Promise<Result<void, GitFailure>> {
  const source = await store.git(['rev-parse', '--verify', '--quiet', `${BRANCH_PREFIX}${from}^{commit}`]);
  if (!succeeded(source)) return fail({ reason: 'no_branch', ref: from });
  const commit = textOf(source);
  const known = await commonTips(store, repository);
  if (!known.ok) return known;
  return whileKept(await carryObjects(store, repository, commit, known.value), async () => {
    const expected = await expectedTip(repository, to, commit);
    if (!expected.ok) return expected;
    const ref = `${BRANCH_PREFIX}${to}`;
    const moved = await attempt(repository.git, ['update-ref', '-m', `kleiber: ${from}`, ref, commit, expected.value]);
    return moved.ok ? ok(undefined) : moved;
  });
}

/** simple-git reads the settings as a person's git would; it is loaded here because only this rare question needs it. */
async function readIdentity({ path, environment }: CheckoutOptions): Promise<{ name: string; email: string }> {
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({ baseDir: path, timeout: { block: 10_000 } });
  const settings = await git.env({ PATH: environment.path, HOME: environment.home, LC_ALL: 'C' }).listConfig();
  const read = (key: string): string => {
    const value = settings.all[key];
    return (Array.isArray(value) ? value.at(-1) : value) ?? '';
  };
  return { name: read('user.name'), email: read('user.email') };
}

/** A checkout of the user's, found anew with each question, since a person may move or repair it meanwhile. */
export function userCheckout(options: CheckoutOptions): UserCheckout {
  const { path, environment, clock } = options;
  const find = (): Promise<Result<UserRepository, GitFailure>> => findRepository(path, environment);
  return {
    facts: async () => readFacts(path, await find()),
    tip: async branch => {
      const repository = await find();
      return repository.ok ? await tipOf(repository.value, `${BRANCH_PREFIX}${branch}`) : null;
    },
    deliver: async (store, branch, commit, isRecordPath) => {
      const repository = await find();
      if (!repository.ok) return repository;
      const context = storeContext(store.path, environment, clock);
      return deliver({ store: context, repository: repository.value, commit }, branch, isRecordPath);
    },
    importBranch: async (store, from, to) => {
      const repository = await find();
      if (!repository.ok) return repository;
      return importBranch(storeContext(store.path, environment, clock), repository.value, from, to);
    },
    isClean: async file => {
      const repository = await find();
      return repository.ok ? isClean(repository.value, file) : repository;
    },
    commitFile: async (file, message) => {
      const repository = await find();
      if (!repository.ok) return repository;
      return commitFile(repository.value, file, message, await readIdentity(options));
    },
    identity: () => readIdentity(options),
  };
}
