/** Routing, step by step: the decision tree of seed 1, the document rule of seed 5, pins, strikes, and the reasons. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskHead } from '../../src/domain/task.ts';
import { EFFORTS, type Effort, TIERS, type Tier } from '../../src/domain/tier.ts';
import type { BudgetZone } from '../../src/policy/budget.ts';
import { NO_EVIDENCE, type RouteEvidence, type Routing, route } from '../../src/policy/route.ts';
import type { ProjectTable } from '../../src/policy/routing-table.ts';
import { headOf } from '../support/policy-values.ts';

const aTier = fc.constantFrom(...TIERS);
const FRESH: RouteEvidence = NO_EVIDENCE;
const WITH_TEMPLATE: RouteEvidence = { ...FRESH, hasTemplate: true };
const NO_FLOOR = { tier: 'haiku', needsPerson: false, because: [] } as const;
const ROLE_ROW = 'sonnet for engineer-backend in EXEC (seed 5, agent roles)';
const SMALL = { repetitive: true, reversible: true, minutes: 9 } as const;

const routed = (head: Partial<TaskHead>, evidence: RouteEvidence = FRESH, project: ProjectTable = {}): Routing =>
  route(headOf(head), project, evidence);

describe('the decision tree of seed 1', () => {
  test.each<[string, TaskHead['traits'], RouteEvidence, Tier, string[]]>([
    ['nothing is said', {}, FRESH, 'sonnet', []],
    [
      'architectural decisions',
      { architectural: true, complete_feature: true, ...SMALL },
      WITH_TEMPLATE,
      'opus',
      ['opus: it needs architectural decisions (seed 1, decision tree)'],
    ],
    [
      'a complete feature before repetition',
      { complete_feature: true, ...SMALL },
      WITH_TEMPLATE,
      'sonnet',
      ['sonnet: it is a complete feature (seed 1, decision tree)'],
    ],
    [
      'repetitive, short, reversible, with a template',
      SMALL,
      WITH_TEMPLATE,
      'haiku',
      ['haiku: it is repetitive, short, reversible and has a template (seed 1, decision tree; seed 5, haiku)'],
    ],
    [
      'repetitive without a template',
      SMALL,
      FRESH,
      'sonnet',
      ['stays sonnet: repetitive, but it has no template to follow (seed 1)'],
    ],
    [
      'repetitive, but nobody says it can be undone',
      { repetitive: true, minutes: 5 },
      WITH_TEMPLATE,
      'sonnet',
      ['stays sonnet: repetitive, but it is not marked fully reversible (seed 5)'],
    ],
    [
      'repetitive, but ten minutes are not under ten minutes',
      { ...SMALL, minutes: 10 },
      WITH_TEMPLATE,
      'sonnet',
      ['stays sonnet: repetitive, but it is not under 10 minutes (seed 5)'],
    ],
    [
      'repetitive, but nobody says how long',
      { repetitive: true, reversible: true },
      WITH_TEMPLATE,
      'sonnet',
      ['stays sonnet: repetitive, but it is not under 10 minutes (seed 5)'],
    ],
    ['short and reversible alone', { reversible: true, minutes: 2 }, WITH_TEMPLATE, 'sonnet', []],
  ])('%s', (_name, traits, evidence, tier, because) => {
    expect(routed({ traits }, evidence)).toEqual({
      tier,
      effort: { haiku: 'low', sonnet: 'medium', opus: 'medium' }[tier],
      because: [ROLE_ROW, ...because],
      floor: NO_FLOOR,
      exhausted: false,
    });
  });

  test.each<[string, TaskHead['traits'], Tier]>([
    ['a feature raises the scribe to sonnet', { complete_feature: true }, 'sonnet'],
    ['architectural work raises the scribe to opus', { architectural: true }, 'opus'],
    ['repetition leaves the scribe where it is', { repetitive: true }, 'haiku'],
    ['nothing said leaves the scribe where it is', {}, 'haiku'],
  ])('%s', (_name, traits, tier) => {
    expect(routed({ agent: 'scribe', traits }).tier).toBe(tier);
  });

  test.each<[string, Partial<TaskHead>, ProjectTable]>([
    ['agents of seed 4', { agent: 'database', traits: { architectural: true } }, {}],
    ['the validator', { agent: 'validator', traits: { complete_feature: true } }, {}],
    [
      'rows of the project',
      { agent: 'engineer-backend', traits: { architectural: true } },
      { EXEC: { 'engineer-backend': 'sonnet' } },
    ],
  ])('traits do not move %s', (_name, head, project) => {
    const { tier, because } = routed(head, FRESH, project);
    expect({ tier, because }).toEqual({
      tier: routed({ ...head, traits: {} }, FRESH, project).tier,
      because: [expect.any(String)],
    });
  });
});

describe('the document rule of seed 5', () => {
  test.each<[TaskHead['traits'], Tier, string]>([
    [{ doc: 'draft' }, 'sonnet', 'sonnet: a document, draft (seed 5, content & documentation)'],
    [{ doc: 'polish' }, 'opus', 'opus: a document, polish (seed 5, content & documentation)'],
    [{ doc: 'internal' }, 'haiku', 'haiku: a document, internal (seed 5, content & documentation)'],
  ])('%o is %s', (traits, tier, why) => {
    expect(routed({ agent: 'scribe', traits })).toMatchObject({
      tier,
      because: ['haiku for scribe in EXEC (seed 5, agent roles)', why],
    });
  });
});

describe('pins', () => {
  test('raise freely', () => {
    expect(routed({ model: 'opus' })).toEqual({
      tier: 'opus',
      effort: 'medium',
      because: [ROLE_ROW, 'opus: the task pins it'],
      floor: NO_FLOOR,
      exhausted: false,
    });
  });

  test('to the same tier decide nothing', () => {
    expect(routed({ model: 'sonnet' }).because).toEqual([ROLE_ROW]);
  });

  test('lower only with a reason, and the reason is written down', () => {
    expect(routed({ model: 'haiku', override_reason: 'a rename' })).toMatchObject({
      tier: 'haiku',
      effort: 'low',
      because: [ROLE_ROW, 'haiku: the task pins it: a rename'],
    });
  });

  test('without a reason do not lower, and that is written down too', () => {
    expect(routed({ model: 'haiku' })).toMatchObject({
      tier: 'sonnet',
      because: [ROLE_ROW, 'the pin to haiku is ignored: lowering needs override_reason'],
    });
  });

  test('do not lower what traits have raised on the critical path', () => {
    const head = { traits: { architectural: true }, model: 'sonnet', override_reason: 'cheaper' } as const;
    expect(routed(head).tier).toBe('sonnet');
    expect(routed(head, { ...FRESH, critical: true })).toMatchObject({
      tier: 'opus',
      because: [
        ROLE_ROW,
        'opus: it needs architectural decisions (seed 1, decision tree)',
        'sonnet: the task pins it: cheaper',
        'opus: work on the critical path is not downgraded (seed 3, never downgrade critical work)',
      ],
    });
  });
});

describe('strikes', () => {
  test.each<[Tier, [Tier, Effort][]]>([
    [
      'haiku',
      [
        ['haiku', 'low'],
        ['haiku', 'high'],
        ['sonnet', 'medium'],
        ['sonnet', 'high'],
        ['opus', 'medium'],
        ['opus', 'high'],
      ],
    ],
    [
      'sonnet',
      [
        ['sonnet', 'medium'],
        ['sonnet', 'high'],
        ['opus', 'medium'],
        ['opus', 'high'],
      ],
    ],
    [
      'opus',
      [
        ['opus', 'medium'],
        ['opus', 'high'],
      ],
    ],
  ])('from %s raise effort first, then the tier, and end at a person', (start, ladder) => {
    const project: ProjectTable = { EXEC: { 'engineer-backend': start } };
    const strikes: Tier[] = [];
    const climbed = [...ladder, ladder.at(-1)].map(() => {
      const { tier, effort, exhausted } = routed({}, { ...FRESH, strikes }, project);
      strikes.push(tier);
      return [tier, effort, exhausted];
    });
    expect(climbed).toEqual([...ladder.map(rung => [...rung, false]), [...(ladder.at(-1) ?? []), true]]);
  });

  test('are named among the reasons', () => {
    expect(routed({}, { ...FRESH, strikes: ['sonnet'] }).because).toEqual([
      ROLE_ROW,
      'sonnet at high effort after 1 strike',
    ]);
    expect(routed({}, { ...FRESH, strikes: ['sonnet', 'sonnet'] }).because).toEqual([
      ROLE_ROW,
      'opus at medium effort after 2 strikes',
    ]);
  });

  test('begin to climb where the floor stands, not below it', () => {
    const head = { agent: 'testing', model: 'haiku', override_reason: 'cheap' } as const;
    expect(routed(head, { ...FRESH, strikes: ['opus'] })).toEqual({
      tier: 'opus',
      effort: 'high',
      because: [
        'opus for testing in EXEC (seed 4, EXEC table)',
        'haiku: the task pins it: cheap',
        'opus: TESTING in EXEC takes no downgrade (seed 4, tier 3)',
        'opus at high effort after 1 strike',
      ],
      floor: { tier: 'opus', needsPerson: false, because: ['TESTING in EXEC takes no downgrade (seed 4, tier 3)'] },
      exhausted: false,
    });
  });

  test('never lower anything: more of them is never a weaker tier or less effort in the same tier', () => {
    fc.assert(
      fc.property(aTier, fc.array(aTier, { maxLength: 8 }), aTier, (start, strikes, another) => {
        const project: ProjectTable = { EXEC: { 'engineer-backend': start } };
        const rank = (struck: readonly Tier[]): number => {
          const { tier, effort } = routed({}, { ...FRESH, strikes: struck }, project);
          return TIERS.indexOf(tier) * EFFORTS.length + EFFORTS.indexOf(effort);
        };
        expect(rank([...strikes, another])).toBeGreaterThanOrEqual(rank(strikes));
      }),
    );
  });

  test.each<[name: string, evidence: Partial<RouteEvidence>]>([
    ['an escalation', { raisedTo: { tier: 'opus', reason: 'complex_debugging' } }],
    ['a risk that was found later', { foundRisks: [{ risk: 'security', because: 'x' }] }],
    ['a person', { override: { tier: 'opus', by: 'Ada', reason: 'x' } }],
  ])('count against the tier that failed: what %s raises past it begins afresh', (_name, evidence) => {
    const { tier, effort, exhausted } = routed({}, { ...FRESH, strikes: ['sonnet', 'sonnet'], ...evidence });
    expect([tier, effort, exhausted]).toEqual(['opus', 'medium', false]);
  });

  test.each<[strikes: Tier[], step: string]>([
    [['haiku'], 'sonnet medium'],
    [['haiku', 'haiku'], 'sonnet medium'],
    [['haiku', 'sonnet'], 'sonnet high'],
  ])('of haiku are not held against sonnet: %j', (strikes, step) => {
    const raised = { ...FRESH, strikes, raisedTo: { tier: 'sonnet', reason: 'unclear_template' } } as const;
    const { tier, effort } = routed({}, raised, { EXEC: { 'engineer-backend': 'haiku' } });
    expect(`${tier} ${effort}`).toBe(step);
  });

  test('exhaust a task only once opus has failed at it with more effort too', () => {
    fc.assert(
      fc.property(fc.array(aTier, { maxLength: 12 }), aTier, (strikes, raised) => {
        const evidence = { ...FRESH, strikes, raisedTo: { tier: raised, reason: 'complex_debugging' } } as const;
        const failures = strikes.filter(tier => tier === 'opus').length;
        expect(routed({}, evidence).exhausted && failures < 2).toBe(false);
      }),
    );
  });
});

describe("a person's override", () => {
  const by = (tier: Tier) => ({ ...FRESH, override: { tier, by: 'Ada', reason: 'a rename' } });

  test('chooses upward and downward, and says who and why', () => {
    expect(routed({}, by('haiku'))).toMatchObject({
      tier: 'haiku',
      because: [ROLE_ROW, 'haiku: Ada chose it: a rename (seed 3, manual override)'],
    });
    expect(routed({}, by('opus')).tier).toBe('opus');
  });

  test('comes after the pin of the file and before the floor', () => {
    expect(routed({ model: 'opus' }, by('sonnet')).tier).toBe('sonnet');
    expect(routed({ risk: ['payment'] }, by('haiku'))).toMatchObject({
      tier: 'opus',
      because: [
        ROLE_ROW,
        'haiku: Ada chose it: a rename (seed 3, manual override)',
        'opus: payment: opus and a person (seed 5, force opus + human review)',
      ],
    });
  });
});

describe('an escalation', () => {
  const raised = { ...FRESH, raisedTo: { tier: 'opus', reason: 'complex_debugging' } } as const;

  test('is a lower bound, also under an override', () => {
    const because = 'opus: escalated: complex debugging (seed 1, escalation path)';
    expect(routed({}, raised)).toMatchObject({ tier: 'opus', because: [ROLE_ROW, because] });
    expect(routed({}, { ...raised, override: { tier: 'haiku', by: 'Ada', reason: 'cheap' } }).tier).toBe('opus');
  });

  test('lowers nothing', () => {
    expect(
      routed({ model: 'opus' }, { ...raised, raisedTo: { tier: 'sonnet', reason: 'unclear_template' } }).tier,
    ).toBe('opus');
  });
});

describe('every reason that decided is named', () => {
  test('table, traits, pin, floor and strikes in the order of their steps', () => {
    const head = {
      traits: SMALL,
      risk: ['payment', 'pii'],
      model: 'sonnet',
    } as const;
    expect(
      routed(
        { ...head, risk: [...head.risk] },
        { ...NO_EVIDENCE, strikes: ['opus'], critical: true, hasTemplate: true },
      ),
    ).toEqual({
      tier: 'opus',
      effort: 'high',
      because: [
        ROLE_ROW,
        'haiku: it is repetitive, short, reversible and has a template (seed 1, decision tree; seed 5, haiku)',
        'sonnet: the task pins it',
        'opus: payment, pii: opus and a person (seed 5, force opus + human review); work on the critical path is not downgraded (seed 3, never downgrade critical work)',
        'opus at high effort after 1 strike',
      ],
      floor: {
        tier: 'opus',
        needsPerson: true,
        because: [
          'payment, pii: opus and a person (seed 5, force opus + human review)',
          'work on the critical path is not downgraded (seed 3, never downgrade critical work)',
        ],
      },
      exhausted: false,
    });
  });

  test('p0 work stays where table and traits put it', () => {
    expect(routed({ priority: 'p0', traits: SMALL }, WITH_TEMPLATE)).toMatchObject({
      tier: 'sonnet',
      because: [
        ROLE_ROW,
        expect.stringContaining('haiku: it is repetitive'),
        'sonnet: p0 work is not downgraded (seed 3, never downgrade critical work)',
      ],
    });
  });
});

describe('the budget zone', () => {
  const inZone = (zone: BudgetZone, head: Partial<TaskHead>, evidence: Partial<RouteEvidence> = {}) =>
    routed(head, { ...WITH_TEMPLATE, ...evidence, zone });
  /** A row that does not ask for traits. */
  const API = { agent: 'api', traits: SMALL } as const;

  test.each<[string, BudgetZone, Partial<TaskHead>, Partial<RouteEvidence>, Tier]>([
    ['an upward pin in green', 'green', { model: 'opus' }, {}, 'opus'],
    ['an upward pin in yellow', 'yellow', { model: 'opus' }, {}, 'sonnet'],
    ['an upward pin in yellow, with a reason', 'yellow', { model: 'opus', override_reason: 'subtle' }, {}, 'opus'],
    ['a downward pin in red, with a reason', 'red', { model: 'haiku', override_reason: 'easy' }, {}, 'haiku'],
    ['work that traits allow, in yellow', 'yellow', API, {}, 'sonnet'],
    ['work that traits allow, in orange', 'orange', API, {}, 'haiku'],
    ['work that traits allow, in red', 'red', API, {}, 'haiku'],
    ['without a template', 'orange', API, { hasTemplate: false }, 'sonnet'],
    ['not under ten minutes', 'orange', { ...API, traits: { ...SMALL, minutes: 10 } }, {}, 'sonnet'],
    ['on the critical path', 'orange', API, { critical: true }, 'sonnet'],
    ['p0', 'orange', { ...API, priority: 'p0' }, {}, 'sonnet'],
    ['what escalation moved up', 'red', API, { raisedTo: { tier: 'opus', reason: 'major_pivot' } }, 'opus'],
    ['what a person chose', 'red', API, { override: { tier: 'opus', by: 'Ada', reason: 'now' } }, 'opus'],
    ['security', 'red', { agent: 'security', traits: SMALL }, {}, 'opus'],
    ['validation, the gate', 'red', { agent: 'validation', traits: SMALL }, {}, 'opus'],
  ])('%s: %s', (_name, zone, head, evidence, tier) => {
    expect(inZone(zone, head, evidence).tier).toBe(tier);
  });
});
