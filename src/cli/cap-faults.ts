/** Caps that could not even fund a first request: refused before anything is started, with the least that would do. */
import { calendarOf } from '../agent/meter.ts';
import { nanoFromUsd, usdText } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import { BUILT_IN_PRICES, requestPrice, withUserRows } from '../model/prices.ts';
import { FIRST_INPUT_TOKENS, firstTurnMinimum, reviewSetAside } from '../policy/budget.ts';
import { routePlanned, rulesToday } from '../policy/check-plan.ts';
import { risksBeforehand } from '../policy/evidence.ts';
import { reviewNeeded } from '../policy/review.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';

/** Judges tasks by the rules and prices of this moment: null when the cap is enough, else a sentence with the minimum. */
export function capJudge({ config, keeper }: Pick<Project, 'config' | 'keeper'>): (task: Task) => string | null {
  const rules = rulesToday(config, keeper.look());
  const priceOf = firstPrices(config);
  return task => {
    const { tier } = routePlanned(task, false, rules);
    const capUsd = task.head.budget_usd ?? config.budget.task_usd;
    const least = leastCap(task, tier, config, priceOf);
    if (least === null) return `the price of ${modelFor(tier, config.models)} is unknown, so no cap can be kept`;
    return nanoFromUsd(capUsd) >= least
      ? null
      : `budget_usd: $${capUsd} cannot fund a first request on ${tier}; it takes at least $${usdText(least)}`;
  };
}

type Config = Project['config'];
type PriceOf = (tier: Tier) => ReturnType<typeof requestPrice>;

/** What a first request costs on each tier today; null where a price is unknown. */
function firstPrices(config: Config): PriceOf {
  const prices = withUserRows(BUILT_IN_PRICES, config.prices);
  const { day } = calendarOf(systemClock.now());
  return tier => requestPrice(prices, modelFor(tier, config.models), FIRST_INPUT_TOKENS, day, '5m');
}

/** Its own first request, and what has to be left for those who must review it. */
function leastCap({ head, body }: Task, tier: Tier, config: Config, priceOf: PriceOf): number | null {
  const price = priceOf(tier);
  if (price === null) return null;
  const found = risksBeforehand({ head, body }, config.risks).map(({ risk }) => risk);
  const reviewer = reviewNeeded({
    built: tier,
    priority: head.priority,
    critical: false,
    risks: [...head.risk, ...found],
  });
  return firstTurnMinimum(price) + reviewSetAside(reviewer === null ? null : priceOf(reviewer.tier));
}
