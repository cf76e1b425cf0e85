/**
 * The floor as a property: whatever a task, a project or a history says, no routed tier is below what the seeds
 * demand. The demand is written here a second time, from their text, so that code and test cannot be wrong together.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ESCALATION_REASONS } from '../../src/domain/event.ts';
import { RISKS, type TaskHead } from '../../src/domain/task.ts';
import { PHASES, PRIORITIES, TIERS, type Tier } from '../../src/domain/tier.ts';
import { floorOf } from '../../src/policy/floor.ts';
import { NO_EVIDENCE, type RouteEvidence, route } from '../../src/policy/route.ts';
import type { ProjectTable } from '../../src/policy/routing-table.ts';
import { headOf } from '../support/policy-values.ts';

const FRESH: RouteEvidence = NO_EVIDENCE;

/** Seed 5, "Force Opus + Human Review" with "Code touching: money flow, authentication, PII, compliance". */
const FORCED: readonly string[] = [
  'payment',
  'authentication',
  'authorization',
  'encryption',
  'compliance',
  'multi_service',
  'pii',
];

/** Seed 1, "Intervention Triggers", and what seed 5 leaves out of sonnet's migrations. */
const STEPPED_IN: readonly string[] = ['performance_critical', 'integration_point', 'destructive_migration'];

const allRisks = (head: TaskHead, { foundRisks }: RouteEvidence): string[] => [
  ...head.risk,
  ...foundRisks.map(({ risk }) => risk),
];

const strength = (tier: Tier): number => ['haiku', 'sonnet', 'opus'].indexOf(tier);

/** What the seeds demand without looking at any table, of the task's own agent and of whoever resolves a conflict in it. */
const demandedOpus = (head: TaskHead, history: RouteEvidence): boolean =>
  [head.agent, history.resolver ?? head.agent].some(agent => isOpus({ ...head, agent }, history));

function isOpus(head: TaskHead, history: RouteEvidence): boolean {
  const name = head.agent
    .toUpperCase()
    .replace(/-AGENT$|_AGENT$/, '')
    .replaceAll('-', '_');
  return (
    name === 'SECURITY' ||
    name === 'SECURITY_SUB' ||
    name === 'PLANNER' ||
    (name === 'VALIDATION' && (head.phase === 'PLAN' || head.phase === 'EXEC')) ||
    (name === 'STORIES' && head.phase === 'PLAN') ||
    (name === 'TESTING' && head.phase === 'EXEC') ||
    allRisks(head, history).some(risk => risk === 'security' || FORCED.includes(risk) || STEPPED_IN.includes(risk))
  );
}

const agent = fc.oneof(
  fc.constantFrom(
    'security',
    'SECURITY',
    'security-sub',
    'security_sub',
    'security-agent',
    'validation',
    'validation-agent',
    'stories',
    'testing',
    'testing-agent',
    'planner',
    'scribe',
    'validator',
    'engineer-backend',
    'engineer-frontend',
    'quickfix',
    'docmon',
    'github',
  ),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
);
const tier = fc.constantFrom(...TIERS);
const project: fc.Arbitrary<ProjectTable> = fc.dictionary(
  fc.constantFrom(...PHASES),
  fc.dictionary(agent, tier, { maxKeys: 6 }),
  { noNullPrototype: true },
);
const traits = fc.record(
  {
    architectural: fc.boolean(),
    complete_feature: fc.boolean(),
    repetitive: fc.boolean(),
    reversible: fc.boolean(),
    minutes: fc.integer({ min: 1, max: 600 }),
    doc: fc.constantFrom('draft', 'polish', 'internal'),
  },
  { requiredKeys: [] },
);
const head: fc.Arbitrary<TaskHead> = fc
  .record(
    {
      agent,
      phase: fc.constantFrom(...PHASES),
      priority: fc.constantFrom(...PRIORITIES),
      risk: fc.subarray([...RISKS]),
      traits,
      model: tier,
      override_reason: fc.constantFrom('cheaper', 'the model knows this'),
      review: fc.constant('human'),
    },
    { requiredKeys: ['agent', 'phase', 'priority', 'risk', 'traits'] },
  )
  .map(changes => headOf(changes as Partial<TaskHead>)); // the record above has the fields of a head and no others
const foundRisk = fc.record({ risk: fc.constantFrom(...RISKS), because: fc.constant('its difference says so') });
const evidence: fc.Arbitrary<RouteEvidence> = fc.record({
  strikes: fc.array(tier, { maxLength: 12 }),
  critical: fc.boolean(),
  hasTemplate: fc.boolean(),
  foundRisks: fc.array(foundRisk, { maxLength: 2 }),
  raisedTo: fc.option(fc.record({ tier, reason: fc.constantFrom(...ESCALATION_REASONS) })),
  override: fc.option(fc.record({ tier, by: fc.constant('Ada'), reason: fc.constant('I know better') })),
  resolver: fc.option(agent),
  trigger: fc.option(fc.constant('it says "scheduling"')),
});

