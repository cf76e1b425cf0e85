/**
 * What can happen, as typed values: the event log is the truth about who did what in which order, and every
 * state is a fold of it. A stream is one task, one plan or one target branch.
 */
import type { Blocker, ChangedFile, DoneReport, EscalationReason } from './blocker.ts';
import type { Validation } from './check.ts';
import type { Spend } from './money.ts';
import type { Risk } from './names.ts';
import type { Owner } from './owner.ts';
import type { Route, TableMove, TableRows, Tier } from './tier.ts';
import type { Reviewer, Verdict } from './verdict.ts';

export { ESCALATION_REASONS, type EscalationReason } from './blocker.ts';

/** Where landed work goes: one checkout and the branch that was checked out there. */
export interface Target {
  checkout: string;
  branch: string;
}

/** Why an attempt ended without a submission, and whether it says something about the model (a strike). */
export type AttemptEnd =
  | { reason: 'interrupted' }
  | { reason: 'turn_limit'; turns: number }
  | { reason: 'no_submission' }
  | { reason: 'stuck'; detail: string }
  | { reason: 'context_full' }
  | { reason: 'model_unavailable'; detail: string }
  | { reason: 'tool_unavailable'; detail: string };

/** Why submitted work came back to its agent; the note is what the next attempt is told. */
export type ReturnReason =
  | 'unproven'
  | 'red'
  | 'conflict'
  | 'red_candidate'
  | 'changes_requested'
  | 'rejected'
  /** Risks that code found in it ask for a stronger model than the one that built it. */
  | 'below_floor';

/** A risk that code found, with what gave it away: a task cannot talk itself out of it. */
export interface FoundRisk {
  risk: Risk;
  because: string;
}

export type TaskEvent =
  /** A checked task file became a task of ours. `fileHash` is the sha256 of the file as accepted. */
  | { kind: 'created'; target: Target; agent: string; file: string; fileHash: string; plan: string | null }
  /** The fence goes up: from here on only writes that name this attempt are accepted. */
  | { kind: 'claimed'; attempt: number; owner: Owner; route: Route; base: string; worktree: string; session: string }
  /** The worker said how it will go about it. */
  | { kind: 'approach'; attempt: number; text: string }
  | { kind: 'checkpoint'; attempt: number; commit: string }
  /** A person said something to the model at work; each conversation of the task hears it once, with its next turn. */
  | { kind: 'told'; attempt: number; by: string; text: string }
  | {
      kind: 'submitted';
      attempt: number;
      commit: string;
      tree: string;
      base: string;
      files: ChangedFile[];
      report: DoneReport;
      model: string;
      spend: Spend;
    }
  | { kind: 'blocked'; attempt: number; blocker: Blocker; checkpoint: string | null; spend: Spend; resumable: boolean }
  /** The attempt is over without a submission; `strike` is decided by policy, not by the worker. */
  | { kind: 'ended'; attempt: number; end: AttemptEnd; strike: boolean; checkpoint: string | null; spend: Spend }
  | { kind: 'proven'; attempt: number; commit: string }
  | {
      kind: 'validated';
      attempt: number;
      commit: string;
      validation: Validation;
      baseResult: Validation['result'] | null;
    }
  /** Written before the ref moves, so that a kill in between is told from a foreign move. */
  | { kind: 'merge_intended'; attempt: number; base: string; candidate: string; validation: Validation }
  | { kind: 'landed'; attempt: number; commit: string; tree: string }
  /**
   * `draft` is where the next attempt starts when that is not the submission: a merge with its conflict marks. `resolver` makes
   * that attempt in place of the task's own agent, because the files that conflict are its own.
   */
  | {
      kind: 'returned';
      attempt: number;
      reason: ReturnReason;
      note: string;
      strike: boolean;
      draft: { base: string; commit: string } | null;
      resolver?: { agent: string; files: string[] };
    }
  /** What code found in the difference; it joins the task's own risks for good. */
  | { kind: 'risks_found'; attempt: number; commit: string; risks: FoundRisk[] }
  /** The conductor wants a review on this tier before it lands; a stronger one may be asked for later. */
  | { kind: 'review_asked'; attempt: number; commit: string; tier: Tier; because: string[] }
  | { kind: 'reviewed'; attempt: number; verdict: Verdict; reviewer: Reviewer; spend: Spend }
  /**
   * The reviewer's session ended without a verdict: nothing is approved by it, and it is tried again or parked. `scope` is
   * the cap that stopped it, when money did, and `need` what would let it go on.
   */
  | {
      kind: 'review_failed';
      attempt: number;
      commit: string;
      reviewer: Reviewer;
      detail: string;
      scope: string | null;
      need?: string;
      spend: Spend;
    }
  /** A person let this very commit pass (seed 5, force opus + human review). A new commit voids it. */
  | { kind: 'approved'; commit: string; by: string }
  /** `session` is that of the model that gave advice; `draft` is the work on a base that holds what it waited for. */
  | {
      kind: 'answered';
      by: string;
      text: string;
      widen: string[];
      session?: PlanSession;
      draft?: { base: string; commit: string };
    }
  /** Opus was asked for advice and a person has to decide after all, or no advice could be had. */
  | { kind: 'referred'; by: string; note: string; session: PlanSession | null }
  /** The conductor moves a task that asked for it, or met its triggers, to a stronger model (seed 1, escalation path). */
  | { kind: 'escalated'; by: string; to: Tier; reason: EscalationReason; note: string }
  /** A person chose the model; never below the floor (seed 3, manual override). */
  | { kind: 'overridden'; by: string; to: Tier; reason: string }
  /** Money is too short for it now; it comes back by itself (seeds 3 and 4: defer, never downgrade). */
  | { kind: 'deferred'; why: string; until: string }
  | { kind: 'requeued'; by: string; reason: string }
  | { kind: 'cancelled'; by: string; reason: string }
  /** Landed work read back from git after the log was lost: never run again without `retry`. */
  | { kind: 'imported'; commit: string; model: string; costUsd: string };

