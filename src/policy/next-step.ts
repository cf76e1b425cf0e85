/**
 * The only road into the branch, as a decision: what the conductor does next with submitted work. Each
 * step needs the result of the one before, so none can be skipped.
 */
import type { CheckResult, Validation } from '../domain/check.ts';
import { isStrike } from './strikes.ts';
import type { Stage, TaskState } from './task-state.ts';

export type Submitted = Extract<Stage, { kind: 'submitted' }>;

export type NextStep =
  | { kind: 'prove' }
  | { kind: 'validate' }
  /** Red was run on the base as well: is the worker to blame, or was it broken before? */
  | { kind: 'give_back'; reason: 'red'; note: string }
  | { kind: 'wait_for_person'; commit: string }
  | { kind: 'block'; why: 'could_not_run' | 'red_on_base'; note: string }
  | { kind: 'land' };

/** `needsPerson` comes from the floor; an approval counts for its own commit only. */
export function nextStep(state: TaskState, stage: Submitted, needsPerson: boolean): NextStep {
  if (!stage.proven) return { kind: 'prove' };
  if (stage.validation === null) return { kind: 'validate' };
  const verdict = afterValidation(stage.validation, stage.baseResult);
  if (verdict !== null) return verdict;
  const commit = stage.submission.commit;
  if (needsPerson && !state.approvals.some(approval => approval.commit === commit))
    return { kind: 'wait_for_person', commit };
  return { kind: 'land' };
}

function afterValidation(validation: Validation, baseResult: CheckResult | null): NextStep | null {
  switch (validation.result) {
    case 'green':
      return null;
    case 'could_not_run':
      return { kind: 'block', why: 'could_not_run', note: failingOutput(validation) };
    case 'red':
      return afterRed(failingOutput(validation), baseResult);
  }
}

/** Nobody is blamed while it is open whether the base is red too. */
function afterRed(note: string, baseResult: CheckResult | null): NextStep {
  if (baseResult === 'red') return { kind: 'block', why: 'red_on_base', note };
  if (baseResult === 'could_not_run') return { kind: 'block', why: 'could_not_run', note };
  return { kind: 'give_back', reason: 'red', note };
}

/** What a worker must see of a failed validation: the commands that failed with the end of what they printed. */
export function failingOutput(validation: Validation): string {
  return validation.runs
    .filter(run => run.result !== 'green')
    .map(
      run =>
        `$ ${run.command}\n(${run.result === 'red' ? `exit code ${run.exitCode}` : 'could not run'})\n${run.output.slice(-6000)}`,
    )
    .join('\n\n');
}

/** After too many tries a person has to look. What was nobody's fault is no try, until it has happened very often. */
export function mayTryAgain(state: TaskState, mostAttempts: number): boolean {
  const since = state.attempts.slice(state.forgiven);
  const blameless = new Set(state.returns.filter(({ reason }) => !isStrike(reason)).map(({ attempt }) => attempt));
  const tries = since.filter(
    ({ attempt, outcome }) => outcome !== 'interrupted' && outcome !== 'blocked' && !blameless.has(attempt),
  );
  return tries.length < mostAttempts && since.length < mostAttempts * 4;
}
