/** Estimates from priors: whole money, ranges that contain their middle, and the durations of seed 1. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TIERS, type Tier } from '../../src/domain/tier.ts';
import { estimateCost, estimateFrom, estimateMinutes, IDEAL_MINUTES, sumRanges } from '../../src/policy/estimate.ts';

test('the ideal durations are those of seed 1, in minutes', () => {
  expect(IDEAL_MINUTES).toEqual({ opus: [15, 60], sonnet: [5, 30], haiku: [1, 10] });
});

describe('cost', () => {
  test.each([
    ['haiku', { low: 6_000_000, likely: 15_000_000, high: 37_500_000 }],
    ['sonnet', { low: 96_000_000, likely: 240_000_000, high: 600_000_000 }],
    ['opus', { low: 196_000_000, likely: 490_000_000, high: 1_225_000_000 }],
  ] as const)('of a typical task of %s', (tier, range) => {
    expect(estimateCost(tier, null)).toEqual(range);
  });

  test.each([
    [15, 240_000_000],
    [30, 480_000_000],
    [1, 72_000_000],
    [600, 960_000_000],
  ])('of a task of %i minutes on sonnet, within limits: %i', (minutes, likely) => {
    expect(estimateCost('sonnet', minutes).likely).toBe(likely);
  });

  test('is whole nano-dollars, in order, and grows with the time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TIERS), fc.integer({ min: 1, max: 600 }), (tier, minutes) => {
        const { low, likely, high } = estimateCost(tier, minutes);
        expect([low, likely, high].every(Number.isSafeInteger)).toBe(true);
        expect(0 < low && low < likely && likely < high).toBe(true);
        expect(estimateCost(tier, minutes + 1).likely).toBeGreaterThanOrEqual(likely);
      }),
    );
  });

  test('a stronger tier is dearer for the same typical task', () => {
    const likely = TIERS.map(tier => estimateCost(tier, null).likely);
    expect(likely).toEqual(likely.toSorted((a, b) => a - b));
  });
});

test.each([
  ['haiku', null, [1, 10]],
  ['opus', null, [15, 60]],
  ['sonnet', 20, [12, 36]],
  ['haiku', 1, [1, 2]],
] as const)('the minutes of %s with a guess of %s are %j', (tier, guess, range) => {
  expect(estimateMinutes(tier, guess)).toEqual(range);
});

test('a sum of ranges is the range of the sum', () => {
  expect([
    sumRanges([]),
    sumRanges([
      { low: 1, likely: 2, high: 3 },
      { low: 10, likely: 20, high: 30 },
    ]),
  ]).toEqual([
    { low: 0, likely: 0, high: 0 },
    { low: 11, likely: 22, high: 33 },
  ]);
});

describe('from what landed here', () => {
  const past = [30, 10, 20, 1_000, 40].map(cost => ({ agent: 'scribe', tier: 'haiku' as const, cost }));

  test('three landed tasks of an agent on a tier tell more than priors', () => {
    expect(estimateFrom(past, 'scribe', 'haiku', 5)).toEqual({ low: 12, likely: 30, high: 808, learnedFrom: 5 });
    expect(estimateFrom(past.slice(0, 3), 'scribe', 'haiku', null)).toEqual({
      low: 11,
      likely: 20,
      high: 29,
      learnedFrom: 3,
    });
  });

  test.each<[string, Parameters<typeof estimateFrom>[1], Tier]>([
    ['another agent', 'validator', 'haiku'],
    ['another tier', 'scribe', 'opus'],
  ])('%s has built-in priors still', (_name, agent, tier) => {
    expect(estimateFrom(past, agent, tier, 5)).toEqual({ ...estimateCost(tier, 5), learnedFrom: 0 });
    expect(estimateFrom(past.slice(0, 2), 'scribe', 'haiku', 5).learnedFrom).toBe(0);
  });
});
