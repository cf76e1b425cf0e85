/** The one road back: the user's branch moves forward to a commit of the store, or nothing of the user's changes. */
import { allEnded } from '../domain/all-ended.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { type BranchPlace, findBranchPlace } from './branch-place.ts';
import { type Carried, carryObjects, whileKept } from './carry.ts';
import { refuseWithoutRoom } from './checkout-room.ts';
import type { DeliveryOutcome, GitFailure } from './git.ts';
import { failureOf, type Git, type GitOutput, succeeded, textOf } from './git-command.ts';
import { type Delivery, planStaging, type Staging, writeIndex } from './record-staging.ts';
import { headRef, isRefAt } from './ref-files.ts';
import { kleiberIdentity, objectId } from './store-context.ts';
import { joinDelivered } from './upkeep.ts';
import { disarmed } from './user-repository.ts';

type Delivered = Result<DeliveryOutcome, GitFailure>;

const isForward = async (git: Git, from: string, to: string): Promise<boolean> =>
  succeeded(await git(['merge-base', '--is-ancestor', objectId(from), objectId(to)]));

/** Null when the branch can move forward. The store need not know the user's newest commits, nor the user the store's. */
async function settled({ store, repository, tip, commit }: Delivery): Promise<DeliveryOutcome | null> {
  if (tip === commit) return { kind: 'up_to_date' };
  if (await isForward(store.git, tip, commit)) return null;
  return (await isForward(repository.git, commit, tip)) ? { kind: 'ahead' } : { kind: 'diverged', tip };
}

/** What a delivery has carried that then had to wait: it is carried once, and this ref keeps it. */
const carriedRef = (branch: string): string => `refs/kleiber/${branch}`;

async function bringOver(
  { store, repository, tip, commit }: Delivery,
  branch: string,
): Promise<Result<Carried, GitFailure>> {
  if (isRefAt(repository.commonDir, carriedRef(branch), commit)) return ok({ letGo: async () => {} });
  return carryObjects(store, repository, commit, [tip]);
}

const keepCarried = ({ repository, commit }: Delivery, branch: string): Promise<GitOutput> =>
  repository.git(['update-ref', carriedRef(branch), commit]);

/** The reflog of the user's branch says who moved it. */
const signature = (delivery: Delivery): Record<string, string> => {
  const { GIT_AUTHOR_DATE: _, GIT_COMMITTER_DATE: __, ...names } = kleiberIdentity('1970-01-01T00:00:00Z');
  return { ...names, GIT_REFLOG_ACTION: `kleiber: deliver ${delivery.commit.slice(0, 12)}` };
};

/** Nobody shows the branch: its ref moves, unless somebody else moved it first. */
async function moveRef(delivery: Delivery, branch: string): Promise<Delivered> {
  const { repository, tip, commit } = delivery;
  const args = ['update-ref', '-m', `kleiber: deliver ${commit.slice(0, 12)}`, `refs/heads/${branch}`, commit, tip];
  const moved = await repository.git(args, { variables: signature(delivery) });
  if (succeeded(moved)) return ok({ kind: 'delivered', commit });
  const now = textOf(await repository.git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]));
  return now !== tip && now !== '' ? ok({ kind: 'diverged', tip: now }) : fail(failureOf(args, moved));
}

/**
 * `--no-overwrite-ignore`: an ignored file of the user's is a file of the user's. No stash, no signature check, no
 * statistics, so that no program of the repository's choosing is needed.
 */
const MERGE = ['merge', '--ff-only', '--no-squash', '--no-autostash', '--no-verify-signatures', '--no-stat'];

/** Git names the files in its way one to a line, each after a tab. */
const filesNamed = (stderr: string): string[] => [
  ...new Set(stderr.split('\n').flatMap(line => (line.startsWith('\t') ? [line.slice(1).trimEnd()] : []))),
];

