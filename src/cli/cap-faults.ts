/** Caps that could not even fund a first request: refused before anything is started, with the least that would do. */
import { calendarOf } from '../agent/meter.ts';
import { nanoFromUsd, usdText } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import { BUILT_IN_PRICES, requestPrice, withUserRows } from '../model/prices.ts';
import { FIRST_INPUT_TOKENS, firstTurnMinimum } from '../policy/budget.ts';
import { routePlanned } from '../policy/check-plan.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';

/** Null when the cap is enough; else a sentence with the minimum. */
export function capFault(task: Task, project: Pick<Project, 'config'>): string | null {
  const { tier } = routePlanned(task, false, project.config.routing);
  const capUsd = task.head.budget_usd ?? project.config.budget.task_usd;
  const least = leastCap(tier, project);
  if (least === null) return `the price of ${modelFor(tier, project.config.models)} is unknown, so no cap can be kept`;
  return nanoFromUsd(capUsd) >= least
    ? null
    : `budget_usd: $${capUsd} cannot fund a first request on ${tier}; it takes at least $${usdText(least)}`;
}

function leastCap(tier: Tier, { config }: Pick<Project, 'config'>): number | null {
  const { day } = calendarOf(systemClock.now());
  const prices = withUserRows(BUILT_IN_PRICES, config.prices);
  const price = requestPrice(prices, modelFor(tier, config.models), FIRST_INPUT_TOKENS, day, '5m');
  return price === null ? null : firstTurnMinimum(price);
}
