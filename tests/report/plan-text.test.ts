/** A plan before it is written: its models and its estimate follow everything that a claim would follow. */
import { expect, test } from 'vitest';
import { nanoFromUsd } from '../../src/domain/money.ts';
import type { CheckedPlan, RoutingRules } from '../../src/policy/check-plan.ts';
import { estimateCost } from '../../src/policy/estimate.ts';
import { evidenceOf } from '../../src/policy/evidence.ts';
import type { PastTask } from '../../src/policy/history.ts';
import { route } from '../../src/policy/route.ts';
import { planText, summarisePlan } from '../../src/report/plan-text.ts';
import { NO_RULES, taskOf } from '../support/policy-values.ts';

const plan: CheckedPlan = {
  tasks: [
    taskOf({ id: 'p1-01-list', title: 'List the accounts', traits: { minutes: 15 } }),
    taskOf({ id: 'p1-02-sum', title: 'Sum the ledger', traits: { minutes: 15 } }),
  ],
  mended: [],
  warnings: [],
};
const rules = (changes: Partial<RoutingRules> = {}): RoutingRules => ({ table: {}, ...NO_RULES, ...changes });
const ledger = rules({ escalate_when: { 'engineer-backend': ['ledger'] } });
const tiersOf = (own: RoutingRules): string[] => summarisePlan(plan, own, []).rows.map(({ routing }) => routing.tier);

test("a word of the project's own moves a task of the plan to opus, and its estimate with it", () => {
  expect([tiersOf(rules()), tiersOf(ledger)]).toEqual([
    ['sonnet', 'sonnet'],
    ['sonnet', 'opus'],
  ]);
  expect(summarisePlan(plan, ledger, []).cost.likely).toBe(
    estimateCost('sonnet', 15).likely + estimateCost('opus', 15).likely,
  );
  expect(planText(summarisePlan(plan, ledger, []), plan, [], null)).toContain(
    'p1-02-sum  sonnet for engineer-backend in EXEC (seed 5, agent roles); opus: it speaks of "ledger" (kleiber.yml, escalate_when.engineer-backend)',
  );
});

test('what a plan shows is what a claim decides', () => {
  for (const { task, critical, routing } of summarisePlan(plan, ledger, []).rows)
    expect(routing).toEqual(route(task.head, {}, evidenceOf(null, { critical }, task, ledger)));
});

test('estimates come from what landed on the model that the words lead to', () => {
  const past: PastTask[] = [1, 2, 3].map(usd => ({
    id: `old-${usd}`,
    agent: 'engineer-backend',
    tier: 'opus',
    cost: nanoFromUsd(usd),
  }));
  const text = planText(summarisePlan(plan, ledger, past), plan, [], null);
  expect(text).toContain('(1 of 2 tasks from what landed here, the others built-in priors)');
});
