/** How work should be shared among the tiers, as the seeds set it, and how long and how thoughtful a tier's task should be. */
import type { TargetSetName } from '../domain/config.ts';
import type { Tier } from '../domain/tier.ts';

export interface TargetSet {
  name: TargetSetName;
  /** What is counted: claimed attempts, or the hours that their conversations took. */
  unit: 'attempts' | 'hours';
  source: string;
  /** Per cent of all, from and to. */
  share: Record<Tier, [number, number]>;
}

export const TARGETS: Readonly<Record<TargetSetName, TargetSet>> = {
  seed1: {
    name: 'seed1',
    unit: 'attempts',
    source: 'seed 1, cost efficiency',
    share: { haiku: [25, 35], sonnet: [50, 60], opus: [10, 15] },
  },
  'haiku-first': {
    name: 'haiku-first',
    unit: 'hours',
    source: 'seed 3, weekly allocation',
    share: { haiku: [60, 70], sonnet: [25, 30], opus: [5, 10] },
  },
};

/** Thinking to executing in per cent (seed 1, model utilization targets). */
export const THINK_TO_EXECUTE: Readonly<Record<Tier, string>> = { haiku: '10:90', sonnet: '40:60', opus: '70:30' };
