/**
 * Whether the next request may be made: its worst case must fit under every cap before it is sent, so that with any
 * number of workers the overshoot is zero. All money in whole nano-dollars.
 */
import type { NanoUsd } from '../domain/money.ts';
import type { CapScope, ReserveDecision, Standings } from '../domain/reservation.ts';

/** The most a reply may be allowed to write, and the least that is worth asking for (tokens). */
export const MOST_OUTPUT_TOKENS = 64_000;
export const LEAST_OUTPUT_TOKENS = 8_000;

export type Caps = Record<CapScope, NanoUsd | null>;

/** The worst case of one request as a straight line in its output tokens. */
export interface RequestPrice {
  input: NanoUsd;
  perOutputToken: NanoUsd;
}

const SCOPES: readonly CapScope[] = ['task', 'plan', 'day', 'week'];

/**
 * Reserves as much output as the tightest cap funds. Denied only when settled spend plus the smallest form of this very
 * request exceeds a cap; when other open reservations alone stand in the way, it waits for them to settle.
 */
export function decideReservation(standings: Standings, caps: Caps, price: RequestPrice): ReserveDecision<number> {
  const smallest = firstTurnMinimum(price);
  const capped = SCOPES.flatMap(scope => {
    const cap = caps[scope];
    return cap === null ? [] : [{ scope, cap, standing: standings[scope] }];
  });
  const denied = capped.find(({ cap, standing }) => standing.settled + smallest > cap);
  if (denied !== undefined) return { kind: 'denied', scope: denied.scope };
  const full = capped.find(({ cap, standing }) => standing.settled + standing.open + smallest > cap);
  if (full !== undefined) return { kind: 'wait', scope: full.scope };
  const left = Math.min(...capped.map(({ cap, standing }) => cap - standing.settled - standing.open));
  const funded =
    price.perOutputToken === 0 ? MOST_OUTPUT_TOKENS : Math.floor((left - price.input) / price.perOutputToken);
  const tokens = Math.min(MOST_OUTPUT_TOKENS, funded);
  return { kind: 'granted', reserve: price.input + tokens * price.perOutputToken, grant: tokens };
}

/** Input tokens that a first request may have before its task is read: prompt, tools, instructions and a task file. */
export const FIRST_INPUT_TOKENS = 30_000;

/** The least a cap must hold so that the first request of a task on this tier can be made at all. */
export const firstTurnMinimum = (price: RequestPrice): NanoUsd =>
  price.input + LEAST_OUTPUT_TOKENS * price.perOutputToken;

export type BudgetZone = 'green' | 'yellow' | 'orange' | 'red';

/** Zones of seeds 3 and 4 over the tightest cap: 0-70, 70-85, 85-95, 95 % and more. */
export function zoneOfSpend(spent: NanoUsd, cap: NanoUsd): BudgetZone {
  const share = spent / cap;
  if (share >= 0.95) return 'red';
  if (share >= 0.85) return 'orange';
  return share >= 0.7 ? 'yellow' : 'green';
}
