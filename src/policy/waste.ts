/** Money that brought nothing, with its reason: attempts that ended in vain, came back, stopped for good, or were taken back, and reviews without a verdict. */
import type { NanoUsd } from '../domain/money.ts';
import type { Attempt, TaskState } from './task-state.ts';

export interface Waste {
  task: string;
  attempt: number;
  cost: NanoUsd;
  /** `stuck`, `returned: red`, `blocked: budget`, `review without a verdict: …`, `cancelled`. */
  reason: string;
}

export const wasteOf = (states: Iterable<TaskState>): Waste[] =>
  [...states].flatMap(state => [...lostAttempts(state), ...lostReviews(state)].filter(({ cost }) => cost > 0));

const lostAttempts = (state: TaskState): Waste[] =>
  state.attempts.flatMap(attempt => {
    const reason = reasonOf(state, attempt);
    return reason === null
      ? []
      : [{ task: state.id, attempt: attempt.attempt, cost: attempt.spend?.cost ?? 0, reason }];
  });

/** A verdict is worth its money, whatever it says, unless the work that it judges is taken back. */
function lostReviews({ id, stage, verdicts, lostReviews }: TaskState): Waste[] {
  const judged = stage.kind === 'cancelled' ? verdicts : [];
  return [
    ...judged.map(({ attempt, spend }) => ({ task: id, attempt, cost: spend.cost, reason: 'cancelled, its review' })),
    ...lostReviews.map(({ attempt, detail, cost }) => ({
      task: id,
      attempt,
      cost,
      reason: `review without a verdict: ${detail}`,
    })),
  ];
}

/** Null for what was of use: handed in and kept, interrupted or asked and then gone on with. */
function reasonOf({ stage, returns }: TaskState, { attempt, outcome }: Attempt): string | null {
  if (stage.kind === 'cancelled') return 'cancelled';
  const back = returns.find(found => found.attempt === attempt);
  if (back !== undefined) return `returned: ${back.reason.replaceAll('_', ' ')}`;
  switch (outcome) {
    case 'submitted':
    case 'interrupted':
    case null:
      return null;
    case 'blocked':
      return stage.kind === 'blocked' && USELESS.has(stage.blocker.type) ? `blocked: ${stage.blocker.type}` : null;
    default:
      return outcome.replaceAll('_', ' ');
  }
}

/** Standing still for these, nothing of it can be used as it is. */
const USELESS: ReadonlySet<string> = new Set(['budget', 'refusal', 'out_of_zone']);
