/**
 * The ledger: one book of reservations and settlements for all repositories of a user, because a day is a day.
 * Checking the caps and reserving are one transaction, so N workers together cannot overshoot.
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
  /** `ticket` keeps the place in line, behind `ahead` others; it is shown again with the next try. */
  | { kind: 'wait'; scope: CapScope; ticket: string; ahead: number }
  | { kind: 'denied'; scope: CapScope };

/** A request's place among those that wait; urgent ones (p0, security) stand before all others. */
export interface Turn {
  ticket: string | null;
  urgent: boolean;
}

/** When something is booked, and by whom: `day` (`2026-11-21`) and `week` (`2026-W47`) come from the caller's clock. */
export interface When {
  at: string;
  day: string;
  week: string;
  owner: Owner;
}

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
  /** What a person wrote beside spend that was made elsewhere; null for kleiber's own. */
  logged: string | null;
  owner: Owner;
}

export interface Ledger {
  /**
   * Asks for money. Those that wait for the same cap are served in the order in which they came: who asks later waits
   * behind them, even if what is asked for would fit. A ticket that is not shown for some seconds is void.
   */
  reserve<Grant>(
    purpose: Purpose,
    when: When,
    turn: Turn,
    decide: (standings: Standings) => ReserveDecision<Grant>,
  ): ReserveOutcome<Grant>;
  /** Gives up a place in line. */
  leave(ticket: string): void;
  /** Books the real usage. Settling twice is refused with false. */
  settle(reservation: string, usage: Usage, cost: NanoUsd): boolean;
  /** Books the whole reservation, because nobody knows what was billed. */
  settleInFull(reservation: string): boolean;
  /** Books what was spent elsewhere (seeds 3 and 4, token logging): it counts under every cap, and no cap is asked. */
  record(purpose: Purpose, when: When, usage: Usage, cost: NanoUsd, note: string): void;
  standings(of: Place): Standings;
  rows(filter?: { repository?: string; day?: string; week?: string; plan?: string; task?: string }): LedgerRow[];
  /** Open reservations whose owner is dead stay counted as spent: their usage is unknown. Returns how many were booked. */
  settleAbandoned(isDead: (owner: Owner) => boolean): number;
  close(): void;
}

/** What a line of the book counts for. */
export interface Place {
  repository: string;
  plan: string | null;
  task: string;
  day: string;
  week: string;
  tier: Tier;
}
