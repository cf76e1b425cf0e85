/** Words that move a task to opus from the start: seed 3's column, and the project's own; they never lower. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TIERS } from '../../src/domain/tier.ts';
import { triggerOf } from '../../src/policy/escalate-when.ts';
import { evidenceOf } from '../../src/policy/evidence.ts';
import { route } from '../../src/policy/route.ts';
import { NO_RULES, taskOf } from '../support/policy-values.ts';

const saying = (agent: string, description: string) => {
  const task = taskOf({ id: 'a', agent, phase: 'PLAN' });
  return { ...task, body: { ...task.body, description } };
};

test.each([
  ['testing', 'Cover the security-critical login', true],
  ['design', 'Find a novel pattern for undo', true],
  ['database', 'Write the RLS policies', true],
  ['database', 'Store the URLs', false],
  ['api', 'A security-sensitive endpoint', true],
  ['risk', 'What would a breach cost?', true],
  ['dependency', 'A zero-day in the parser', true],
  ['stories', 'Security stories', false],
  ['performance', 'security of the cache', false],
  ['DATABASE_AGENT', 'row level security', true],
])('%s, "%s": %s', (agent, description, isRaised) => {
  expect(triggerOf(saying(agent, description), {}) !== null).toBe(isRaised);
});

describe('a project of its own words', () => {
  const own = { 'engineer-backend': ['ledger'] };

  test('says where they stand', () => {
    expect(triggerOf(saying('engineer-backend', 'Touch the Ledger.'), own)).toBe(
      'it speaks of "ledger" (kleiber.yml, escalate_when.engineer-backend)',
    );
    expect(triggerOf(saying('engineer-frontend', 'Touch the ledger.'), own)).toBeNull();
  });

  test('does not count what a task must leave alone', () => {
    const task = saying('engineer-backend', 'Build the list.');
    expect(triggerOf({ ...task, body: { ...task.body, constraints: 'Not the ledger.' } }, own)).toBeNull();
  });
});

test('routing goes to opus for it and says why', () => {
  const task = saying('database', 'Write the RLS policies');
  const { tier, because } = route(task.head, {}, evidenceOf(null, { critical: false }, task, NO_RULES));
  expect([tier, because.at(-1)]).toEqual(['opus', 'opus: it speaks of "rls" (seed 3, escalate to opus)']);
});

test('no word ever lowers a model', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('testing', 'design', 'database', 'engineer-backend', 'quickfix'),
      fc.string(),
      fc.array(fc.string({ minLength: 3 })),
      (agent, description, words) => {
        const task = saying(agent, description);
        const tierWith = (own: Record<string, string[]>) =>
          TIERS.indexOf(
            route(task.head, {}, evidenceOf(null, { critical: false }, task, { risks: {}, escalate_when: own })).tier,
          );
        expect(tierWith({ [agent]: words })).toBeGreaterThanOrEqual(tierWith({}));
      },
    ),
  );
});
