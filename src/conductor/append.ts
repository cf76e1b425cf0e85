/** Appends for the conductor: each follows the state it was decided on, so that a decision on old facts is refused. */
import { type TargetEvent, type TaskEvent, targetStream, taskStream } from '../domain/event.ts';
import { NO_USAGE, type Spend } from '../domain/money.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { ConductorEdges } from './edges.ts';

export const NOTHING_SPENT: Spend = { usage: NO_USAGE, cost: 0 };

/** False when somebody else was faster: look again and decide again. */
export function appendTask(state: TaskState, event: TaskEvent, edges: ConductorEdges, closesLane = false): boolean {
  const { holder } = edges;
  return (
    holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: holder.at(), closesLane }) ===
    'appended'
  );
}

/** Events of a branch are written by the lead alone, so the last one read is the one to follow. */
export function appendTarget(branch: string, event: TargetEvent, edges: ConductorEdges): boolean {
  const { holder } = edges;
  const stream = targetStream(branch);
  const seq = (holder.baton.read(stream).at(-1)?.seq ?? 0) + 1;
  return holder.baton.append({ stream, seq, event, at: holder.at() }) === 'appended';
}
