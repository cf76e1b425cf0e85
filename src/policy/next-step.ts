/**
 * The only road into the branch, as a decision: what the conductor does next with submitted work. Each
 * step needs the result of the one before, so none can be skipped.
 */
import type { CheckResult, CheckRun, Validation } from '../domain/check.ts';
import { isAtLeast } from '../domain/tier.ts';
import { changesNote, type GateDemand, type ReviewDemand } from './review.ts';
import { isStrike } from './strikes.ts';
import type { FailedReview, Stage, TaskState } from './task-state.ts';

export type Submitted = Extract<Stage, { kind: 'submitted' }>;

export type NextStep =
  | { kind: 'prove' }
  | { kind: 'validate' }
  /** Red was run on the base as well: is the worker to blame, or was it broken before? */
  | {
      kind: 'give_back';
      reason: 'red' | 'red_candidate' | 'below_floor' | 'changes_requested' | 'rejected';
      note: string;
    }
  | ({ kind: 'review' } & ReviewDemand)
  /** No verdict could be had. */
  | ({ kind: 'block_review' } & FailedReview)
  | { kind: 'wait_for_person'; commit: string }
  | { kind: 'block'; why: 'could_not_run' | 'red_on_base'; note: string }
  | { kind: 'land' };

/** How often a review may end without a verdict before somebody has to look. */
const MOST_FAILED_REVIEWS = 2;

/** An approval and a verdict count for their own commit only. */
export function nextStep(state: TaskState, stage: Submitted, demand: GateDemand): NextStep {
  if (!stage.proven) return { kind: 'prove' };
  if (stage.validation === null) return { kind: 'validate' };
  const checked = afterValidation(state, stage.validation, stage.baseResult) ?? belowFloor(demand);
  if (checked !== null) return checked;
  const { commit } = stage.submission;
  const reviewed = afterReview(state, commit, demand.review);
  if (reviewed !== null) return reviewed;
  if (demand.floor.needsPerson && !state.approvals.some(approval => approval.commit === commit))
    return { kind: 'wait_for_person', commit };
  return { kind: 'land' };
}

/** What code found in it asks for a stronger model than the one that built it: its work is kept and looked through. */
function belowFloor({ built, floor }: GateDemand): NextStep | null {
  if (isAtLeast(built, floor.tier)) return null;
  const note = `${built} built this, and it must be ${floor.tier}:\n${floor.because.map(why => `- ${why}`).join('\n')}
The worktree holds the work so far. Go through all of it, mend what is not right, and hand it in again.`;
  return { kind: 'give_back', reason: 'below_floor', note };
}

/** The last verdict on this very commit decides; an approval by too weak a tier is not enough. */
function afterReview(state: TaskState, commit: string, needed: ReviewDemand | null): NextStep | null {
  const last = state.verdicts.findLast(({ verdict }) => verdict.commit === commit);
  if (last !== undefined && last.verdict.decision !== 'approve') {
    const reason = last.verdict.decision === 'reject' ? 'rejected' : 'changes_requested';
    return { kind: 'give_back', reason, note: changesNote(last.verdict, last.reviewer.tier) };
  }
  if (needed === null || (last !== undefined && isAtLeast(last.reviewer.tier, needed.tier))) return null;
  const failure = state.failedReviews.at(-1);
  if (failure !== undefined && state.failedReviews.length >= MOST_FAILED_REVIEWS)
    return { kind: 'block_review', ...failure };
  return { kind: 'review', ...needed };
}

function afterValidation(state: TaskState, validation: Validation, baseResult: CheckResult | null): NextStep | null {
  switch (validation.result) {
    case 'green':
      return null;
    case 'could_not_run':
      return { kind: 'block', why: 'could_not_run', note: failingOutput(validation) };
    case 'red':
      return afterRed(state, failingOutput(validation), baseResult);
  }
}

/** Nobody is blamed while it is open whether the base is red too. */
function afterRed(state: TaskState, note: string, baseResult: CheckResult | null): NextStep {
  if (baseResult === 'red') return { kind: 'block', why: 'red_on_base', note };
  if (baseResult === 'could_not_run') return { kind: 'block', why: 'could_not_run', note };
  const resolver = state.attempts.at(-1)?.agent ?? state.agent;
  return resolver === state.agent ? { kind: 'give_back', reason: 'red', note } : redOnceResolved(resolver, note);
}

/** Two works that do not fit: whoever resolved the conflict may not mend the rest of it, so nobody has failed. */
const redOnceResolved = (resolver: string, note: string): NextStep => ({
  kind: 'give_back',
  reason: 'red_candidate',
  note: `${resolver} has resolved the conflict in its files, and the checks are red on the merged work, which the worktree holds.\n${note}`,
});

/** What a worker must see of a failed validation: the commands that failed with the end of what they printed. */
export function failingOutput(validation: Validation): string {
  return validation.runs
    .filter(({ result }) => result === 'red' || result === 'could_not_run')
    .map(run => `$ ${run.command}\n(${endOf(run)})\n${run.output.slice(-6000)}`)
    .join('\n\n');
}

function endOf({ result, exitCode }: CheckRun): string {
  if (result === 'could_not_run') return 'could not run';
  return exitCode === null ? 'red' : `exit code ${exitCode}`;
}

/** For each try that is allowed, so many attempts may end without anybody's fault. */
const BLAMELESS_PER_TRY = 4;

/**
 * Why a person has to look before another attempt, and what for; null while one makes sense. What was nobody's fault is no try,
 * until it has happened very often: it may be the task itself that ends whoever works on it.
 */
export function whySpent(state: TaskState, mostAttempts: number): { problem: string; need: string } | null {
  const since = state.attempts.slice(state.forgiven);
  const blameless = new Set(state.returns.filter(({ reason }) => !isStrike(reason)).map(({ attempt }) => attempt));
  const tries = since.filter(
    ({ attempt, outcome }) => outcome !== 'interrupted' && outcome !== 'blocked' && !blameless.has(attempt),
  );
  if (tries.length >= mostAttempts)
    return {
      problem: `it has used its ${mostAttempts} attempts`,
      need: 'Look at the reports, change the task if need be, then retry it.',
    };
  if (since.length >= mostAttempts * BLAMELESS_PER_TRY)
    return {
      problem: `${since.length} attempts have ended before their time, and hardly one by a fault of the model`,
      need: 'See what ends them (who stops the workers, how much memory its commands take), then retry it.',
    };
  return null;
}
