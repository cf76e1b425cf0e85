/** What a task will probably cost and take, as a range, before anything runs: from priors, and from what landed here before. */
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

/** So many landed tasks of an agent on a tier tell more than priors do. */
const ENOUGH = 3;

export interface Estimate extends Range {
  /** Landed tasks that it is made of; 0 is built-in priors. */
  learnedFrom: number;
}

/** From landed tasks of this agent on this tier where there are enough of them: nine in ten cost between low and high. */
export function estimateFrom(
  past: readonly { agent: string; tier: Tier; cost: NanoUsd }[],
  agent: string,
  tier: Tier,
  minutes: number | null,
): Estimate {
  const costs = past
    .filter(task => task.agent === agent && task.tier === tier)
    .map(({ cost }) => cost)
    .sort((a, b) => a - b);
  if (costs.length < ENOUGH) return { ...estimateCost(tier, minutes), learnedFrom: 0 };
  const [low, likely, high] = [0.05, 0.5, 0.95].map(share => quantile(costs, share));
  return { low: low ?? 0, likely: likely ?? 0, high: high ?? 0, learnedFrom: costs.length };
}

/** Between the two nearest of sorted values, in whole nano-dollars. */
function quantile(sorted: readonly number[], share: number): NanoUsd {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return Math.round(below + (above - below) * (place - Math.floor(place)));
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
