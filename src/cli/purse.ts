/** The money side of a project opened for reading: ledger, caps, prices and models. */
import type { Purse } from '../agent/purse.ts';
import type { Tier } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import { BUILT_IN_PRICES, type Prices, requestPrice, withUserRows } from '../model/prices.ts';
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
