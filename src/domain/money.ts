/**
 * Money in whole billionths of a US dollar. Every list price is a whole number of these per token, so sums of
 * reservations and settlements are exact and a cap can be compared without rounding.
 */
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

export const nanoFromUsd = (usd: number): NanoUsd => Math.round(usd * NANO_PER_USD);

/** Six decimals without trailing zeros, at least two: `0.165`, `4.50`. For records and JSON. */
export function usdText(nano: NanoUsd): string {
  const text = (nano / NANO_PER_USD).toFixed(6).replace(/0+$/, '');
  const decimals = text.length - text.indexOf('.') - 1;
  return text + '0'.repeat(Math.max(0, 2 - decimals));
}

/** For people: `$4.50`, and `<$0.01` for what would round to nothing and is not nothing. */
export const dollars = (nano: NanoUsd): string =>
  nano > 0 && nano < NANO_PER_USD / 200 ? '<$0.01' : `$${(nano / NANO_PER_USD).toFixed(2)}`;

/** Tokens of one reply or a sum of replies, split by what they cost. `input` is the uncached part. */
export interface Usage {
  input: number;
  output: number;
  /** What of the output was thinking; absent where not every reply has said so. */
  thinking?: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

export const NO_USAGE: Usage = { input: 0, output: 0, thinking: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    ...(a.thinking === undefined || b.thinking === undefined ? {} : { thinking: a.thinking + b.thinking }),
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  };
}

/** Everything the model read: what the `Input Tokens` column of the log shows. */
export const inputTokens = (usage: Usage): number =>
  usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;

/** What a session has cost so far: tokens and their price. */
export interface Spend {
  usage: Usage;
  cost: NanoUsd;
}
