/** How full the caps of the calendar are at this moment, as the ledger has it. */
import type { Ledger } from '../baton/ledger.ts';
import type { Config } from '../domain/config.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { nextBegins } from '../policy/calendar.ts';
import type { CapUse } from '../policy/cap-use.ts';
import { calendarOf } from './meter.ts';

/** Day, week, and the tokens of every tier that has a cap of them. */
export function capUses(ledger: Ledger, { budget }: Pick<Config, 'budget'>, now: Date): CapUse[] {
  const { day, week } = calendarOf(now);
  const standingsOf = (tier: Tier) => ledger.standings({ repository: '', plan: null, task: '', day, week, tier });
  const money = standingsOf('haiku');
  const nextWeek = nextBegins('week', now);
  const tokens = TIERS.flatMap((tier): CapUse[] => {
    const cap = budget.tokens_per_week[tier];
    return cap === undefined ? [] : [{ scope: 'tokens', tier, ...standingsOf(tier).tokens, cap, until: nextWeek }];
  });
  return [
    { scope: 'day', tier: null, ...money.day, cap: nanoFromUsd(budget.day_usd), until: nextBegins('day', now) },
    { scope: 'week', tier: null, ...money.week, cap: nanoFromUsd(budget.week_usd), until: nextWeek },
    ...tokens,
  ];
}
