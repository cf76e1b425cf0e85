/** What the processes that spend together and the test that counts after them both know. */
import { BUILT_IN_PRICES, requestPrice } from '../../src/model/prices.ts';

export const MODEL = 'claude-haiku-5-5';
/** A bound of what every request sends. */
export const INPUT_TOKENS = 2_000;

/** The cheapest form of the request that every process makes, in nano-dollars. */
export function smallestRequest(day: string): number {
  const price = requestPrice(BUILT_IN_PRICES, MODEL, INPUT_TOKENS, day, '5m');
  if (price === null) throw new Error(`${MODEL} has no price`);
  return price.input + 8_000 * price.perOutputToken;
}
