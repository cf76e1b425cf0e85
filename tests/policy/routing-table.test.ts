/** The static table held against the text of seeds 4 and 5, typed here a second time from their pages. */
import { describe, expect, test } from 'vitest';
import { PHASES, type Phase, type Tier } from '../../src/domain/tier.ts';
import { BUILT_IN_TABLE, canonicalAgent, findRow, KNOWN_AGENTS } from '../../src/policy/routing-table.ts';

/** Seed 4, "Phase-Specific Strategy": the three tables, without their last row "Others". */
const PHASE_TABLES: Record<Phase, [agent: string, tier: Tier][]> = {
  LEAD: [
    ['GITHUB', 'haiku'],
    ['DOCMON', 'haiku'],
    ['RETRO', 'haiku'],
    ['VALIDATION', 'haiku'],
    ['DESIGN', 'sonnet'],
    ['TESTING', 'sonnet'],
    ['DATABASE', 'sonnet'],
    ['SECURITY', 'opus'],
  ],
  PLAN: [
    ['GITHUB', 'haiku'],
    ['DOCMON', 'haiku'],
    ['DESIGN', 'sonnet'],
    ['TESTING', 'sonnet'],
    ['DATABASE', 'sonnet'],
    ['VALIDATION', 'opus'],
    ['SECURITY', 'opus'],
    ['STORIES', 'opus'],
  ],
  EXEC: [
    ['GITHUB', 'haiku'],
    ['QUICKFIX', 'haiku'],
    ['DESIGN', 'sonnet'],
    ['DATABASE', 'sonnet'],
    ['DOCMON', 'sonnet'],
    ['VALIDATION', 'opus'],
    ['SECURITY', 'opus'],
    ['TESTING', 'opus'],
  ],
};

/** Seed 4, "Model Tier Assignments": the three lists. */
const TIER_LISTS: [tier: Tier, agent: string, phases: Phase[]][] = [
  ['haiku', 'GITHUB', ['LEAD', 'PLAN', 'EXEC']],
  ['haiku', 'DOCMON', ['LEAD', 'PLAN', 'EXEC']],
  ['haiku', 'RETRO', ['LEAD', 'EXEC']],
  ['haiku', 'QUICKFIX', ['LEAD', 'EXEC']],
  ['sonnet', 'VALIDATION', ['LEAD']],
  ['sonnet', 'DESIGN', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'TESTING', ['LEAD', 'PLAN']],
  ['sonnet', 'DATABASE', ['PLAN', 'EXEC']],
  ['sonnet', 'STORIES', ['LEAD', 'EXEC']],
  ['sonnet', 'API', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'RISK', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'DEPENDENCY', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'PERFORMANCE', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'UAT', ['LEAD', 'PLAN', 'EXEC']],
  ['sonnet', 'DOCMON', ['LEAD', 'PLAN', 'EXEC']],
  ['opus', 'SECURITY', ['LEAD', 'PLAN', 'EXEC']],
  ['opus', 'VALIDATION', ['PLAN', 'EXEC']],
  ['opus', 'STORIES', ['PLAN']],
  ['opus', 'TESTING', ['EXEC']],
];

/** Seed 5, "Agent Roles" and orchestration rule 1. */
const ROLES: [agent: string, tier: Tier][] = [
  ['planner', 'opus'],
  ['architect', 'opus'],
  ['engineer-frontend', 'sonnet'],
  ['engineer-backend', 'sonnet'],
  ['validator', 'haiku'],
  ['scribe', 'haiku'],
];

const SEED_4_AGENTS = [...new Set(TIER_LISTS.map(([, agent]) => agent))];

const inPhaseTable = (phase: Phase, agent: string): Tier | undefined =>
  PHASE_TABLES[phase].find(([name]) => name === agent)?.[1];

const inLists = (phase: Phase, agent: string): Tier[] =>
  TIER_LISTS.filter(([, name, phases]) => name === agent && phases.includes(phase)).map(([tier]) => tier);

/** The decided order: phase table, then a row of a list, then "Others", which are sonnet in all three tables. */
const bySeed4 = (phase: Phase, agent: string): Tier =>
  inPhaseTable(phase, agent) ?? inLists(phase, agent)[0] ?? 'sonnet';

