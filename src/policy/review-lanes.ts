/** Reviews go before new work in their lane (seed 1, lanes), without ever taking a lane from work that runs. */
import type { Tier } from '../domain/tier.ts';
import type { TaskState } from './task-state.ts';

const PREFIX = 'review/';

/** The name under which a review holds its lane. */
export const reviewLane = (id: string): string => `${PREFIX}${id}`;

/**
 * Lanes of a tier that new work leaves free: one, while something waits for a review on it and no review is under way.
 * Reviews run one at a time, so more would stand empty.
 */
export function lanesKept(
  states: Iterable<TaskState>,
  lanes: readonly { stream: string; tier: Tier }[],
  tier: Tier,
): number {
  if (lanes.some(lane => lane.tier === tier && lane.stream.startsWith(PREFIX))) return 0;
  for (const { stage } of states) if (stage.kind === 'submitted' && stage.review === tier) return 1;
  return 0;
}
