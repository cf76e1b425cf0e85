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

/** Null when the cap is enough; else a sentence with the minimum. */
export function capFault(task: Task, project: Pick<Project, 'config' | 'keeper'>): string | null {
  const { tier } = routePlanned(task, false, rulesToday(project.config, project.keeper.look()));
  const capUsd = task.head.budget_usd ?? project.config.budget.task_usd;
  const least = leastCap(task, tier, project);
  if (least === null) return `the price of ${modelFor(tier, project.config.models)} is unknown, so no cap can be kept`;
  return nanoFromUsd(capUsd) >= least
    ? null
    : `budget_usd: $${capUsd} cannot fund a first request on ${tier}; it takes at least $${usdText(least)}`;
}

/** Its own first request, and what has to be left for those who must review it. */
function leastCap({ head, body }: Task, tier: Tier, { config }: Pick<Project, 'config'>): number | null {
  const prices = withUserRows(BUILT_IN_PRICES, config.prices);
  const now = systemClock.now();
  const { day } = calendarOf(now);
  const priceOf = (on: Tier) => requestPrice(prices, modelFor(on, config.models), FIRST_INPUT_TOKENS, day, '5m');
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
