/** How full the caps of the calendar are at this moment, as the ledger has it. */
import type { Ledger } from '../baton/ledger.ts';
import type { Config } from '../domain/config.ts';
import { type NanoUsd, nanoFromUsd } from '../domain/money.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { nextBegins } from '../policy/calendar.ts';
import type { CapUse } from '../policy/cap-use.ts';
import { calendarOf } from './meter.ts';

/** Day, week, and the tokens of every tier that has a cap of them. */
export function capUses(ledger: Ledger, { budget }: Pick<Config, 'budget'>, now: Date): CapUse[] {
  const standingsOf = (tier: Tier) => calendarStandings(ledger, tier, now);
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

/** What all repositories of this user have spent today, and what is reserved. */
export function spentToday(ledger: Ledger, now: Date): NanoUsd {
  const { settled, open } = calendarStandings(ledger, 'haiku', now).day;
  return settled + open;
}

/** The tier matters to its tokens only: day and week are the same for all of them. */
function calendarStandings(ledger: Ledger, tier: Tier, now: Date): ReturnType<Ledger['standings']> {
  const { day, week } = calendarOf(now);
  return ledger.standings({ repository: '', plan: null, task: '', day, week, tier });
}
