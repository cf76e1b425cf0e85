/**
 * Whether the next request may be made: its worst case must fit under every cap before it is sent, so that with any
 * number of workers the overshoot is zero. All money in whole nano-dollars.
 */
import type { NanoUsd } from '../domain/money.ts';
import { type CapScope, MONEY_SCOPES, type ReserveDecision, type Standings } from '../domain/reservation.ts';

/** The most a reply may be allowed to write, and the least that is worth asking for (tokens). */
export const MOST_OUTPUT_TOKENS = 64_000;
export const LEAST_OUTPUT_TOKENS = 8_000;

/** Money in nano-dollars; `tokens` in tokens of the request's tier in a week. Null is no cap. */
export type Caps = Record<CapScope, number | null>;

/** The worst case of one request as a straight line in its output tokens. */
export interface RequestPrice {
  input: NanoUsd;
  perOutputToken: NanoUsd;
}

/** A cap with what counts under it and the smallest form of the request, all in one unit. */
interface Limit {
  scope: CapScope;
  cap: number;
  settled: number;
  open: number;
  smallest: number;
  /** Output tokens that the rest of it funds. */
  funded: number;
}

/**
 * Reserves as much output as the tightest cap funds. Denied only when settled spend plus the smallest form of this very
 * request exceeds a cap; when other open reservations alone stand in the way, it waits for them to settle.
 */
export function decideReservation(
  standings: Standings,
  caps: Caps,
  price: RequestPrice,
  inputTokens: number,
): ReserveDecision<number> {
  const limits = [...moneyLimits(standings, caps, price), ...tokenLimit(standings, caps, inputTokens)];
  const denied = limits.find(({ cap, settled, smallest }) => settled + smallest > cap);
  if (denied !== undefined) return { kind: 'denied', scope: denied.scope };
  const full = limits.find(({ cap, settled, open, smallest }) => settled + open + smallest > cap);
  if (full !== undefined) return { kind: 'wait', scope: full.scope };
  const grant = Math.min(MOST_OUTPUT_TOKENS, ...limits.map(({ funded }) => funded));
  return { kind: 'granted', reserve: price.input + grant * price.perOutputToken, tokens: inputTokens + grant, grant };
}

function moneyLimits(standings: Standings, caps: Caps, price: RequestPrice): Limit[] {
  const smallest = firstTurnMinimum(price);
  return MONEY_SCOPES.flatMap(scope => {
    const cap = caps[scope];
    if (cap === null) return [];
    const { settled, open } = standings[scope];
    const left = cap - settled - open - price.input;
    const funded = price.perOutputToken === 0 ? MOST_OUTPUT_TOKENS : Math.floor(left / price.perOutputToken);
    return [{ scope, cap, settled, open, smallest, funded }];
  });
}

function tokenLimit({ tokens: { settled, open } }: Standings, { tokens: cap }: Caps, inputTokens: number): Limit[] {
  if (cap === null) return [];
  const smallest = inputTokens + LEAST_OUTPUT_TOKENS;
  return [{ scope: 'tokens', cap, settled, open, smallest, funded: cap - settled - open - inputTokens }];
}

/** Input tokens that a first request may have before its task is read: prompt, tools, instructions and a task file. */
export const FIRST_INPUT_TOKENS = 30_000;

/** The least a cap must hold so that the first request of a task on this tier can be made at all. */
export const firstTurnMinimum = (price: RequestPrice): NanoUsd =>
  price.input + LEAST_OUTPUT_TOKENS * price.perOutputToken;

/** What of a shared cap is open to work that the reserve is not kept for; whole nano-dollars or tokens. */
export const withoutReserve = (cap: number, reservePercent: number): number =>
  cap - Math.ceil((cap * reservePercent) / 100);

/** What of the caps is not open to a session: of its task's cap for the review, of shared caps for p0 and security work. */
export interface Kept {
  setAside: NanoUsd;
  reservePercent: number;
}

/** The caps that a session may fill. */
export function openCaps(caps: Caps, { setAside, reservePercent }: Kept): Caps {
  const shared = (cap: number | null): number | null => (cap === null ? null : withoutReserve(cap, reservePercent));
  return {
    task: caps.task === null ? null : caps.task - setAside,
    plan: caps.plan,
    day: shared(caps.day),
    week: shared(caps.week),
    tokens: shared(caps.tokens),
  };
}

/** A review reads a task, a difference and a report, and answers: two requests of a first request's size. */
const REVIEW_REQUESTS = 2;

/**
 * What a builder must leave of its task's cap, so that what it makes can also be reviewed: a bound at the reviewer's
 * price, which is that of a first request on its tier. Nothing when nobody must review.
 */
export const reviewSetAside = (price: RequestPrice | null): NanoUsd =>
  price === null ? 0 : REVIEW_REQUESTS * firstTurnMinimum(price);

export type BudgetZone = 'green' | 'yellow' | 'orange' | 'red';

/** Zones of seeds 3 and 4 over the tightest cap: 0-70, 70-85, 85-95, 95 % and more. */
export function zoneOfSpend(spent: number, cap: number): BudgetZone {
  const share = spent / cap;
  if (share >= 0.95) return 'red';
  if (share >= 0.85) return 'orange';
  return share >= 0.7 ? 'yellow' : 'green';
}
