/**
 * The ledger: one book of reservations and settlements for all repositories of a user, because a day is a day
 *. Checking the caps and reserving are one transaction, so N workers together cannot overshoot.
 */
import type { NanoUsd, Usage } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import type { CapScope, ReserveDecision, Standings } from '../domain/reservation.ts';
import type { Tier } from '../domain/tier.ts';

export type { CapScope, ReserveDecision, Standing, Standings } from '../domain/reservation.ts';

/** What a request is for; each field is a column that `budget` can group by. */
export interface Purpose {
  repository: string;
  /** The plan's id, or null for a hand-written task. */
  plan: string | null;
  /** The task's id, or `plan` for the planner's own session. */
  task: string;
  session: string;
  attempt: number;
  phase: string;
  agent: string;
  tier: Tier;
  model: string;
}

export type ReserveOutcome<Grant> =
  | { kind: 'granted'; reservation: string; grant: Grant }
  | { kind: 'wait'; scope: CapScope }
  | { kind: 'denied'; scope: CapScope };

/** One settled or open line of the book. */
export interface LedgerRow {
  reservation: string;
  at: string;
  /** The local calendar day and ISO week the money counts for, fixed when it was reserved. */
  day: string;
  week: string;
  purpose: Purpose;
  reserved: NanoUsd;
  /** Null while the reservation is open. */
  settled: NanoUsd | null;
  usage: Usage | null;
  /** True when the usage was never learnt and the whole reservation was booked. */
  assumed: boolean;
  owner: Owner;
}

export interface Ledger {
  /** `day` (`2026-11-21`) and `week` (`2026-W47`) come from the caller's clock. */
  reserve<Grant>(
    purpose: Purpose,
    when: { at: string; day: string; week: string; owner: Owner },
    decide: (standings: Standings) => ReserveDecision<Grant>,
  ): ReserveOutcome<Grant>;
  /** Books the real usage. Settling twice is refused with false. */
  settle(reservation: string, usage: Usage, cost: NanoUsd): boolean;
  /** Books the whole reservation, because nobody knows what was billed. */
  settleInFull(reservation: string): boolean;
  standings(of: { repository: string; plan: string | null; task: string; day: string; week: string }): Standings;
  rows(filter?: { repository?: string; day?: string; plan?: string }): LedgerRow[];
  /** Open reservations whose owner is dead stay counted as spent: their usage is unknown. Returns how many were booked. */
  settleAbandoned(isDead: (owner: Owner) => boolean): number;
  close(): void;
}
