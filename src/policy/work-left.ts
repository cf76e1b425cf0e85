/** How long the work that is left will probably take, if nothing waits for a person. */
import type { Tier } from '../domain/tier.ts';
import { estimateMinutes } from './estimate.ts';
import { criticalPath } from './graph.ts';

/** A task that is not done. */
export interface OpenWork {
  id: string;
  tier: Tier;
  /** The planner's guess; null where there is none. */
  minutes: number | null;
  dependsOn: readonly string[];
  /** Minutes that its running attempt has taken so far. */
  done: number;
}

/** In minutes: the longest path through it, or what the fullest tier has to do in its lanes, whichever is more. */
export function minutesLeft(
  work: readonly OpenWork[],
  lanes: Readonly<Record<Tier, number>>,
): { low: number; high: number } {
  return { low: atLeast(work, lanes, 0), high: atLeast(work, lanes, 1) };
}

function atLeast(work: readonly OpenWork[], lanes: Readonly<Record<Tier, number>>, bound: 0 | 1): number {
  const minutes = new Map(
    work.map(({ id, tier, minutes: guess, done }) => [id, Math.max(0, estimateMinutes(tier, guess)[bound] - done)]),
  );
  const sumOf = (ids: readonly string[]): number => ids.reduce((sum, id) => sum + (minutes.get(id) ?? 0), 0);
  const nodes = work.map(({ id, dependsOn }) => ({ id, dependsOn, minutes: minutes.get(id) ?? 0 }));
  const tiers = Object.entries(lanes).map(
    ([tier, lane]) => sumOf(work.filter(task => task.tier === tier).map(({ id }) => id)) / lane,
  );
  return Math.round(Math.max(0, sumOf(criticalPath(nodes)), ...tiers));
}
