/** The whole table: every row with its source, the project's marks and the floor. */
import { describe, expect, test } from 'vitest';
import { isAtLeast, PHASES } from '../../src/domain/tier.ts';
import { BUILT_IN_TABLE } from '../../src/policy/routing-table.ts';
import { wholeTable } from '../../src/policy/whole-table.ts';

const NO_RULE = { tier: 'haiku', because: [] };

test('without a word of the project it is the table of the seeds, row by row', () => {
  expect(
    wholeTable({}).map(({ phase, agent, tier, source, byTraits }) => ({ phase, agent, tier, source, byTraits })),
  ).toEqual(PHASES.flatMap(phase => BUILT_IN_TABLE.filter(row => row.phase === phase)));
});

describe('a project that writes rows', () => {
  const rows = wholeTable({ EXEC: { 'testing-agent': 'sonnet', reviewer: 'opus', scribe: 'haiku' } });
  const rowOf = (agent: string) => rows.find(row => row.phase === 'EXEC' && row.agent === agent);

  test('a row instead of a seed is marked, and the floor stays what comes out', () => {
    expect(rowOf('testing')).toEqual({
      phase: 'EXEC',
      agent: 'testing',
      tier: 'sonnet',
      source: 'kleiber.yml, routing.EXEC.testing',
      byTraits: false,
      insteadOf: 'opus',
      isOwn: true,
      floor: { tier: 'opus', because: ['TESTING in EXEC takes no downgrade (seed 4, tier 3)'] },
      effective: 'opus',
    });
  });

  test('an agent that only the project knows gets a row of its own', () => {
    expect(rowOf('reviewer')).toMatchObject({ tier: 'opus', insteadOf: null, isOwn: true, floor: NO_RULE });
  });

  test('a row that says the same as the seeds replaces nothing', () => {
    expect(rowOf('scribe')).toMatchObject({ tier: 'haiku', insteadOf: null, isOwn: true });
  });
});

test('rolled back, every row comes out as sonnet, or higher where the floor says so', () => {
  for (const row of wholeTable({ rolledBack: 'too many surprises' })) {
    expect(row.effective).toBe(isAtLeast('sonnet', row.floor.tier) ? 'sonnet' : row.floor.tier);
  }
});

test('by hand there are only the rows of the seeds', () => {
  expect(wholeTable('manual')).toEqual(wholeTable({}));
});
