/** What programs read: one spelling of keys, and no money that somebody has to divide first. */
import { expect, test } from 'vitest';
import { jsonValue } from '../../src/report/json.ts';

test('keys are snake_case, and money is decimal text under a key that says so', () => {
  const state = {
    createdAt: '2026-11-21T09:00:00Z',
    reviewCost: 0,
    attempts: [{ spend: { usage: { cacheRead: 3 }, cost: 5_164_000 } }],
    estimates: new Map([['p1-01-a', { low: 96_000_000, likely: 240_000_000, high: 600_000_000 }]]),
    interval: { low: 0.1, high: 0.4 },
    nothing: null,
  };
  expect(jsonValue(state)).toEqual({
    created_at: '2026-11-21T09:00:00Z',
    review_cost_usd: '0.00',
    attempts: [{ spend: { usage: { cache_read: 3 }, cost_usd: '0.005164' } }],
    estimates: { 'p1-01-a': { low_usd: '0.096', likely_usd: '0.24', high_usd: '0.60' } },
    interval: { low: 0.1, high: 0.4 },
    nothing: null,
  });
});
