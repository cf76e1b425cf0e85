/**
 * Which endings say something about the model: only capability and premise failures are strikes; interruptions, rate
 * limits, sandbox denials, infrastructure and budget are not, so they never buy a dearer model.
 */
import type { AttemptEnd, ReturnReason } from '../domain/event.ts';

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
