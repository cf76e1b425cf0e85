/**
 * Go, or come back when there is money again: what the zones of seeds 3 and 4 say about a task that could start now.
 * Work is deferred and never downgraded; it comes back by itself, because this is asked anew with every look.
 */
import type { BudgetPolicy } from '../domain/config.ts';
import type { Risk, TaskHead } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { type BudgetZone, withoutReserve } from './budget.ts';
import { type CapUse, capName, capsOfTier, tightestOf, zoneOfCaps } from './cap-use.ts';
import { canonicalAgent } from './routing-table.ts';

const SECURITY_RISKS: readonly Risk[] = ['security', 'authentication', 'authorization', 'encryption'];

/** The work that the reserve is kept for: p0 and security (seed 3, budget reserve). */
export function mayUseReserve(head: Pick<TaskHead, 'agent' | 'priority' | 'risk'>, found: readonly Risk[]): boolean {
  return (
    head.priority === 'p0' ||
    canonicalAgent(head.agent) === 'security' ||
    [...head.risk, ...found].some(risk => SECURITY_RISKS.includes(risk))
  );
}

export interface DeferralQuestion {
  head: Pick<TaskHead, 'priority'>;
  /** Where it is routed to. */
  tier: Tier;
  /** It may use the reserve. */
  isReserved: boolean;
  /** Its plan has work left that only opus may do. */
  planNeedsOpus: boolean;
  /** A person chose its model, with a reason (seed 3, manual override). */
  isOverridden: boolean;
  /** All caps of the calendar. */
  caps: readonly CapUse[];
  policy: BudgetPolicy;
  reservePercent: number;
  /** The least that its first request takes: nano-dollars and tokens. */
  least: { money: number; tokens: number };
}

export type Permission =
  | { kind: 'go'; zone: BudgetZone; advice: string | null }
  /** `until` is a local date; `why` says the rule and not the sums, so that it stays the same while it holds. */
  | { kind: 'defer'; zone: BudgetZone; why: string; until: string };

export function mayStart(question: DeferralQuestion): Permission {
  const caps = capsOfTier(question.caps, question.tier);
  const tightest = tightestOf(caps);
  const zone = zoneOfCaps(caps);
  const rule = question.isOverridden ? null : ruleAgainst(question, zone);
  if (rule !== null && tightest !== null)
    return { kind: 'defer', zone, why: `${zone} zone of ${capName(tightest)}: ${rule}`, until: tightest.until };
  const short = caps.find(cap => isShort(cap, question));
  if (short !== undefined) {
    const rest = question.isReserved ? '' : ' but for the reserve, kept for p0 and security work';
    return { kind: 'defer', zone, why: `${NOTHING_LEFT} ${capName(short)}${rest}`, until: short.until };
  }
  return { kind: 'go', zone, advice: question.policy === 'guide' ? adviceFor(question, zone) : null };
}

function ruleAgainst({ head, tier, isReserved, planNeedsOpus, policy }: DeferralQuestion, zone: BudgetZone) {
  if (zone === 'red' && planNeedsOpus)
    return 'its plan needs opus for critical work, so all of it waits (seed 4, NEVER rule 3)';
  if (policy === 'guide' || isReserved) return null;
  if (zone === 'red' && tier !== 'haiku') return 'only haiku, p0 and security work starts (seed 3, budget zones)';
  if ((zone === 'red' || zone === 'orange') && head.priority === 'p2') return 'p2 work waits (seed 3, budget zones)';
  return null;
}

const NOTHING_LEFT = 'nothing is left of';

/** No choice of a person's brings such a task back: only a higher cap or the next period does. */
export const isForLackOfMoney = (why: string): boolean => why.startsWith(NOTHING_LEFT);

/** Settled spend alone leaves no room for a first request. A cap that never has room is no matter of waiting. */
function isShort({ scope, settled, cap }: CapUse, { isReserved, reservePercent, least }: DeferralQuestion): boolean {
  const open = isReserved ? cap : withoutReserve(cap, reservePercent);
  const needed = scope === 'tokens' ? least.tokens : least.money;
  return needed <= open && settled + needed > open;
}

/** What the seeds say where nothing is enforced (seed 4, budget zone guidance). */
function adviceFor({ head, tier, isReserved }: DeferralQuestion, zone: BudgetZone): string | null {
  switch (zone) {
    case 'green':
      return null;
    case 'yellow':
      return tier === 'opus' && !isReserved ? 'yellow zone: is opus needed here? watch the burn rate' : null;
    case 'orange':
      return head.priority === 'p2' && !isReserved ? 'orange zone: p2 work could wait' : null;
    case 'red':
      return isReserved ? null : 'red zone: the budget is nearly used up; pause work or raise it';
  }
}
