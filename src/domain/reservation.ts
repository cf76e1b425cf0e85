/** The words of a reservation: what a cap is checked against and what can be decided. */
import type { NanoUsd } from './money.ts';

/** Sums that a cap is checked against: what is settled and what is spoken for, both in the unit of their scope. */
export interface Standing {
  settled: number;
  open: number;
}

/** What money is capped by. */
export const MONEY_SCOPES = ['task', 'plan', 'day', 'week'] as const;
export type MoneyScope = (typeof MONEY_SCOPES)[number];

/** `tokens` is what a tier has read and written in a week (seed 3, weekly allocation); all others are money. */
export type CapScope = MoneyScope | 'tokens';

/** What every scope stands at, read inside the reserving transaction: nano-dollars, and tokens for `tokens`. */
export type Standings = Record<CapScope, Standing>;

/** A pure decision made inside the transaction: reserve this much, wait for others to settle, or stop. */
export type ReserveDecision<Grant> =
  /** `tokens` is the most that the request can read and write. */
  | { kind: 'granted'; reserve: NanoUsd; tokens: number; grant: Grant }
  | { kind: 'wait'; scope: CapScope }
  | { kind: 'denied'; scope: CapScope };
