/**
 * The baton: who holds what right now and what happened in which order. An append succeeds for exactly one caller
 * per place in a stream; the loser reads again and decides again. SQLite implements it today, PostgreSQL can.
 */
import type { Event, Stored } from '../domain/event.ts';
import type { Owner } from '../domain/owner.ts';
import type { Tier } from '../domain/tier.ts';

/** A live conversation that an append opens; the count per tier is checked in the same transaction (seed 1, lanes). */
export interface LaneRequest {
  tier: Tier;
  limit: number;
  owner: Owner;
}

export interface Append {
  stream: string;
  /** The place the caller has decided for: one more than the last event it has read in this stream. */
  seq: number;
  event: Event;
  /** ISO 8601. */
  at: string;
  /** Opens a live conversation for this stream, if its lane has room. */
  opensLane?: LaneRequest;
  /** Ends this stream's live conversation. */
  closesLane?: boolean;
}

/** `conflict`: somebody else took that place. Both refusals leave nothing behind. */
export type AppendOutcome = 'appended' | 'conflict' | 'lane_full';

export interface LiveLane {
  stream: string;
  tier: Tier;
  owner: Owner;
}

/** A stream whose events from `seq` on are not delivered: a row cannot be read, or is missing (only `read` sees that). */
export interface DamagedStream {
  stream: string;
  seq: number;
  /** What is wrong there, in a few words. */
  detail: string;
}

export interface Baton {
  append(entry: Append): AppendOutcome;
  /** All events of one stream in order; of a damaged stream those before the damage. */
  read(stream: string): Stored[];
  /** Events of all streams after a position, in order, without those that follow damage in their stream. */
  after(position: number, limit?: number): Stored[];
  /**
   * The streams in which `read` and `after` have met damage so far. Only these stand still: appending to one always
   * conflicts, so whoever decides for a stream leaves out the ones named here.
   */
  damaged(): DamagedStream[];
  /** The last position, 0 when nothing has happened. Cheap enough to poll. */
  position(): number;
  /** Live conversations; those of dead owners are freed with `freeLane`. */
  lanes(): LiveLane[];
  freeLane(stream: string, owner: Owner): void;
  /** Opens a lane outside a task's stream (a planner, a reviewer). False when it is full. */
  takeLane(stream: string, lane: LaneRequest): boolean;
  /** Counts this owner's heartbeat up; observers on other machines watch it move. */
  beat(owner: Owner): void;
  heartbeat(owner: Owner): number;
  /** Remembers the validation of a tree under a fingerprint of commands, dependencies and sandbox. */
  rememberValidation(fingerprint: string, validation: string): void;
  recallValidation(fingerprint: string): string | null;
  close(): void;
}

/** Opening can fail for reasons a person must hear about. */
export type BatonFailure =
  | { reason: 'newer_format'; path: string; found: number; known: number }
  | { reason: 'state_damaged'; path: string; detail: string }
  | { reason: 'state_unwritable'; path: string; detail: string }
  | { reason: 'disk_full'; path: string; detail: string };
