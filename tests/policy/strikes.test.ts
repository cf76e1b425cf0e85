/** Which endings buy a stronger model: only those that say something about the one that tried. */
import { expect, test } from 'vitest';
import { isStrike } from '../../src/policy/strikes.ts';

test.each([
  ['turn_limit', true],
  ['no_submission', true],
  ['stuck', true],
  ['unproven', true],
  ['red', true],
  ['interrupted', false],
  ['context_full', false],
  ['model_unavailable', false],
  ['tool_unavailable', false],
  ['conflict', false],
  ['red_candidate', false],
  ['changes_requested', false],
  ['below_floor', false],
  ['rejected', true],
] as const)('%s: %s', (reason, strike) => {
  expect(isStrike(reason)).toBe(strike);
});