describe('no routed tier is below its floor', () => {
  test('whatever agent, phase, table, pin, traits, risks, strikes, override, escalation, priority and path say', () => {
    fc.assert(
      fc.property(head, project, evidence, (task, table, history) => {
        const { tier: got } = route(task, table, history);
        if (demandedOpus(task, history)) expect(got).toBe('opus');
      }),
      { numRuns: 1500 },
    );
  });

  test('p0 and critical work is never weaker than without a pin, and never weaker than its table row', () => {
    fc.assert(
      fc.property(head, project, evidence, (task, table, history) => {
        if (task.priority !== 'p0' && !history.critical) return;
        const { model: _, ...unpinned } = task;
        const plain = { ...unpinned, traits: {}, priority: 'p2' } as const;
        const least = [route(unpinned, table, { ...history, strikes: [] }), route(plain, table, FRESH)];
        const got = strength(route(task, table, history).tier);
        expect(least.map(other => got >= strength(other.tier))).toEqual([true, true]);
      }),
      { numRuns: 1500 },
    );
  });

  test('the floor that is reported is the one that was kept', () => {
    fc.assert(
      fc.property(head, project, evidence, (task, table, history) => {
        const { tier: got, floor } = route(task, table, history);
        expect(strength(got)).toBeGreaterThanOrEqual(strength(floor.tier));
        const isMigration = allRisks(task, history).includes('schema_change');
        const isHeld = demandedOpus(task, history) || isMigration || task.priority === 'p0' || history.critical;
        expect(floor.because.length > 0).toBe(isHeld);
      }),
      { numRuns: 600 },
    );
  });

  test('the routing of a task is the same however often it is asked', () => {
    fc.assert(
      fc.property(head, project, evidence, (task, table, history) => {
        expect(route(task, table, history)).toEqual(route(task, table, history));
      }),
    );
  });
});

describe('a person is needed', () => {
  test('exactly for the list of seed 5 and what destroys data, or when the task asks for one', () => {
    fc.assert(
      fc.property(head, project, evidence, (task, table, history) => {
        const named = [...FORCED, 'destructive_migration'];
        const wanted = allRisks(task, history).some(risk => named.includes(risk)) || task.review === 'human';
        expect(route(task, table, history).floor.needsPerson).toBe(wanted);
      }),
      { numRuns: 600 },
    );
  });

  test.each(FORCED)('for work that touches %s, which is opus as well', risk => {
    const asked = headOf({ risk: RISKS.filter(known => known === risk) });
    expect(floorOf({ head: asked, tableTier: 'haiku', critical: false, foundRisks: [] })).toEqual({
      tier: 'opus',
      needsPerson: true,
      because: [`${risk}: opus and a person (seed 5, force opus + human review)`],
    });
  });

  test('not for security-sensitive work as such, which is opus', () => {
    expect(
      floorOf({ head: headOf({ risk: ['security'] }), tableTier: 'haiku', critical: false, foundRisks: [] }),
    ).toEqual({
      tier: 'opus',
      needsPerson: false,
      because: ['security: opus (seed 1, quality gates)'],
    });
  });
});

describe('what code found', () => {
  test("raises the floor like the task's own word, and says what gave it away", () => {
    const foundRisks = [{ risk: 'payment', because: 'it touches src/pay.ts' }] as const;
    expect(floorOf({ head: headOf(), tableTier: 'haiku', critical: false, foundRisks })).toEqual({
      tier: 'opus',
      needsPerson: true,
      because: ['payment (it touches src/pay.ts): opus and a person (seed 5, force opus + human review)'],
    });
  });

  test('is named once with what the task says itself', () => {
    const foundRisks = [{ risk: 'payment', because: 'it touches src/pay.ts' }] as const;
    const head = headOf({ risk: ['payment', 'pii'] });
    expect(floorOf({ head, tableTier: 'haiku', critical: false, foundRisks }).because).toEqual([
      'payment, pii: opus and a person (seed 5, force opus + human review)',
    ]);
  });

  test.each([
    ['schema_change', 'sonnet', false],
    ['destructive_migration', 'opus', true],
    ['performance_critical', 'opus', false],
    ['integration_point', 'opus', false],
  ] as const)('%s is at least %s, with a person: %s', (risk, tier, needsPerson) => {
    const asked = { head: headOf({ risk: [risk] }), tableTier: 'haiku', critical: false, foundRisks: [] } as const;
    expect(floorOf(asked)).toMatchObject({ tier, needsPerson });
  });
});

describe('the NEVER rules of seed 4, under everything that pulls down at once', () => {
  const pullDown = (name: string): ProjectTable => ({
    LEAD: { [name]: 'haiku' },
    PLAN: { [name]: 'haiku' },
    EXEC: { [name]: 'haiku' },
  });
  const pinned = { model: 'haiku', override_reason: 'the budget is red', traits: { doc: 'internal' } } as const;

  test.each(PHASES)('rule 1: SECURITY is opus in %s', phase => {
    const names = ['security', 'SECURITY', 'security_sub', 'security-agent'];
    const tiers = names.map(name => route(headOf({ ...pinned, agent: name, phase }), pullDown(name), FRESH).tier);
    expect(tiers).toEqual(['opus', 'opus', 'opus', 'opus']);
  });

  test.each([
    ['PLAN', 'opus'],
    ['EXEC', 'opus'],
    ['LEAD', 'haiku'],
  ] as const)('rule 2: VALIDATION in %s is %s', (phase, wanted) => {
    const names = ['validation', 'VALIDATION', 'validation-agent'];
    const tiers = names.map(name => route(headOf({ ...pinned, agent: name, phase }), pullDown(name), FRESH).tier);
    expect(tiers).toEqual([wanted, wanted, wanted]);
  });

  test('the conductor is always opus (seed 5, orchestration rule 1)', () => {
    expect(route(headOf({ ...pinned, agent: 'planner' }), pullDown('planner'), FRESH).tier).toBe('opus');
  });
});
