/** The studio of a process: Claude behind its key and address, prices, rate lanes, and what the project says of itself. */
import type { Studio } from '../agent/session.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { AttemptNews } from '../model/attempt.ts';
import { checkBaseUrl, DEFAULT_BASE_URL } from '../model/base-url.ts';
import { limitBook } from '../model/limit-book.ts';
import { noClaude } from '../model/no-claude.ts';
import { BUILT_IN_PRICES, costOf, type Prices, requestPrice, withUserRows } from '../model/prices.ts';
import { rateLanes } from '../model/rate-lanes.ts';
import { sdkClaude } from '../model/sdk-claude.ts';
import { readProjectText } from '../record/project-text.ts';
import { type Problem, problem } from '../report/problem.ts';
import type { Sandbox } from '../shell/sandbox.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import type { Project } from './project.ts';
import { modelsOf } from './purse.ts';

/** Fails where the key is missing and `isKeyless` does not say that it may be, and for an address that no key is sent to. */
export async function openStudio(
  project: Project,
  context: Context,
  sandbox: Sandbox,
  isKeyless: boolean,
): Promise<Result<Studio, Problem>> {
  const api = apiOf(context, isKeyless);
  if (!api.ok) return api;
  const { apiKey, baseUrl } = api.value;
  const lanes = rateLanes(systemClock, { random: Math.random, retryAfterLimitMs: 300_000 });
  const book = limitBook(project.places.limits, systemClock);
  const onAttempt = (news: AttemptNews): void => {
    lanes.observe(news);
    book.observe(news);
  };
  const claude = apiKey === '' ? noClaude : await sdkClaude({ apiKey, baseUrl, clock: systemClock, onAttempt });
  return ok({
    repository: project.facts.commonDir,
    claude,
    ledger: project.ledger,
    price: priceOf(withUserRows(BUILT_IN_PRICES, project.config.prices)),
    clock: systemClock,
    owner: project.holder.owner,
    lanes,
    sandbox,
    config: project.config,
    roles: project.roles,
    models: modelsOf(project),
    instructions: instructionsOf(project.facts.root, context),
    transcripts: project.places.transcripts,
    secrets: apiKey === '' ? [] : [apiKey],
  });
}

/** Where models are asked, and with which key; an empty one where it may be missing. */
function apiOf({ environment }: Context, isKeyless: boolean): Result<{ apiKey: string; baseUrl: string }, Problem> {
  const apiKey = environment.ANTHROPIC_API_KEY ?? '';
  if (apiKey === '' && !isKeyless)
    return fail(
      problem(
        4,
        'no API key, so no model can be called',
        ['ANTHROPIC_API_KEY is not set.'],
        ['export ANTHROPIC_API_KEY=…', 'kleiber rehearse   (needs no key)'],
        'no_key',
      ),
    );
  const baseUrl = checkBaseUrl(environment.ANTHROPIC_BASE_URL ?? DEFAULT_BASE_URL);
  if (baseUrl.ok) return ok({ apiKey, baseUrl: baseUrl.value });
  return fail(
    problem(
      2,
      'a key is sent to HTTPS or this machine only',
      [`ANTHROPIC_BASE_URL: ${baseUrl.failure.reason.replaceAll('_', ' ')}`],
      ['unset ANTHROPIC_BASE_URL'],
      baseUrl.failure.reason,
    ),
  );
}

const priceOf = (prices: Prices): Studio['price'] => ({
  worst: (model, inputTokens, cacheLife, day) => requestPrice(prices, model, inputTokens, day, cacheLife),
  cost: (model, usage, day) => costOf(prices, model, usage, day),
});

const MOST_INSTRUCTIONS = 8_000;

/** The project's own words for agents, once and size-capped. */
function instructionsOf(root: string, context: Context): string {
  for (const path of ['CLAUDE.md', 'AGENTS.md']) {
    const read = readProjectText(root, path);
    if (!read.ok)
      note(context, `${path} is told to no agent: ${read.failure.map(({ problem: why }) => why).join('; ')}`);
    else if (read.value !== null) return read.value.slice(0, MOST_INSTRUCTIONS);
  }
  return '';
}