async function refusal(delivery: Delivery, branch: string, args: string[], output: GitOutput): Promise<Delivered> {
  const files = filesNamed(output.stderr);
  if (files.length > 0) return ok({ kind: 'waits_for_local_changes', files });
  const lock = /Unable to create '(.+?index\.lock)'/.exec(output.stderr)?.[1];
  if (lock !== undefined) return ok({ kind: 'waits_for_checkout', detail: `another git is at work: ${lock}` });
  const now = textOf(await delivery.repository.git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]));
  return now === delivery.tip ? fail(failureOf(args, output)) : ok({ kind: 'diverged', tip: now });
}

/** A person may have switched branches since we looked; a fast-forward of another branch would be somebody else's. */
async function isStillHere({ repository }: Delivery, branch: string): Promise<boolean> {
  const head = headRef(repository.gitDir) ?? textOf(await repository.git(['symbolic-ref', '--quiet', 'HEAD']));
  return head === `refs/heads/${branch}`;
}

/** What is staged is not left in the user's index when a full disk ends the run; without room for that too, the next delivery does it. */
async function takingBack(merging: Promise<GitOutput>, undo: () => Promise<unknown>): Promise<GitOutput> {
  try {
    return await merging;
  } catch (error) {
    await undo().catch(() => undefined);
    throw error;
  }
}

async function merge(delivery: Delivery, branch: string, git: Git, undo: Staging['undo']): Promise<Delivered> {
  const args = [...MERGE, '--no-overwrite-ignore', delivery.commit];
  const isHere = await isStillHere(delivery, branch);
  const merging = isHere ? git(args, { variables: signature(delivery), deadlineMs: 600_000 }) : null;
  const output = merging === null ? null : await takingBack(merging, () => writeIndex(git, undo));
  if (output !== null && succeeded(output)) return ok({ kind: 'delivered', commit: delivery.commit });
  await allEnded([writeIndex(git, undo), keepCarried(delivery, branch)]);
  if (output === null) return ok({ kind: 'waits_for_checkout', detail: `${branch} was left while it was delivered` });
  return refusal(delivery, branch, args, output);
}

async function fastForward(
  delivery: Delivery,
  branch: string,
  isRecordPath: (path: string) => boolean,
): Promise<Delivered> {
  await refuseWithoutRoom(delivery);
  const [brought, git, staging] = await allEnded([
    bringOver(delivery, branch),
    disarmed(delivery.repository),
    planStaging(delivery, isRecordPath),
  ]);
  return whileKept(brought, async () => {
    if (!git.ok) return git;
    if (!staging.ok) return staging;
    const staged = await writeIndex(git.value, staging.value.lines);
    return staged.ok
      ? await merge(delivery, branch, git.value, staging.value.undo)
      : notStaged(delivery, staged.failure);
  });
}

function notStaged(delivery: Delivery, failure: GitFailure): Delivered {
  if (failure.reason !== 'git_failed' || !failure.detail.includes('index.lock')) return fail(failure);
  return ok({
    kind: 'waits_for_checkout',
    detail: `another git is at work in ${delivery.repository.root}; when there is none, remove its .git/index.lock`,
  });
}

const moveUnseen = async (delivery: Delivery, branch: string): Promise<Delivered> =>
  whileKept(await bringOver(delivery, branch), () => moveRef(delivery, branch));

/** Moves a branch of the user's forward to `commit`; see `UserCheckout.deliver`. */
export async function deliver(
  { store, repository, commit }: Omit<Delivery, 'tip'>,
  branch: string,
  isRecordPath: (path: string) => boolean,
): Promise<Delivered> {
  const place: Result<BranchPlace, GitFailure> = await findBranchPlace(repository, branch);
  if (!place.ok) return place;
  const delivery: Delivery = { store, repository, tip: place.value.tip, commit: objectId(commit) };
  const outcome = await settled(delivery);
  if (outcome !== null) return ok(outcome);
  if (place.value.hold !== null) return ok({ kind: 'waits_for_checkout', detail: place.value.hold });
  const delivered = await (place.value.isHere
    ? fastForward(delivery, branch, isRecordPath)
    : moveUnseen(delivery, branch));
  if (delivered.ok && delivered.value.kind === 'delivered') await joinDelivered(repository);
  return delivered;
}
