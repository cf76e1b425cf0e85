/** Which endings buy a stronger model: only those that say something about the one that tried. */
import { expect, test } from 'vitest';
import type { ReturnReason, TaskEvent } from '../../src/domain/event.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { isFirstDeviation, isStrike } from '../../src/policy/strikes.ts';
import { claimed, created, returned, stateAfter, submitted } from '../support/policy-values.ts';

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

/** A template task on a tier that handed in, after it came back for these reasons. */
const handedIn = (tier: Tier, reasons: readonly ReturnReason[]) => {
  const claim = (attempt: number): TaskEvent =>
    ({ ...claimed(attempt), route: { tier, effort: 'low', because: [] } }) as TaskEvent;
  const before = reasons.flatMap((reason, index) => [
    claim(index + 1),
    submitted(index + 1),
    returned(index + 1, { reason, strike: false }),
  ]);
  return stateAfter([created(), ...before, claim(reasons.length + 1), submitted(reasons.length + 1)]);
};

test.each<[Tier, boolean, ReturnReason[], ReturnReason, boolean]>([
  ['haiku', true, [], 'changes_requested', true],
  ['haiku', true, [], 'rejected', true],
  ['haiku', true, [], 'unproven', true],
  ['haiku', true, [], 'red', false],
  ['haiku', true, ['conflict'], 'unproven', true],
  ['haiku', true, ['changes_requested'], 'changes_requested', false],
  ['haiku', true, ['unproven'], 'rejected', false],
  ['haiku', false, [], 'unproven', false],
  ['sonnet', true, [], 'unproven', false],
])(
  '%s, template %s, after %j: %s is asked once more and counts nothing: %s',
  (tier, hasTemplate, before, reason, isFirst) => {
    expect(isFirstDeviation(handedIn(tier, before), hasTemplate, reason)).toBe(isFirst);
  },
);
