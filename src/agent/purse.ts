/** How full the caps of the calendar are, and what a first request takes: what decides whether work may start. */
import type { Ledger } from '../baton/ledger.ts';
import type { Config } from '../domain/config.ts';
import type { Risk, TaskHead } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import {
  type BudgetZone,
  FIRST_INPUT_TOKENS,
  firstTurnMinimum,
  LEAST_OUTPUT_TOKENS,
  reviewSetAside,
} from '../policy/budget.ts';
import { capsOfTier, zoneOfCaps } from '../policy/cap-use.ts';
import { mayStart, mayUseReserve, type Permission } from '../policy/deferral.ts';
import { reviewNeeded } from '../policy/review.ts';
import { capUses } from './cap-uses.ts';
import { calendarOf, type PriceOf } from './meter.ts';
import type { SessionMoney } from './session.ts';

/** The least that the first request of a task takes; without a price nothing can be said, and the meter refuses later. */
export function leastOf(model: string, price: Pick<PriceOf, 'worst'>, day: string): { money: number; tokens: number } {
  const line = price.worst(model, FIRST_INPUT_TOKENS, '5m', day);
  return {
    money: line === null ? 0 : firstTurnMinimum(line),
    tokens: FIRST_INPUT_TOKENS + LEAST_OUTPUT_TOKENS,
  };
}

/** What deciding about money takes of the world. */
export interface Purse {
  ledger: Ledger;
  config: Config;
  price: Pick<PriceOf, 'worst'>;
  models: Record<Tier, string>;
}

/** What is to be decided about; `planNeedsOpus` is asked only where it matters. */
export interface Candidate {
  head: TaskHead;
  found: readonly Risk[];
  tier: Tier;
  isOverridden: boolean;
  planNeedsOpus: () => boolean;
}

/** Whether there is money for this now. */
export function permissionFor(
  { head, found, tier, isOverridden, planNeedsOpus }: Candidate,
  purse: Purse,
  now: Date,
): Permission {
  const { budget } = purse.config;
  const caps = capUses(purse.ledger, purse.config, now);
  return mayStart({
    head,
    tier,
    isReserved: mayUseReserve(head, found),
    planNeedsOpus: zoneOfCaps(capsOfTier(caps, tier)) === 'red' && planNeedsOpus(),
    isOverridden,
    caps,
    policy: budget.policy,
    reservePercent: budget.reserve_percent,
    least: leastOf(purse.models[tier], purse.price, calendarOf(now).day),
  });
}

/** The zone that routing heeds: that of the money, and only where the project asked for it (seed 4: guidance). */
export const routingZone = ({ ledger, config }: Pick<Purse, 'ledger' | 'config'>, now: Date): BudgetZone =>
  config.budget.policy === 'guide'
    ? 'green'
    : zoneOfCaps(capUses(ledger, config, now).filter(cap => cap.tier === null));

/** What a builder's session must leave for those who have to review it, and whether it may use the reserve. */
export function sessionMoney(
  { head, found, tier }: Pick<Candidate, 'head' | 'found' | 'tier'>,
  isCritical: boolean,
  purse: Pick<Purse, 'price' | 'models'>,
  now: Date,
): SessionMoney {
  const risks = [...head.risk, ...found];
  const reviewer = reviewNeeded({ built: tier, priority: head.priority, critical: isCritical, risks })?.tier ?? null;
  const line =
    reviewer === null ? null : purse.price.worst(purse.models[reviewer], FIRST_INPUT_TOKENS, '5m', calendarOf(now).day);
  return { mayUseReserve: mayUseReserve(head, found), setAside: reviewSetAside(line) };
}