describe('the built-in table', () => {
  const cells = PHASES.flatMap(phase => SEED_4_AGENTS.map(agent => [phase, agent, bySeed4(phase, agent)] as const));

  test.each(cells)('in %s %s is %s, as seed 4 says', (phase, agent, tier) => {
    expect(findRow({}, phase, agent).tier).toBe(tier);
  });

  test.each(PHASES.flatMap(phase => ROLES.map(([agent, tier]) => [phase, agent, tier] as const)))(
    'in %s %s is %s, as seed 5 says',
    (phase, agent, tier) => {
      expect(findRow({}, phase, agent).tier).toBe(tier);
    },
  );

  test('has exactly one row for each agent of the seeds in each phase, and no other', () => {
    const wanted = PHASES.flatMap(phase => [
      ...SEED_4_AGENTS.map(agent => `${phase} ${agent.toLowerCase()} ${bySeed4(phase, agent)}`),
      ...ROLES.map(([agent, tier]) => `${phase} ${agent} ${tier}`),
    ]);
    expect(BUILT_IN_TABLE.map(row => `${row.phase} ${row.agent} ${row.tier}`).sort()).toEqual(wanted.sort());
    expect([...KNOWN_AGENTS].sort()).toEqual(
      [...SEED_4_AGENTS.map(agent => agent.toLowerCase()), ...ROLES.map(([agent]) => agent)].sort(),
    );
  });

  test('only work of the builders and of the scribe follows its traits; seed 4 knows no such thing', () => {
    const moved = BUILT_IN_TABLE.filter(row => row.byTraits).map(row => `${row.phase} ${row.agent}`);
    expect(moved).toEqual(
      PHASES.flatMap(phase => [`${phase} engineer-frontend`, `${phase} engineer-backend`, `${phase} scribe`]),
    );
  });

  test.each([
    ['LEAD', 'github', 'seed 4, LEAD table'],
    ['EXEC', 'retro', 'seed 4, tier list'],
    ['PLAN', 'quickfix', 'seed 4, PLAN table, Others'],
    ['EXEC', 'planner', 'seed 5, orchestration rule 1'],
    ['EXEC', 'scribe', 'seed 5, agent roles'],
  ] as const)('the row of %s %s names its source: %s', (phase, agent, source) => {
    expect(findRow({}, phase, agent).source).toBe(source);
  });
});

describe('where seed 4 disagrees with itself', () => {
  test('these cells and no others are named differently by a phase table and a tier list', () => {
    const differing = PHASES.flatMap(phase =>
      SEED_4_AGENTS.flatMap(agent => {
        const table = inPhaseTable(phase, agent);
        const others = inLists(phase, agent).filter(tier => table !== undefined && tier !== table);
        return others.map(tier => `${phase} ${agent}: table ${table}, list ${tier}`);
      }),
    );
    expect(differing).toEqual([
      'LEAD DOCMON: table haiku, list sonnet',
      'LEAD VALIDATION: table haiku, list sonnet',
      'PLAN DOCMON: table haiku, list sonnet',
      'EXEC DOCMON: table sonnet, list haiku',
    ]);
  });

  test.each([
    ['the phase table wins over the list', 'LEAD', 'VALIDATION', 'haiku'],
    ['DOCMON was upgraded in EXEC only', 'LEAD', 'DOCMON', 'haiku'],
    ['DOCMON was upgraded in EXEC only', 'PLAN', 'DOCMON', 'haiku'],
    ['DOCMON was upgraded in EXEC only', 'EXEC', 'DOCMON', 'sonnet'],
    ['a row of a list wins over Others', 'EXEC', 'RETRO', 'haiku'],
    ['a row of a list wins over Others', 'LEAD', 'QUICKFIX', 'haiku'],
    ['named nowhere is Others', 'PLAN', 'RETRO', 'sonnet'],
    ['named nowhere is Others', 'PLAN', 'QUICKFIX', 'sonnet'],
    ['seed 3 has sonnet for VALIDATION in PLAN and loses', 'PLAN', 'VALIDATION', 'opus'],
    ['seed 3 has sonnet for TESTING and loses', 'EXEC', 'TESTING', 'opus'],
  ] as const)('%s: %s %s is %s', (_why, phase, agent, tier) => {
    expect(findRow({}, phase, agent).tier).toBe(tier);
  });

  test('VALIDATOR of seed 5 is not VALIDATION of seed 4', () => {
    expect([findRow({}, 'EXEC', 'validator').tier, findRow({}, 'EXEC', 'validation').tier]).toEqual(['haiku', 'opus']);
  });
});

describe('names', () => {
  test.each([
    ['SECURITY', 'security'],
    ['security_sub', 'security'],
    ['SECURITY_SUB', 'security'],
    ['security-sub-agent', 'security'],
    ['security-agent', 'security'],
    ['testing-agent', 'testing'],
    ['TESTING_AGENT', 'testing'],
    ['engineer-frontend', 'engineer-frontend'],
    ['agent', 'agent'],
    ['agent-smith', 'agent-smith'],
    ['validator', 'validator'],
  ])('%s means %s', (spelling, name) => {
    expect(canonicalAgent(spelling)).toBe(name);
  });

  test('an agent that nobody knows is a worker: sonnet, and its traits may move it', () => {
    expect(findRow({}, 'EXEC', 'translator')).toEqual({
      phase: 'EXEC',
      agent: 'translator',
      tier: 'sonnet',
      source: 'seed 5, workers default to sonnet',
      byTraits: true,
    });
  });
});

describe('the rows of a project', () => {
  const project = { EXEC: { 'testing-agent': 'sonnet', translator: 'haiku' } } as const;

  test.each([
    ['TESTING', 'testing', 'sonnet'],
    ['translator', 'translator', 'haiku'],
  ])('replace the row of %s, in any spelling, and are not moved by traits', (spelling, agent, tier) => {
    expect(findRow(project, 'EXEC', spelling)).toEqual({
      phase: 'EXEC',
      agent,
      tier,
      source: `kleiber.yml, routing.EXEC.${agent}`,
      byTraits: false,
    });
  });

  test('hold in their own phase only', () => {
    expect(findRow(project, 'PLAN', 'testing').source).toBe('seed 4, PLAN table');
  });
});
