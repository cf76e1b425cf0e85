/** The weekly review of seed 4: its own example line by line, its three decisions at their borders, and what never happens. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAtLeast, PHASES, type Phase, type TableMove, TIERS, type Tier } from '../../src/domain/tier.ts';
import { type Advice, calibrate, evidenceOf, type Finding, movesOf, moveText } from '../../src/policy/calibrate.ts';
import { type Controls, NO_CONTROLS } from '../../src/policy/controls.ts';
import { KNOWN_AGENTS, type ProjectTable } from '../../src/policy/routing-table.ts';
import type { TierUse } from '../../src/policy/track-record.ts';
import { floorOfRow } from '../../src/policy/whole-table.ts';
import { usesOf } from '../support/review-values.ts';

const ON_SONNET: ProjectTable = { EXEC: { testing: 'sonnet' } };
const ON_OPUS: ProjectTable = { EXEC: { testing: 'opus' } };
const PROMOTION: TableMove = {
  agent: 'testing',
  phase: 'EXEC',
  from: 'sonnet',
  to: 'opus',
  evidence: '3 of 5 reworked on sonnet',
};
const PROMOTED: Controls = { ...NO_CONTROLS, moves: [PROMOTION], lastReviewAt: '2026-11-14T10:00:00.000Z' };

/** The finding about the row itself. */
function rowFinding(uses: TierUse[], table: ProjectTable, controls: Controls = NO_CONTROLS): Finding {
  const found = calibrate(uses, table, controls).find(finding => finding.isRow);
  if (found === undefined) throw new Error('there is no finding about the row');
  return found;
}

describe("seed 4's example of two weeks", () => {
  const firstWeek = usesOf('testing', 'EXEC', 'sonnet', [3, 5]);
  const secondWeek = usesOf('testing', 'EXEC', 'opus', [1, 5]);

  test('week 1: rework in 3 of 5 on sonnet is 60 %, so it is promoted to opus', () => {
    const finding = rowFinding(firstWeek, ON_SONNET);
    expect(finding).toMatchObject({
      tier: 'sonnet',
      advice: 'PROMOTE',
      to: 'opus',
      because: ['60 % rework is over 20 % (seed 4)'],
      strength: 'very weak',
    });
    expect(finding.evidence).toEqual({
      tasks: 5,
      attempts: 8,
      rework: 3,
      firstTry: 2,
      escalated: 0,
      zoneMisses: 0,
      cost: 500_000_000,
      estimate: 1_200_000_000,
      quality: 79,
    });
    expect(movesOf([finding])).toEqual([PROMOTION]);
    expect(moveText(PROMOTION)).toBe('testing EXEC → opus (3 of 5 reworked on sonnet)');
  });

  test('week 2: rework in 1 of 5 on opus is exactly 20 % after the promotion, so it is kept', () => {
    expect(rowFinding([...firstWeek, ...secondWeek], ON_OPUS, PROMOTED)).toMatchObject({
      tier: 'opus',
      advice: 'KEEP',
      to: null,
      because: ['exactly 20 % after it was promoted is acceptable (seed 4, week 2)'],
    });
  });

  test('exactly 20 % where nothing was promoted is looked into', () => {
    expect(rowFinding(secondWeek, ON_OPUS)).toMatchObject({ advice: 'INVESTIGATE', to: null });
  });
});

describe('the three decisions at their borders', () => {
  test.each<[string, Tier, readonly [number, number], Advice, Tier | null]>([
    ['nothing judged', 'sonnet', [0, 0], 'NO DATA', null],
    ['no rework', 'sonnet', [0, 3], 'KEEP', null],
    ['14 %', 'sonnet', [14, 100], 'KEEP', null],
    ['15 %', 'sonnet', [15, 100], 'INVESTIGATE', null],
    ['20 %', 'sonnet', [20, 100], 'INVESTIGATE', null],
    ['21 %', 'sonnet', [21, 100], 'PROMOTE', 'opus'],
    ['one of one: the point estimate decides', 'haiku', [1, 1], 'PROMOTE', 'sonnet'],
    ['21 % on opus: nothing is stronger', 'opus', [21, 100], 'INVESTIGATE', null],
  ])('%s', (_name, tier, counts, advice, to) => {
    const table: ProjectTable = { EXEC: { database: tier } };
    const uses = usesOf('database', 'EXEC', tier, counts);
    const running = usesOf('database', 'EXEC', tier, [0, 1], { isJudged: false, task: 'running' });
    const { advice: found, to: target } = rowFinding([...uses, ...running], table);
    expect({ found, target }).toEqual({ found: advice, target: to });
  });

  test('what a tier is expected to do is said where it does not', () => {
    expect(rowFinding(usesOf('database', 'EXEC', 'sonnet', [12, 100]), {}).because).toEqual([
      'rework under 15 % (seed 4)',
      'sonnet is expected to stay under 10 % (seed 4)',
    ]);
  });
});

