/** Think : execute per tier: what the API said, beside seed 1's aims, and honest about what it did not say. */
import { expect, test } from 'vitest';
import { addUsage, NO_USAGE, type Usage } from '../../src/domain/money.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { type ThoughtLine, thinkingOf } from '../../src/policy/thinking.ts';
import { thinkingRows } from '../../src/report/thinking-text.ts';

const UNKNOWN: Usage = { input: 9, output: 100, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const wrote = (output: number, thinking: number): Usage => ({ ...NO_USAGE, output, thinking });
const line = (tier: Tier, usage: Usage | null, logged: string | null = null): ThoughtLine => ({
  purpose: { tier },
  usage,
  logged,
});

test.each<[string, ThoughtLine[], string[]]>([
  ['nothing asked yet', [], ['haiku', 'unknown', 'no request yet', 'aim 10:90 (seed 1)']],
  [
    'all of them say, and long replies weigh more than short ones',
    [line('haiku', wrote(100, 50)), line('haiku', wrote(900, 50))],
    ['haiku', '10:90', 'of 2 requests', 'aim 10:90 (seed 1)'],
  ],
  [
    'some do not say, and their output is left out',
    [line('haiku', wrote(100, 20)), line('haiku', UNKNOWN), line('haiku', null)],
    ['haiku', '20:80', '1 of 3 requests says', 'aim 10:90 (seed 1)'],
  ],
  ['none says', [line('haiku', UNKNOWN)], ['haiku', 'unknown', '0 of 1 request say', 'aim 10:90 (seed 1)']],
  [
    'nothing was thought, which is not the same',
    [line('haiku', wrote(100, 0))],
    ['haiku', '0:100', 'of 1 request', 'aim 10:90 (seed 1)'],
  ],
  [
    'what was logged by hand and what was never billed',
    [line('haiku', UNKNOWN, 'elsewhere'), line('haiku', NO_USAGE)],
    ['haiku', 'unknown', 'no request yet', 'aim 10:90 (seed 1)'],
  ],
])('%s', (_name, lines, row) => {
  expect(thinkingRows(thinkingOf(lines))[0]).toEqual(row);
});

test('each tier has its own ratio and its own aim', () => {
  const lines = [line('opus', wrote(10, 7)), line('sonnet', wrote(10, 4))];
  expect(thinkingRows(thinkingOf(lines)).map(([tier, ratio, , aim]) => [tier, ratio, aim])).toEqual([
    ['haiku', 'unknown', 'aim 10:90 (seed 1)'],
    ['sonnet', '40:60', 'aim 40:60 (seed 1)'],
    ['opus', '70:30', 'aim 70:30 (seed 1)'],
  ]);
});

test('a sum of usages knows its thinking only where every part does', () => {
  expect(addUsage(wrote(5, 2), wrote(7, 3)).thinking).toBe(5);
  expect(addUsage(wrote(5, 2), UNKNOWN)).not.toHaveProperty('thinking');
});
