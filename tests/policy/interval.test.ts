import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Strength, strengthOf, wilson } from '../../src/policy/interval.ts';

test.each([
  [0, 0, 0, 1],
  [3, 5, 0.231, 0.882],
  [1, 5, 0.036, 0.624],
  [0, 10, 0, 0.278],
  [50, 100, 0.404, 0.596],
])('%d of %d lies between %d and %d', (hits, total, low, high) => {
  const found = wilson(hits, total);
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 3), expect.closeTo(high, 3)]);
});

test.each<[number, number, Strength]>([
  [0, 0, 'none'],
  [3, 5, 'very weak'],
  [3, 30, 'fair'],
  [6, 20, 'weak'],
  [5, 100, 'strong'],
])('%d of %d is %s evidence', (hits, total, strength) => {
  expect(strengthOf(wilson(hits, total), total)).toBe(strength);
});

test('property: the share lies inside, inside 0 and 1, and more of the same makes it narrower', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat({ max: 500 }), (total, some) => {
      const hits = Math.min(some, total);
      const { low, high } = wilson(hits, total);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low - 1e-9).toBeLessThanOrEqual(hits / total);
      expect(high + 1e-9).toBeGreaterThanOrEqual(hits / total);
      const more = wilson(hits * 2, total * 2);
      expect(more.high - more.low).toBeLessThan(high - low);
    }),
  );
});
