/** What a task is at one moment: the value that its events fold into. Each stage holds only the data that exists in it. */
import type { Blocker, ChangedFile, DoneReport } from '../domain/blocker.ts';
import type { Validation } from '../domain/check.ts';
import type {
  AttemptEnd,
  EscalationReason,
  FoundRisk,
  ReturnReason,
  Stored,
  Target,
  TaskEvent,
} from '../domain/event.ts';
import type { NanoUsd, Spend } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import type { Route, Tier } from '../domain/tier.ts';
import type { Reviewer, Verdict } from '../domain/verdict.ts';

/** Work that exists so far: the next attempt starts from `commit`, and its difference is counted from `base`. */
export interface Work {
  base: string;
  commit: string;
}

/** What the next attempt must be told, and whether it goes on in the same conversation. */
export interface Handover {
  note: string;
  /** Null starts a new conversation: after a strike nobody continues in the old one. */
  session: string | null;
}

/** What a person said to the model at work; `seq` is its event's place in the task's stream, and names it. */
export interface PersonNote {
  seq: number;
  attempt: number;
  by: string;
  text: string;
  at: string;
}

export interface Submission {
  attempt: number;
  commit: string;
  tree: string;
  base: string;
  files: ChangedFile[];
  report: DoneReport;
  model: string;
  at: string;
}

export type Stage =
  | { kind: 'open' }
  | { kind: 'running'; owner: Owner; worktree: string; session: string; since: string }
  | {
      kind: 'submitted';
      submission: Submission;
      proven: boolean;
      validation: Validation | null;
      baseResult: Validation['result'] | null;
      /** The tier whose verdict it waits for. */
      review: Tier | null;
      intent: { base: string; candidate: string } | null;
    }
  | { kind: 'landed'; commit: string; at: string; imported: boolean }
  | {
      kind: 'blocked';
      blocker: Blocker;
      since: string;
      session: string | null;
      /** Proven work waits here, so that `retry` runs the checks again and not the model. */
      afterProof: boolean;
      /** Of the attempt that stopped last; null when nobody has tried yet. */
      asker: Tier | null;
      /** Opus has been asked about this task once. */
      advised: boolean;
    }
  | { kind: 'cancelled'; by: string; reason: string };

/** One claimed try with how it ended; `outcome` is null while it runs. */
export interface Attempt {
  attempt: number;
  /** Who made it: the task's own agent, unless the owner of a file resolved a conflict in it. */
  agent: string;
  route: Route;
  base: string;
  /** Its conversation; an attempt that goes on where another stopped has the same. */
  session: string;
  /** How the worker said it would go about it; empty until it did. */
  approach: string;
  claimedAt: string;
  endedAt: string | null;
  outcome: AttemptEnd['reason'] | 'submitted' | 'blocked' | 'lost' | null;
  /** Whose turn it was after it had stopped; null unless its outcome is `blocked`. */
  stuckOn: 'person' | 'tasks' | null;
  spend: Spend | null;
  model: string | null;
}

/** A review that ended without a verdict; `scope` is the cap that stopped it, and `need` what would let it go on. */
export interface FailedReview {
  detail: string;
  scope: string | null;
  need?: string;
}

export interface TaskState {
  id: string;
  seq: number;
  target: Target;
  agent: string;
  file: string;
  fileHash: string;
  plan: string | null;
  createdAt: string;
  stage: Stage;
  attempts: Attempt[];
  /** Capability or premise failures only: the tier of each attempt that failed. */
  strikes: readonly Tier[];
  /** Attempts that a person's `retry` has written off. */
  forgiven: number;
  work: Work | null;
  /** Until it is proven, a conflict is resolved by the owner of these files, starting from this commit; null for all other work. */
  resolving: { agent: string; files: string[]; from: string } | null;
  handovers: Handover[];
  /** The last question with its answer, until the next hand-in: what the blocked file shows meanwhile. */
  answered: { blocker: Blocker; since: string; by: string; text: string } | null;
  /** What people said to the model at work, oldest first. */
  told: PersonNote[];
  /** How often opus was asked for advice on its questions. */
  advised: number;
  /** Paths outside the zone that a person allowed. */
  widened: string[];
  /** Every verdict so far, oldest first; those of other commits are history. */
  verdicts: { attempt: number; verdict: Verdict; reviewer: Reviewer; at: string; spend: Spend }[];
  /** Reviews of the present submission that ended without a verdict. */
  failedReviews: FailedReview[];
  /** Every review that ended without a verdict, of all submissions: what it cost is gone. */
  lostReviews: { attempt: number; detail: string; cost: NanoUsd }[];
  /** What all reviews have cost so far. */
  reviewCost: NanoUsd;
  /** What code found beyond the task's own `risk`; never taken back. */
  foundRisks: FoundRisk[];
  /** The weakest tier that an escalation left open; null when there was none. */
  raisedTo: { tier: Tier; reason: EscalationReason; note: string } | null;
  override: { tier: Tier; by: string; reason: string } | null;
  /** Until it is claimed: why money keeps it waiting, and until when. */
  deferral: { why: string; until: string; since: string } | null;
  /** Commits that a person approved, with who did. */
  approvals: { commit: string; by: string }[];
  returns: { attempt: number; reason: ReturnReason; note: string; at: string }[];
  /** The last submission, kept after landing for the record. */
  submission: Submission | null;
  validation: Validation | null;
}

/** Somebody works on it, or what was handed in is on its way into the branch. */
export const isUnderWay = ({ stage }: TaskState): boolean => stage.kind === 'running' || stage.kind === 'submitted';

/** The state that `created` makes. */
export const initialState = (
  id: string,
  stored: Stored,
  event: Extract<TaskEvent, { kind: 'created' }>,
): TaskState => ({
  id,
  seq: stored.seq,
  target: event.target,
  agent: event.agent,
  file: event.file,
  fileHash: event.fileHash,
  plan: event.plan,
  createdAt: stored.at,
  stage: { kind: 'open' },
  attempts: [],
  strikes: [],
  forgiven: 0,
  work: null,
  resolving: null,
  handovers: [],
  answered: null,
  told: [],
  advised: 0,
  widened: [],
  verdicts: [],
  failedReviews: [],
  lostReviews: [],
  reviewCost: 0,
  foundRisks: [],
  raisedTo: null,
  override: null,
  deferral: null,
  approvals: [],
  returns: [],
  submission: null,
  validation: null,
});

/** The number of the last claimed attempt, 0 before the first. */
export const currentAttempt = (state: TaskState): number => state.attempts.length;