/** A conversation that made or reviewed a plan, for the log. */
export interface PlanSession {
  agent: string;
  tier: Tier;
  endedAt: string;
  spend: Spend;
}

/** What the validator saw on the tip of a branch; `explanation` is a model's word on a red result, empty without one. */
export type ValidatorEvent = {
  kind: 'branch_validated';
  commit: string;
  validation: Validation;
  explanation: string;
  session: PlanSession | null;
};

export type PlanEvent =
  /** The files of a plan that a person agreed to are about to be written (path to sha256); none counts before `planned`. */
  | {
      kind: 'drafted';
      target: Target;
      owner: Owner;
      request: string;
      files: Record<string, string>;
      sessions: PlanSession[];
    }
  /** Nothing came of it: faulty, declined, only looked at, or cut short. Its conversations were paid for all the same. */
  | { kind: 'abandoned'; target: Target; request: string; why: string; sessions: PlanSession[] }
  /** `table` are the project's own rows as they stood: a plan keeps them to its end (seed 4, failure recovery). */
  | {
      kind: 'planned';
      target: Target;
      request: string;
      tasks: string[];
      sessions: PlanSession[];
      table?: TableRows;
      /** What each task was thought to cost, in nano-dollars, as the person saw it. */
      estimates?: Record<string, { low: number; likely: number; high: number }>;
      /** A first try with easy work (seed 3, first validation run). */
      pilot?: boolean;
    }
  | { kind: 'withdrawn'; by: string };

export type TargetEvent =
  | { kind: 'baseline'; commit: string; validation: Validation }
  /** The user's own commits came into the integration ref, as a checked candidate. */
  | { kind: 'caught_up'; commit: string; from: string }
  /** The user's commits do not fit: a conflict, or red once merged. A person has to mend the branch. */
  | { kind: 'catch_up_failed'; from: string; detail: string }
  /** The record files of everything up to `upTo` (a position of the log) are committed. */
  | { kind: 'recorded'; commit: string; upTo: number }
  | { kind: 'delivered'; commit: string };

/** What a person decides for the whole repository, and what is noted for the weekly review. */
export type ControlEvent =
  | { kind: 'paused'; by: string; reason: string }
  | { kind: 'resumed'; by: string }
  /** All rows are sonnet until `routing_restored`; the floor holds (seed 3, rollback). */
  | { kind: 'routing_rolled_back'; by: string; reason: string }
  | { kind: 'routing_restored'; by: string }
  | { kind: 'noted'; by: string; agent: string; phase: string; text: string }
  /** A weekly review; without changes the table was looked at and kept. */
  | { kind: 'calibrated'; by: string; changes: string[]; moves?: TableMove[] }
  /** These moves are only watched: what they would have chosen and cost (seed 4, gather more data before changing). */
  | { kind: 'shadowed'; by: string; moves: TableMove[] }
  /** A ready task goes before these in its line, or behind those; claims take it in that order. */
  | { kind: 'moved'; by: string; task: string; before: string[]; after: string[] }
  /** Said once per subject, so that nobody is told the same twice. */
  | { kind: 'alerted'; subject: string; text: string }
  /** What it was about is over; when it comes again it is said again. */
  | { kind: 'calmed'; subject: string };

/** Something that one process at a time may hold: the lead of a repository, the slot of a worktree. */
export type HoldEvent = { kind: 'held'; owner: Owner } | { kind: 'let_go'; owner: Owner };

export type Event = TaskEvent | PlanEvent | TargetEvent | ValidatorEvent | ControlEvent | HoldEvent;
export type EventKind = Event['kind'];

/** An event in its place. `position` counts over all streams, `seq` within one, both from 1. */
export interface Stored<Body = Event> {
  position: number;
  stream: string;
  seq: number;
  /** ISO 8601, UTC. For people; nothing is decided by comparing these between machines. */
  at: string;
  event: Body;
}

export const taskStream = (id: string): string => `task/${id}`;
export const planStream = (id: string): string => `plan/${id}`;
export const targetStream = (branch: string): string => `target/${branch}`;
/** Apart from the branch's own stream, which the lead alone writes: a person may ask for a validation at any time. */
export const validatorStream = (branch: string): string => `validator/${branch}`;
export const worktreeStream = (name: string): string => `worktree/${name}`;
export const LEAD_STREAM = 'lead';
export const CONTROL_STREAM = 'control';
