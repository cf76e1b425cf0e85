/** The money side of a project opened for reading: ledger, caps, prices and models. */
import { spentToday } from '../agent/cap-uses.ts';
import type { Purse } from '../agent/purse.ts';
import { nanoFromUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import { BUILT_IN_PRICES, type Prices, requestPrice, withUserRows } from '../model/prices.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';

export const pricesOf = ({ config }: Pick<Project, 'config'>): Prices => withUserRows(BUILT_IN_PRICES, config.prices);

export const modelsOf = (project: Pick<Project, 'config'>): Record<Tier, string> => ({
  haiku: modelFor('haiku', project.config.models),
  sonnet: modelFor('sonnet', project.config.models),
  opus: modelFor('opus', project.config.models),
});

export function purseOf(project: Pick<Project, 'config' | 'ledger'>): Purse {
  const { config, ledger } = project;
  const prices = pricesOf(project);
  return {
    ledger,
    config,
    price: { worst: (model, tokens, life, day) => requestPrice(prices, model, tokens, day, life) },
    models: modelsOf(project),
  };
}

/** Today has cost so much that a person is asked before anything new starts (seed 5, cost guard). */
export const isGuardReached = ({ config, ledger }: Pick<Project, 'config' | 'ledger'>): boolean =>
  spentToday(ledger, systemClock.now()) >= nanoFromUsd(config.budget.guard_usd);
