/**
 * What tokens cost: dated rows in whole nano-dollars per token, so that every sum is exact. A row is never edited, only
 * ended and followed by a new one, so that an old run keeps its price. An unknown price is null and never 0.
 */
import type { PriceRow } from '../domain/config.ts';
import type { NanoUsd, Usage } from '../domain/money.ts';
import { inputTokens as allInput, NANO_PER_USD } from '../domain/money.ts';
import { withoutDate } from './models.ts';

export type CacheLife = '5m' | '1h';

/** Nano-dollars per token. A dollar per million tokens is a thousand of these. */
export interface Rate {
  input: NanoUsd;
  output: NanoUsd;
  cacheRead: NanoUsd;
  cacheWrite5m: NanoUsd;
  cacheWrite1h: NanoUsd;
}

/** The price of one model from the day `from` up to, and without, the day `to` (ISO dates). */
export interface Price {
  model: string;
  from: string;
  to: string | null;
  rate: Rate;
  /** Applies to every token of a request whose whole input, cached tokens included, is more than `tokens`. */
  above: { tokens: number; rate: Rate } | null;
}

/** In order of precedence: the first row that fits a model and a day is its price. */
export type Prices = readonly Price[];

/** The day the built-in rows were last compared with the published list; `doctor` shows the age. */
export const PRICES_CHECKED_ON = '2026-11-19';

/** Older than any request this program can have made, so the true first day of older models does not matter. */
const EARLIER = '2026-01-01';

/** Writing to the cache costs 1.25 times the input for five minutes and twice for an hour, on every model below. */
const rate = (input: NanoUsd, output: NanoUsd, cacheRead: NanoUsd): Rate => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: (input * 5) / 4,
  cacheWrite1h: input * 2,
});

const price = (model: string, from: string, its: Rate, rest: Partial<Price> = {}): Price => ({
  model,
  from,
  to: null,
  rate: its,
  above: null,
  ...rest,
});

const OPUS_4_AND_5 = rate(5_000, 25_000, 500);
const SONNET_4 = rate(3_000, 15_000, 300);

/** The published price list of the models that a project can route to. */
export const BUILT_IN_PRICES: Prices = [
  price('claude-opus-5-5', '2026-09-22', rate(4_000, 20_000, 200)),
  price('claude-sonnet-5-5', '2026-09-28', rate(2_000, 10_000, 200), { to: '2026-10-07' }),
  price('claude-sonnet-5-5', '2026-10-07', rate(2_000, 10_000, 100)),
  price('claude-haiku-5-5', '2026-10-07', rate(100, 500, 10), {
    above: { tokens: 100_000, rate: rate(500, 2_500, 50) },
  }),
  price('claude-fable-5-2', '2026-11-09', rate(8_000, 40_000, 200)),
  price('claude-fable-5-1', EARLIER, rate(10_000, 50_000, 250)),
  ...['claude-opus-5', 'claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-opus-4-5'].map(model =>
    price(model, EARLIER, OPUS_4_AND_5),
  ),
  price('claude-sonnet-5', EARLIER, rate(2_000, 10_000, 200)),
  price('claude-sonnet-4-6', EARLIER, SONNET_4),
  price('claude-sonnet-4-5', EARLIER, SONNET_4),
  price('claude-haiku-4-5', EARLIER, rate(1_000, 5_000, 100)),
];

/** The user's rows before the others; of two that fit the same day, the one that began later wins. */
export function withUserRows(prices: Prices, rows: readonly PriceRow[]): Prices {
  const own = rows.map(priceOfRow).toSorted((a, b) => b.from.localeCompare(a.from));
  return [...own, ...prices];
}

const priceOfRow = (row: PriceRow): Price =>
  price(
    row.model,
    row.from,
    {
      input: nanoPerToken(row.input),
      output: nanoPerToken(row.output),
      cacheRead: nanoPerToken(row.cache_read),
      cacheWrite5m: nanoPerToken(row.cache_write_5m),
      cacheWrite1h: nanoPerToken(row.cache_write_1h),
    },
    { to: row.to ?? null },
  );

/** Dollars per million tokens in nano-dollars per token; a true fraction goes up, so that a cap is never understated. */
function nanoPerToken(usdPerMillion: number): NanoUsd {
  const nano = usdPerMillion * (NANO_PER_USD / 1_000_000);
  const nearest = Math.round(nano);
  return Math.abs(nano - nearest) < 1e-6 ? nearest : Math.ceil(nano);
}

/** What the usage cost on that day (`2026-11-21`), or null when the model has no price. */
export function costOf(prices: Prices, model: string, usage: Usage, day: string): NanoUsd | null {
  const found = priceOn(prices, model, day);
  if (found === null) return null;
  const isAbove = found.above !== null && allInput(usage) > found.above.tokens;
  const per = isAbove && found.above !== null ? found.above.rate : found.rate;
  return (
    usage.input * per.input +
    usage.output * per.output +
    usage.cacheRead * per.cacheRead +
    usage.cacheWrite5m * per.cacheWrite5m +
    usage.cacheWrite1h * per.cacheWrite1h
  );
}

/**
 * The most a request can cost as a straight line in its output: every input token at the dearest of input, cache read
 * and cache write of the life asked for, at the dearest line that so many input tokens can reach. Null when unpriced.
 */
export function requestPrice(
  prices: Prices,
  model: string,
  inputTokens: number,
  day: string,
  cacheLife: CacheLife,
): { input: NanoUsd; perOutputToken: NanoUsd } | null {
  const found = priceOn(prices, model, day);
  if (found === null) return null;
  const lines = [found.rate];
  if (found.above !== null && inputTokens > found.above.tokens) lines.push(found.above.rate);
  const dearestInput = Math.max(...lines.map(line => dearestInputOf(line, cacheLife)));
  return { input: inputTokens * dearestInput, perOutputToken: Math.max(...lines.map(line => line.output)) };
}

/** The most a request with so many input and output tokens can cost, or null when the model has no price. */
export function worstCase(
  prices: Prices,
  model: string,
  inputTokens: number,
  outputTokens: number,
  day: string,
  cacheLife: CacheLife,
): NanoUsd | null {
  const line = requestPrice(prices, model, inputTokens, day, cacheLife);
  return line === null ? null : line.input + outputTokens * line.perOutputToken;
}

const dearestInputOf = (line: Rate, cacheLife: CacheLife): NanoUsd =>
  Math.max(line.input, line.cacheRead, cacheLife === '1h' ? line.cacheWrite1h : line.cacheWrite5m);

/** An exact id before its undated form, so that a user can price one dated model apart. */
function priceOn(prices: Prices, model: string, day: string): Price | null {
  const isValid = (row: Price): boolean => row.from <= day && (row.to === null || day < row.to);
  const find = (id: string): Price | undefined => prices.find(row => row.model === id && isValid(row));
  return find(model) ?? find(withoutDate(model)) ?? null;
}
