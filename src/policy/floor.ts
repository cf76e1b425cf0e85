/**
 * The floor: the weakest tier that may ever do a piece of work. It is applied last and again after every fallback, and
 * it is code: no table, override, escalation, zone or missing file goes below it (seed 4, NEVER rules 1 and 2).
 */
import type { FoundRisk } from '../domain/event.ts';
import type { Risk, TaskHead } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { higherTier } from '../domain/tier.ts';
import { RISK_RULES, type RiskRule } from './risk-rules.ts';
import { canonicalAgent } from './routing-table.ts';

export interface Floor {
  tier: Tier;
  /** Landing needs a person's approval as well (seed 5, force opus + human review). */
  needsPerson: boolean;
  because: string[];
}

/** What the floor looks at; `tableTier` is what table and traits asked for, before any pin or strike moved it. */
export interface FloorQuestion {
  head: Pick<TaskHead, 'agent' | 'phase' | 'priority' | 'risk' | 'review'>;
  tableTier: Tier;
  /** On the longest path of its plan. */
  critical: boolean;
  /** What code found beyond the task's own `risk`. */
  foundRisks: readonly FoundRisk[];
}

export function floorOf({ head, tableTier, critical, foundRisks }: FloorQuestion): Floor {
  const agent = canonicalAgent(head.agent);
  const risks = riskDemands(head.risk, foundRisks);
  const rules: [boolean, Tier, string][] = [
    [agent === 'security', 'opus', 'SECURITY is always opus (seed 4, NEVER rule 1)'],
    [agent === 'planner', 'opus', 'the conductor is always opus (seed 5, orchestration rule 1)'],
    [
      agent === 'validation' && head.phase !== 'LEAD',
      'opus',
      `VALIDATION is opus in ${head.phase} (seed 4, NEVER rule 2)`,
    ],
    [agent === 'stories' && head.phase === 'PLAN', 'opus', 'STORIES in PLAN takes no downgrade (seed 4, tier 3)'],
    [agent === 'testing' && head.phase === 'EXEC', 'opus', 'TESTING in EXEC takes no downgrade (seed 4, tier 3)'],
    ...risks.map(({ rule, named }): [boolean, Tier, string] => [
      true,
      rule.floor,
      `${named.join(', ')}: ${rule.because}`,
    ]),
    [head.priority === 'p0', tableTier, 'p0 work is not downgraded (seed 3, never downgrade critical work)'],
    [critical, tableTier, 'work on the critical path is not downgraded (seed 3, never downgrade critical work)'],
  ];
  const hit = rules.filter(([applies]) => applies);
  return {
    tier: hit.reduce<Tier>((tier, [, least]) => higherTier(tier, least), 'haiku'),
    needsPerson: risks.some(({ rule }) => rule.needsPerson) || head.review === 'human',
    because: hit.map(([, , why]) => why),
  };
}

/** Each rule that applies once, with the risks that called for it; a found one says what gave it away. */
function riskDemands(
  declared: readonly Risk[],
  found: readonly FoundRisk[],
): { rule: RiskRule; named: readonly string[] }[] {
  const names = new Map<Risk, string>(found.map(({ risk, because }) => [risk, `${risk} (${because})`]));
  for (const risk of declared) names.set(risk, risk);
  const rules = [...new Set(Object.values(RISK_RULES))];
  return rules.flatMap(rule => {
    const named = [...names].filter(([risk]) => RISK_RULES[risk] === rule).map(([, name]) => name);
    return named.length === 0 ? [] : [{ rule, named }];
  });
}