describe('what asks for a closer look although little is reworked', () => {
  const good = usesOf('database', 'EXEC', 'sonnet', [0, 6]);
  const with_ = (count: number, changes: Partial<TierUse>): TierUse[] =>
    good.map((use, index) => (index < count ? { ...use, ...changes } : use));

  test.each<[string, TierUse[], Controls, string[]]>([
    [
      'two escalations of six are a pattern',
      with_(2, { isEscalated: true }),
      NO_CONTROLS,
      ['2 of 6 escalated: a pattern'],
    ],
    [
      'two zones of six that nobody foresaw',
      with_(2, { zones: { foreseen: 'green', reached: 'red' } }),
      NO_CONTROLS,
      ['2 of 6 reached another budget zone than was foreseen: check the burn rate'],
    ],
    ['poor quality', with_(6, { quality: 50 }), NO_CONTROLS, ['quality 50 of 100']],
    [
      'a note since the last review',
      good,
      { ...NO_CONTROLS, notes: [{ by: 'ada', agent: 'database', phase: 'EXEC', text: 'locks', at: '2026-11-20' }] },
      ['ada noted: locks'],
    ],
  ])('%s', (_name, uses, controls, because) => {
    expect(rowFinding(uses, {}, controls)).toMatchObject({ advice: 'INVESTIGATE', because });
  });

  test.each<[string, TierUse[], Controls]>([
    ['one escalation is no pattern', with_(1, { isEscalated: true }), NO_CONTROLS],
    [
      'a note from before the last review has been dealt with',
      good,
      {
        ...NO_CONTROLS,
        lastReviewAt: '2026-11-21',
        notes: [{ by: 'ada', agent: 'database', phase: 'EXEC', text: 'locks', at: '2026-11-20' }],
      },
    ],
    [
      'a note about another phase',
      good,
      {
        ...NO_CONTROLS,
        notes: [{ by: 'ada', agent: 'database', phase: 'PLAN', text: 'locks', at: '2026-11-20' }],
      },
    ],
  ])('but %s', (_name, uses, controls) => {
    expect(calibrate(uses, {}, controls).find(finding => finding.phase === 'EXEC')?.advice).toBe('KEEP');
  });

  test('a note about a row that has not worked yet is a finding of its own', () => {
    const notes = [{ by: 'ada', agent: 'API-agent', phase: 'PLAN', text: 'contracts', at: '2026-11-20' }];
    expect(rowFinding([], {}, { ...NO_CONTROLS, notes })).toMatchObject({
      agent: 'api',
      phase: 'PLAN',
      advice: 'INVESTIGATE',
    });
  });
});

