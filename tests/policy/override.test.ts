/** A person's choice: upward always, downward never below the floor, whatever the task is. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RISKS } from '../../src/domain/names.ts';
import { isAtLeast, PHASES, PRIORITIES, TIERS } from '../../src/domain/tier.ts';
import { rulesAgainst } from '../../src/policy/override.ts';
import { NO_EVIDENCE, route } from '../../src/policy/route.ts';
import { KNOWN_AGENTS, type ProjectTable } from '../../src/policy/routing-table.ts';
import { headOf } from '../support/policy-values.ts';

test.each([
  ['security, down to sonnet', { agent: 'security' }, 'sonnet', ['SECURITY is always opus (seed 4, NEVER rule 1)']],
  [
    'validation in EXEC, down to haiku',
    { agent: 'validation' },
    'haiku',
    ['VALIDATION is opus in EXEC (seed 4, NEVER rule 2)'],
  ],
  [
    'testing in EXEC, down to sonnet',
    { agent: 'testing' },
    'sonnet',
    ['TESTING in EXEC takes no downgrade (seed 4, tier 3)'],
  ],
  [
    'p0 work of an engineer, down to haiku',
    { priority: 'p0' },
    'haiku',
    ['p0 work is not downgraded (seed 3, never downgrade critical work)'],
  ],
  ['plain work of an engineer, down to haiku', {}, 'haiku', []],
  ['plain work of an engineer, up to opus', {}, 'opus', []],
  ['payment, where opus is what it has', { risk: ['payment' as const] }, 'opus', []],
] as const)('%s', (_name, head, choice, rules) => {
  expect(
    rulesAgainst(
      choice,
      route(headOf({ ...head, risk: [...('risk' in head ? head.risk : [])] }), {}, NO_EVIDENCE).floor,
    ),
  ).toEqual(rules);
});

const anyHead = fc
  .record({
    agent: fc.constantFrom(...KNOWN_AGENTS, 'stranger'),
    phase: fc.constantFrom(...PHASES),
    priority: fc.constantFrom(...PRIORITIES),
    risk: fc.subarray([...RISKS]),
    traits: fc.record({ architectural: fc.boolean(), complete_feature: fc.boolean(), repetitive: fc.boolean() }),
  })
  .map(changes => headOf(changes));

const anyTable: fc.Arbitrary<ProjectTable> = fc.oneof(
  fc.constant<ProjectTable>('manual'),
  fc
    .record({
      agent: fc.constantFrom(...KNOWN_AGENTS),
      phase: fc.constantFrom(...PHASES),
      tier: fc.constantFrom(...TIERS),
      isBack: fc.boolean(),
    })
    .map(
      ({ agent, phase, tier, isBack }): ProjectTable => ({
        [phase]: { [agent]: tier },
        ...(isBack ? { rolledBack: 'x' } : {}),
      }),
    ),
);

test('property: what is allowed is never below the floor, and what is refused names its rules with their seeds', () => {
  fc.assert(
    fc.property(anyHead, anyTable, fc.boolean(), fc.constantFrom(...TIERS), (head, table, critical, choice) => {
      const { floor } = route(head, table, { ...NO_EVIDENCE, critical });
      const rules = rulesAgainst(choice, floor);
      if (isAtLeast(choice, floor.tier)) expect(rules).toEqual([]);
      else expect(rules).toEqual(floor.because);
      if (rules.length === 0) expect(isAtLeast(choice, floor.tier)).toBe(true);
      for (const rule of rules) expect(rule).toMatch(/seed \d|kleiber\.yml/);
    }),
  );
});

test('property: an override that somehow got into the log still comes out at the floor or above it', () => {
  fc.assert(
    fc.property(
      anyHead,
      anyTable,
      fc.boolean(),
      fc.constantFrom(...TIERS),
      fc.array(fc.constantFrom(...TIERS), { maxLength: 8 }),
      (head, table, critical, tier, strikes) => {
        const override = { tier, by: 'ada', reason: 'cheaper' };
        const routing = route(head, table, { ...NO_EVIDENCE, critical, strikes, override });
        expect(isAtLeast(routing.tier, routing.floor.tier)).toBe(true);
      },
    ),
  );
});

test('property: a rollback never takes p0 or critical work below what the table gave it', () => {
  fc.assert(
    fc.property(anyHead, fc.boolean(), (head, critical) => {
      fc.pre(critical || head.priority === 'p0');
      const before = route(head, {}, { ...NO_EVIDENCE, critical }).tier;
      expect(isAtLeast(route(head, { rolledBack: 'x' }, { ...NO_EVIDENCE, critical }).tier, before)).toBe(true);
    }),
  );
});

test('property: a demoted row does not take p0 or critical work below the row of the seeds', () => {
  fc.assert(
    fc.property(anyHead, fc.constantFrom(...TIERS), (head, tier) => {
      fc.pre(head.priority === 'p0');
      const seeds = route({ ...head, traits: {} }, {}, NO_EVIDENCE).tier;
      const demoted = route({ ...head, traits: {} }, { [head.phase]: { [head.agent]: tier } }, NO_EVIDENCE).tier;
      expect(isAtLeast(demoted, seeds)).toBe(true);
    }),
  );
});
