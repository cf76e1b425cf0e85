/**
 * Which endings say something about the model: only capability and premise failures are strikes; interruptions, rate
 * limits, sandbox denials, infrastructure and budget are not, so they never buy a dearer model.
 */
import type { AttemptEnd, ReturnReason } from '../domain/event.ts';
import type { TaskState } from './task-state.ts';

export function isStrike(reason: AttemptEnd['reason'] | ReturnReason): boolean {
  switch (reason) {
    case 'turn_limit':
    case 'no_submission':
    case 'stuck':
    case 'unproven':
    case 'red':
    case 'rejected':
      return true;
    case 'interrupted':
    case 'context_full':
    case 'model_unavailable':
    case 'tool_unavailable':
    case 'conflict':
    case 'red_candidate':
    case 'changes_requested':
    case 'below_floor':
      return false;
  }
}

/** How a deviation from a template shows: the reviewer found it, or the proof did. */
const DEVIATIONS: readonly ReturnReason[] = ['changes_requested', 'rejected', 'unproven'];

/**
 * Haiku that leaves its template is asked once more, in stricter words, before it counts (seed 2, troubleshooting): true for
 * the first such return of a task that haiku built from a template.
 */
export function isFirstDeviation(state: TaskState, hasTemplate: boolean, reason: ReturnReason): boolean {
  const last = state.attempts.at(-1);
  if (!hasTemplate || last?.route.tier !== 'haiku' || last.agent !== state.agent) return false;
  return DEVIATIONS.includes(reason) && !state.returns.some(earlier => DEVIATIONS.includes(earlier.reason));
}
