/** Sample values for the tests of the weekly review: tasks on tiers that fared well or badly. */
import type { Phase, Tier } from '../../src/domain/tier.ts';
import type { TierUse } from '../../src/policy/track-record.ts';

export const useOf = (changes: Partial<TierUse> = {}): TierUse => ({
  task: 'p1-01',
  agent: 'testing',
  phase: 'EXEC',
  type: 'other',
  complexity: 2,
  minutes: null,
  tier: 'sonnet',
  attempts: 1,
  isJudged: true,
  isRework: false,
  isFirstTry: true,
  hasLanded: true,
  isEscalated: false,
  cost: 100_000_000,
  estimate: 240_000_000,
  zones: { foreseen: 'green', reached: 'green' },
  quality: 100,
  at: '2026-11-21T10:00:00.000Z',
  ...changes,
});

/** `rework` of `tasks` tasks of one agent had to be done again. */
export const usesOf = (
  agent: string,
  phase: Phase,
  tier: Tier,
  [rework, tasks]: readonly [number, number],
  changes: Partial<TierUse> = {},
): TierUse[] =>
  Array.from({ length: tasks }, (_, index) =>
    useOf({
      task: `${agent}-${tier}-${index}`,
      agent,
      phase,
      tier,
      ...(index < rework ? { isRework: true, isFirstTry: false, attempts: 2, quality: 65 } : {}),
      ...changes,
    }),
  );
