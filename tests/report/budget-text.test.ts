/** The budget as a person reads it: what was thought, what came to nothing, what was saved, in amounts that say something. */
import { expect, test } from 'vitest';
import { dollars, NO_USAGE, nanoFromUsd } from '../../src/domain/money.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { type BookedLine, budgetReport } from '../../src/policy/budget-report.ts';
import { TARGETS } from '../../src/policy/targets.ts';
import { budgetJson, budgetText } from '../../src/report/budget-text.ts';
import {
  claimed,
  created,
  landed,
  proven,
  reviewed,
  reviewFailed,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const line = (tier: Tier, usd: number, output: number, thinking: number | null): BookedLine => ({
  at: '2026-11-21T11:00:00Z',
  day: '2026-11-21',
  purpose: { task: 'basket', agent: 'engineer-backend', phase: 'EXEC', tier, model: `claude-${tier}` },
  reserved: 0,
  settled: nanoFromUsd(usd),
  usage:
    thinking === null
      ? { input: 0, output, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
      : { ...NO_USAGE, output, thinking },
  logged: null,
});

const report = budgetReport({
  lines: [line('sonnet', 0.4, 1_000, 300), line('sonnet', 0.1, 500, null), line('haiku', 0.001, 100, 0)],
  recent: [],
  caps: [],
  states: [
    stateAfter([
      created(),
      claimed(1),
      submitted(1),
      proven(),
      validated(1, 'green'),
      reviewFailed(),
      reviewed('approve', 'opus'),
      landed(1),
    ]),
  ],
  estimates: new Map(),
  targets: TARGETS.seed1,
  now: NOW,
  priceOn: tier => nanoFromUsd({ haiku: 0, sonnet: 0.167, opus: 0.4 }[tier]),
});
const facts = { report, period: 'today', plans: [], policy: 'guide', reservePercent: 10, limits: [] };
const sectionOf = (title: string): string[] => {
  const lines = budgetText(facts, null).split('\n');
  const start = lines.findIndex(text => text.includes(title));
  return lines.slice(start + 1, lines.indexOf('', start)).map(text => text.trim());
};

test('think : execute stands beside the aims of seed 1, with how many requests have said so', () => {
  expect(sectionOf('think : execute in output tokens, today')).toEqual([
    'haiku   0:100    of 1 request          aim 10:90 (seed 1)',
    'sonnet  30:70    1 of 2 requests says  aim 40:60 (seed 1)',
    'opus    unknown  no request yet        aim 70:30 (seed 1)',
  ]);
});

test('a review without a verdict is among what was wasted', () => {
  expect(sectionOf('wasted so far: <$0.01')).toEqual([
    'shop-1-01-basket  attempt 1  <$0.01  review without a verdict: no verdict',
  ]);
});

test('what was saved is told against one model for everything, and what is equal is the same', () => {
  expect(budgetText(facts, null)).toContain(
    'saving           $0.50 spent; the same tokens all-sonnet $0.50 (the same), all-opus $1.20 (saved $0.70)',
  );
});

test('for programs nothing is rounded, and what nobody knows is null', () => {
  expect(budgetJson(facts).think_to_execute).toEqual([
    { tier: 'haiku', requests: 1, known_requests: 1, thinking_percent: 0, target: '10:90' },
    { tier: 'sonnet', requests: 2, known_requests: 1, thinking_percent: 30, target: '40:60' },
    { tier: 'opus', requests: 0, known_requests: 0, thinking_percent: null, target: '70:30' },
  ]);
});

test.each([
  [0, '$0.00'],
  [1, '<$0.01'],
  [4_999_999, '<$0.01'],
  [5_000_000, '$0.01'],
  [4_500_000_000, '$4.50'],
])('%d nano-dollars are %s', (nano, text) => {
  expect(dollars(nano)).toBe(text);
});
