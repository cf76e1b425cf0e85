/** How full the caps of the calendar are, and the zone that follows from it (seeds 3 and 4). */
import type { Tier } from '../domain/tier.ts';
import { type BudgetZone, zoneOfSpend } from './budget.ts';

/** One cap of the calendar and what counts under it, in nano-dollars or, for a tier, in tokens. */
export interface CapUse {
  scope: 'day' | 'week' | 'tokens';
  /** Whose tokens; null for money. */
  tier: Tier | null;
  settled: number;
  open: number;
  cap: number;
  /** The local date on which it begins anew. */
  until: string;
}

/** The cap of which most is used up; null where none counts. Plans have no date on which they begin anew. */
export function tightestOf(caps: readonly CapUse[]): CapUse | null {
  const share = ({ settled, cap }: CapUse): number => settled / cap;
  return caps.reduce<CapUse | null>(
    (tightest, cap) => (tightest === null || share(cap) > share(tightest) ? cap : tightest),
    null,
  );
}

/** The caps that work of a tier counts under: money, and the tokens of its own tier. */
export const capsOfTier = (caps: readonly CapUse[], tier: Tier): CapUse[] =>
  caps.filter(cap => cap.tier === null || cap.tier === tier);

/** The zone over the tightest of these caps, by what is settled: what is only reserved mostly comes back. */
export function zoneOfCaps(caps: readonly CapUse[]): BudgetZone {
  const tightest = tightestOf(caps);
  return tightest === null ? 'green' : zoneOfSpend(tightest.settled, tightest.cap);
}

/** `the week's money`, `this week's opus tokens`. */
export const capName = ({ scope, tier }: Pick<CapUse, 'scope' | 'tier'>): string =>
  scope === 'tokens' ? `the week's ${tier} tokens` : `the ${scope}'s money`;