describe('a cheaper model', () => {
  const fine = usesOf('api', 'EXEC', 'sonnet', [0, 8]);
  const cheap = (counts: readonly [number, number]) => usesOf('api', 'EXEC', 'haiku', counts);

  test('is proposed where its own evidence holds', () => {
    const findings = calibrate([...fine, ...cheap([0, 6])], {}, NO_CONTROLS);
    expect(findings.find(finding => finding.isRow)).toMatchObject({
      advice: 'DEMOTE',
      to: 'haiku',
      because: [
        'haiku did 6 such tasks with 0 % rework, expected under 15 % (seed 4)',
        'critical and p0 work stays where it is',
      ],
    });
    expect(movesOf(findings).map(moveText)).toEqual([
      'api EXEC → haiku (haiku did 6 such tasks with 0 % rework, expected under 15 %)',
    ]);
  });

  test.each<[string, TierUse[]]>([
    ['too few tasks', [...fine, ...cheap([0, 4])]],
    ['too much rework on it', [...fine, ...cheap([1, 6])]],
  ])('is not proposed: %s', (_name, uses) => {
    expect(rowFinding(uses, {})).toMatchObject({ advice: 'KEEP', to: null });
  });

  test('is not proposed below a floor, and the rule is named', () => {
    const uses = [...usesOf('testing', 'EXEC', 'opus', [0, 8]), ...usesOf('testing', 'EXEC', 'sonnet', [0, 8])];
    expect(rowFinding(uses, {})).toMatchObject({
      advice: 'KEEP',
      because: [
        'sonnet did 8 such tasks with 0 % rework, expected under 10 %',
        'but TESTING in EXEC takes no downgrade (seed 4, tier 3)',
      ],
    });
  });
});

describe('work beside its row', () => {
  const agent = 'engineer-backend';

  test('that traits took to haiku and that fails there gets a row, which keeps traits from it', () => {
    const uses = [...usesOf(agent, 'EXEC', 'sonnet', [0, 4]), ...usesOf(agent, 'EXEC', 'haiku', [3, 5])];
    const findings = calibrate(uses, {}, NO_CONTROLS);
    expect(findings.map(({ tier, isRow, advice, to }) => ({ tier, isRow, advice, to }))).toEqual([
      { tier: 'haiku', isRow: false, advice: 'PROMOTE', to: 'sonnet' },
      { tier: 'sonnet', isRow: true, advice: 'KEEP', to: null },
    ]);
    expect(movesOf(findings)).toEqual([
      { agent, phase: 'EXEC', from: 'haiku', to: 'sonnet', evidence: '3 of 5 reworked on haiku' },
    ]);
  });

  test('above it, by escalations, says nothing about it', () => {
    expect(
      calibrate(usesOf(agent, 'EXEC', 'opus', [2, 2]), {}, NO_CONTROLS).find(found => found.tier === 'opus'),
    ).toMatchObject({
      advice: 'ABOVE',
      to: null,
    });
  });

  test('a promotion of the row comes before one beside it, and takes its traits away', () => {
    const uses = [...usesOf(agent, 'EXEC', 'sonnet', [3, 5]), ...usesOf(agent, 'EXEC', 'haiku', [3, 5])];
    const findings = calibrate(uses, {}, NO_CONTROLS);
    expect(movesOf(findings).map(({ from, to }) => [from, to])).toEqual([['sonnet', 'opus']]);
    expect(findings.at(-1)?.because).toContain('from then on traits no longer move engineer-backend in EXEC');
  });
});

test('only judged tasks count, while cost and attempts count in full', () => {
  const uses = [
    ...usesOf('api', 'EXEC', 'sonnet', [1, 2]),
    ...usesOf('api', 'EXEC', 'sonnet', [0, 1], { isJudged: false, quality: null }),
  ];
  expect(evidenceOf(uses)).toMatchObject({ tasks: 2, rework: 1, attempts: 4, cost: 300_000_000, quality: 82.5 });
});

test('property: no proposal is below the floor of its row, and each moves one row by one tier or to the row itself', () => {
  const anyUses = fc.array(
    fc
      .record({
        agent: fc.constantFrom(...KNOWN_AGENTS),
        phase: fc.constantFrom<Phase>(...PHASES),
        tier: fc.constantFrom(...TIERS),
        tasks: fc.integer({ min: 0, max: 8 }),
        rework: fc.nat({ max: 8 }),
      })
      .map(({ agent, phase, tier, tasks, rework }) => usesOf(agent, phase, tier, [Math.min(rework, tasks), tasks])),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(anyUses, groups => {
      const moves = movesOf(calibrate(groups.flat(), {}, NO_CONTROLS));
      for (const { agent, phase, from, to } of moves) {
        expect(from).not.toBe(to);
        if (!isAtLeast(to, from)) expect(isAtLeast(to, floorOfRow(agent, phase).tier)).toBe(true);
      }
      expect(new Set(moves.map(({ agent, phase }) => `${phase}/${agent}`)).size).toBe(moves.length);
    }),
  );
});
