/** What a reviewer says about one commit: a verdict, judged criterion by criterion, with comments that name file and line. */
import type { Tier } from './tier.ts';

export const DECISIONS = ['approve', 'request_changes', 'reject'] as const;
export type Decision = (typeof DECISIONS)[number];

export interface ReviewComment {
  file: string;
  /** From 1; null speaks of the whole file. */
  line: number | null;
  text: string;
}

/** One numbered criterion: the task's own first, then those of the role and the project. */
export interface JudgedCriterion {
  number: number;
  /** As it was asked. */
  text: string;
  met: boolean;
  note: string;
}

/** Counts for this very commit; a new one voids it. */
export interface Verdict {
  commit: string;
  decision: Decision;
  summary: string;
  criteria: JudgedCriterion[];
  comments: ReviewComment[];
}

/** Who judged: never the conversation that built it. `agent` is `reviewer`; a person's verdict is an `approved` event. */
export interface Reviewer {
  agent: string;
  tier: Tier;
  model: string;
}
