/**
 * The floor: the weakest tier that may ever do a piece of work. It is applied last and again after every fallback, and
 * it is code: no table, override, escalation, zone or missing file goes below it (seed 4, NEVER rules 1 and 2).
 */
import type { Risk, TaskHead } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { higherTier } from '../domain/tier.ts';
import { canonicalAgent } from './routing-table.ts';

export interface Floor {
  tier: Tier;
  /** Landing needs a person's approval as well (seed 5, force opus + human review). */
  needsPerson: boolean;
  because: string[];
}

/** Seed 5's list: these are opus and a person. */
const PERSON_RISKS: readonly Risk[] = [
  'payment',
  'authentication',
  'authorization',
  'encryption',
  'pii',
  'compliance',
  'multi_service',
];

/** What the floor looks at; `tableTier` is what table and traits asked for, before any pin or strike moved it. */
export interface FloorQuestion {
  head: Pick<TaskHead, 'agent' | 'phase' | 'priority' | 'risk' | 'review'>;
  tableTier: Tier;
  /** On the longest path of its plan. */
  critical: boolean;
}

export function floorOf({ head, tableTier, critical }: FloorQuestion): Floor {
  const agent = canonicalAgent(head.agent);
  const risks = head.risk.filter(risk => PERSON_RISKS.includes(risk));
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
    [risks.length > 0, 'opus', `${risks.join(', ')}: opus and a person (seed 5, force opus + human review)`],
    [head.risk.includes('security'), 'opus', 'security-sensitive work is opus (seed 1, quality gates)'],
    [head.priority === 'p0', tableTier, 'p0 work is not downgraded (seed 3, never downgrade critical work)'],
    [critical, tableTier, 'work on the critical path is not downgraded (seed 3, never downgrade critical work)'],
  ];
  const hit = rules.filter(([applies]) => applies);
  return {
    tier: hit.reduce<Tier>((tier, [, least]) => higherTier(tier, least), 'haiku'),
    needsPerson: risks.length > 0 || head.review === 'human',
    because: hit.map(([, , why]) => why),
  };
}
