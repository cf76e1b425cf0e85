/** The words of a reservation: what a cap is checked against and what can be decided. */
import type { NanoUsd } from './money.ts';

/** Sums that a cap is checked against: settled spend and what is spoken for. */
export interface Standing {
  settled: NanoUsd;
  open: NanoUsd;
}

export type CapScope = 'task' | 'plan' | 'day' | 'week';

/** What every scope stands at, read inside the reserving transaction. */
export type Standings = Record<CapScope, Standing>;

/** A pure decision made inside the transaction: reserve this much, wait for others to settle, or stop. */
export type ReserveDecision<Grant> =
  | { kind: 'granted'; reserve: NanoUsd; grant: Grant }
  | { kind: 'wait'; scope: CapScope }
  | { kind: 'denied'; scope: CapScope };
