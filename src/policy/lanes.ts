/** Reviews and questions go before new work in their lane (seed 1, lanes), without ever taking a lane from work that runs. */
import type { Tier } from '../domain/tier.ts';
import { blockedMove } from './escalation.ts';
import type { TaskState } from './task-state.ts';

/** The name under which a review holds its lane. */
export const reviewLane = (id: string): string => `review/${id}`;

/** The name under which opus answers a worker's question. */
export const adviceLane = (id: string): string => `advice/${id}`;

/** Lanes of a tier that new work leaves free: one, while something waits for a word on it that is not being said yet. */
export function lanesKept(
  states: Iterable<TaskState>,
  lanes: readonly { stream: string; tier: Tier }[],
  tier: Tier,
): number {
  const live = new Set(lanes.map(({ stream }) => stream));
  for (const state of states) {
    const wanted = wordWanted(state);
    if (wanted?.tier === tier && !live.has(wanted.lane)) return 1;
  }
  return 0;
}

function wordWanted(state: TaskState): { lane: string; tier: Tier } | null {
  const { id, stage } = state;
  if (stage.kind === 'submitted') return stage.review && { lane: reviewLane(id), tier: stage.review };
  // Whether opus is asked does not depend on what other tasks do.
  return blockedMove(state, () => 'never')?.kind === 'advise' ? { lane: adviceLane(id), tier: 'opus' } : null;
}
