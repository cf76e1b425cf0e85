/** The blueprint's four types of blocker (seed 5) and kleiber's own four. */
export const BLOCKER_TYPES = [
  'merge_conflict',
  'dependency',
  'unclear_requirements',
  'technical',
  'budget',
  'out_of_zone',
  'refusal',
  'human_review',
] as const;
export type BlockerType = (typeof BLOCKER_TYPES)[number];

/** Why a worker asks for a stronger mind: three edges, haiku to sonnet, sonnet to opus, opus to a person (seed 1, escalation path). */
export const ESCALATION_REASONS = [
  'pattern_mismatch',
  'unclear_template',
  'architectural_decision',
  'complex_debugging',
  'security_concern',
  'business_requirement',
  'resource_constraint',
  'major_pivot',
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** Why a task stands still and what would move it: the content of `blocked/<agent>/<id>-conflict.md`. */
export interface Blocker {
  type: BlockerType;
  problem: string;
  tried: string[];
  need: string;
  /** Answers to choose from; free text is always possible too. */
  options: string[];
  /** Given by a worker that asks for a stronger model; the conductor decides by rule. */
  reason?: EscalationReason;
  /** What the worker would choose itself. */
  recommendation?: string;
  /** Tasks whose landing is all that is missing; only with `dependency`. */
  waitsFor?: string[];
}

/** What a worker says it did: the content of `complete/<agent>/<id>-done.md`. A claim, until it is proven. */
export interface DoneReport {
  summary: string;
  testsAdded: string[];
  decisions: string[];
}

/** One path of a tree difference. `mode` is git's, of the new side (`000000` when deleted). */
export interface ChangedFile {
  path: string;
  status: 'created' | 'modified' | 'deleted';
  mode: string;
}
