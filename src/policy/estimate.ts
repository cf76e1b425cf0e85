/** What a task will probably cost and take, as a range, before anything runs: from priors, per tier. */
import type { NanoUsd } from '../domain/money.ts';
import { nanoFromUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';

export interface Range {
  low: number;
  likely: number;
  high: number;
}

/** Ideal task duration per tier in minutes (seed 1, model utilization targets). */
export const IDEAL_MINUTES: Record<Tier, [number, number]> = { haiku: [1, 10], sonnet: [5, 30], opus: [15, 60] };

/** A 25-turn loop with its input read from the cache, in dollars; the spread is that of published per-task costs. */
const PRIOR_USD: Record<Tier, number> = { haiku: 0.015, sonnet: 0.24, opus: 0.49 };
const TYPICAL_MINUTES: Record<Tier, number> = { haiku: 5, sonnet: 15, opus: 30 };
const LOW = 0.4;
const HIGH = 2.5;

/** `minutes` is the planner's guess; without one the tier's typical task is assumed. */
export function estimateCost(tier: Tier, minutes: number | null): Record<keyof Range, NanoUsd> {
  const scale = Math.min(4, Math.max(0.3, (minutes ?? TYPICAL_MINUTES[tier]) / TYPICAL_MINUTES[tier]));
  const likely = PRIOR_USD[tier] * scale;
  return { low: nanoFromUsd(likely * LOW), likely: nanoFromUsd(likely), high: nanoFromUsd(likely * HIGH) };
}

export const estimateMinutes = (tier: Tier, minutes: number | null): [number, number] =>
  minutes === null ? IDEAL_MINUTES[tier] : [Math.max(1, Math.round(minutes * 0.6)), Math.round(minutes * 1.8)];

export function sumRanges(ranges: readonly Range[]): Range {
  return ranges.reduce<Range>(
    (sum, range) => ({ low: sum.low + range.low, likely: sum.likely + range.likely, high: sum.high + range.high }),
    {
      low: 0,
      likely: 0,
      high: 0,
    },
  );
}
