import { expect, test } from 'vitest';
import { minutesLeft, type OpenWork } from '../../src/policy/work-left.ts';

const LANES = { opus: 1, sonnet: 3, haiku: 8 };
/** Ten minutes by the planner's guess are 6 to 18. */
const task = (id: string, changes: Partial<OpenWork> = {}): OpenWork => ({
  id,
  tier: 'sonnet',
  minutes: 10,
  dependsOn: [],
  done: 0,
  ...changes,
});

test.each<[string, OpenWork[], { low: number; high: number }]>([
  ['nothing is left', [], { low: 0, high: 0 }],
  ['one task', [task('a')], { low: 6, high: 18 }],
  ['side by side as far as there are lanes', [task('a'), task('b'), task('c')], { low: 6, high: 18 }],
  ['more than there are lanes', ['a', 'b', 'c', 'd', 'e', 'f'].map(id => task(id)), { low: 12, high: 36 }],
  ['one after the other', [task('a'), task('b', { dependsOn: ['a'] })], { low: 12, high: 36 }],
  ['after something that is done', [task('b', { dependsOn: ['gone'] })], { low: 6, high: 18 }],
  ['what has been going on for a while', [task('a', { done: 7 })], { low: 0, high: 11 }],
  ['without a guess, by what its model takes', [task('a', { minutes: null, tier: 'opus' })], { low: 15, high: 60 }],
])('%s', (_name, work, expected) => {
  expect(minutesLeft(work, LANES)).toEqual(expected);
});
