/** Parks a task that no further attempt would help: strikes or attempts are used up, and a person has to look. */
import type { Blocker } from '../domain/blocker.ts';
import { type TaskEvent, taskStream } from '../domain/event.ts';
import { NO_USAGE } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { whySpent } from '../policy/next-step.ts';
import type { Routing } from '../policy/route.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { WorkerEdges } from './edges.ts';
import type { ClaimRefusal } from './refusal.ts';

/** Null while another attempt makes sense. */
export function whyParked(state: TaskState, routing: Routing, edges: WorkerEdges): Blocker | null {
  if (routing.exhausted)
    return parkedBlocker(state, 'every tier has failed at it', 'Change the task or take it over, then retry it.');
  const spent = whySpent(state, edges.studio.config.limits.attempts);
  return spent && parkedBlocker(state, spent.problem, spent.need);
}

const MOST_TOLD = 3;
const LONGEST_TOLD = 500;

/** Says what became of the last attempts, so that the file alone tells a person what happened. */
const parkedBlocker = (state: TaskState, problem: string, need: string): Blocker => ({
  type: 'technical',
  problem,
  tried: [...new Set([...state.returns, ...state.handovers].map(({ note }) => note))]
    .slice(-MOST_TOLD)
    .map(note => neutraliseLine(note).slice(0, LONGEST_TOLD)),
  need,
  options: [],
});

export function park(state: TaskState, blocker: Blocker, edges: WorkerEdges): ClaimRefusal {
  const event: TaskEvent = {
    kind: 'blocked',
    attempt: state.attempts.length,
    blocker,
    checkpoint: null,
    spend: { usage: NO_USAGE, cost: 0 },
    resumable: false,
  };
  edges.holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: edges.holder.at() });
  return { reason: 'parked', detail: blocker.problem };
}
