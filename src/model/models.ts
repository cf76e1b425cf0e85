/** Which model id a tier means, in one place, and what a model id says about itself. */
import type { Tier } from '../domain/tier.ts';
import { TIERS } from '../domain/tier.ts';

/** The ids of a project that names none of its own. They carry no date; the project may replace each under `models:`. */
export const DEFAULT_MODELS: Readonly<Record<Tier, string>> = {
  haiku: 'claude-haiku-5-5',
  sonnet: 'claude-sonnet-5-5',
  opus: 'claude-opus-5-5',
};

/** A project's own choices, as `kleiber.yml` has them under `models:`. */
export type OwnModels = Partial<Record<Tier, string | undefined>>;

/** The model id that work of this tier is sent to. */
export const modelFor = (tier: Tier, own: OwnModels = {}): string => own[tier] ?? DEFAULT_MODELS[tier];

/**
 * The tier whose work this model does, or null for a model that no tier is mapped to. The API may answer with a dated
 * id for a plain one, so the date is ignored. A model that serves several tiers counts as the highest of them.
 */
export function tierOfModel(model: string, own: OwnModels = {}): Tier | null {
  const isMapped = (tier: Tier): boolean => withoutDate(modelFor(tier, own)) === withoutDate(model);
  return TIERS.toReversed().find(isMapped) ?? null;
}

/** `claude-haiku-4-5-20251001` and `claude-haiku-4-5` are one model. */
export const withoutDate = (model: string): string => model.replace(/-20\d{6}$/, '');

/** What a model takes in a request body; sending the rest is a 400. */
export interface Dialect {
  effort: boolean;
  adaptiveThinking: boolean;
}

/** Up to 4.5 thinking was a token budget, and of those only Opus 4.5 knew effort. Unknown ids speak today's dialect. */
const BEFORE_ADAPTIVE = /^claude-(?:[a-z]+-4(?:-[0-5])?|3(?:-\d)?-[a-z]+)$/;

export function dialectOf(model: string): Dialect {
  const id = withoutDate(model);
  const adaptiveThinking = !BEFORE_ADAPTIVE.test(id);
  return { adaptiveThinking, effort: adaptiveThinking || id === 'claude-opus-4-5' };
}
