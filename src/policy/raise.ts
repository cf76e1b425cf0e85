/** What a cap would have to be so that the next request could be made: the sums behind every stop at a cap, and their words. */
import { NANO_PER_USD, usdText } from '../domain/money.ts';
import { type CapScope, MONEY_SCOPES, type Standings } from '../domain/reservation.ts';
import type { Tier } from '../domain/tier.ts';
import { type Caps, type Kept, openCaps, type RequestPrice, withoutReserve } from './budget.ts';

/** One cap that stands in the way: nano-dollars, or tokens for `tokens`. */
export interface Raise {
  scope: CapScope;
  /** Whose tokens, where it is tokens. */
  tier: Tier;
  /** As it is configured, and what of it is not open to this work. */
  cap: number;
  kept: number;
  settled: number;
  /** What the next request takes. */
  needs: number;
  /** The least that would fund it. */
  raiseTo: number;
}

export interface RaiseQuestion {
  standings: Standings;
  /** As they are configured. */
  caps: Caps;
  kept: Kept;
  price: RequestPrice;
  inputTokens: number;
  outputTokens: number;
  tier: Tier;
}

/** Every cap that settled spend and the next request would pass together; what others have only reserved may come back. */
export function raisesOf({ standings, caps, kept, price, ...request }: RaiseQuestion): Raise[] {
  const open = openCaps(caps, kept);
  const money = price.input + request.outputTokens * price.perOutputToken;
  return ([...MONEY_SCOPES, 'tokens'] as const).flatMap(scope => {
    const [cap, usable] = [caps[scope], open[scope]];
    const needs = scope === 'tokens' ? request.inputTokens + request.outputTokens : money;
    const { settled } = standings[scope];
    if (cap === null || usable === null || settled + needs <= usable) return [];
    const raiseTo = wholeCap(scope, settled + needs, kept);
    return [{ scope, tier: request.tier, cap, kept: cap - usable, settled, needs, raiseTo }];
  });
}

/** The least cap of which so much is open. */
function wholeCap(scope: CapScope, open: number, { setAside, reservePercent }: Kept): number {
  if (scope === 'task') return open + setAside;
  if (scope === 'plan') return open;
  let cap = Math.ceil((open * 100) / (100 - reservePercent));
  while (withoutReserve(cap, reservePercent) < open) cap++;
  return cap;
}

const amount = (scope: CapScope, value: number): string =>
  scope === 'tokens' ? `${value} tokens` : `$${usdText(value)}`;

const nameOf = ({ scope, tier }: Raise): string => (scope === 'tokens' ? `the week's ${tier} tokens` : `the ${scope}`);

/** `next` is which request: the smallest, or a whole one. */
function capSentence(raise: Raise, next: 'smallest' | 'whole'): string {
  const { scope, cap, kept, settled, needs } = raise;
  const aside = scope === 'task' ? 'its review' : 'p0 and security work';
  const less = kept === 0 ? '' : ` (${amount(scope, kept)} of it kept for ${aside})`;
  const request = next === 'smallest' ? 'the smallest next request' : 'a next request without a limit on its reply';
  return `The cap of ${nameOf(raise)} is ${amount(scope, cap)}${less}: ${amount(scope, settled)} is spent, and ${request} needs ${amount(scope, needs)}.`;
}

const SETTINGS: Record<CapScope, (tier: Tier) => string> = {
  task: () => 'budget_usd in the task',
  plan: () => 'plan_usd under budget: in kleiber.yml',
  day: () => 'day_usd under budget: in kleiber.yml',
  week: () => 'week_usd under budget: in kleiber.yml',
  tokens: tier => `tokens_per_week: ${tier} under budget: in kleiber.yml`,
};

/** Dollars are rounded up to a cent, as a person would type them. */
export const settingValue = ({ scope, raiseTo }: Raise): string =>
  scope === 'tokens' ? String(raiseTo) : (Math.ceil((raiseTo * 100) / NANO_PER_USD) / 100).toFixed(2);

export interface BudgetStop {
  /** `ceiling`: a reply was cut at what was left. */
  scope: CapScope | 'ceiling';
  raises: readonly Raise[];
}

/** Why it stopped, with the sums. */
export function stopProblem({ scope, raises }: BudgetStop): string {
  const isCut = scope === 'ceiling';
  const what = isCut
    ? 'The reply was cut at what the budget could still fund.'
    : `The cap of ${scope === 'tokens' ? "the week's tokens" : `the ${scope}`} cannot fund the next request.`;
  return [what, ...raises.map(raise => capSentence(raise, isCut ? 'whole' : 'smallest'))].join(' ');
}

/** `raise budget_usd in the task to 1.24 or more`. */
export function raiseAdvice(raises: readonly Raise[]): string {
  const settings = raises.map(raise => `${SETTINGS[raise.scope](raise.tier)} to ${settingValue(raise)} or more`);
  const trust = raises.some(({ scope }) => scope !== 'task') ? ' (kleiber trust takes the change in)' : '';
  return `raise ${settings.join(' and ')}${trust}`;
}

/** What a person can do about it. */
export const stopNeed = ({ raises }: BudgetStop): string =>
  raises.length === 0
    ? 'There is money for it again: retry the task.'
    : `${raiseAdvice(raises).replace(/^r/, 'R')}, then retry the task.`;
