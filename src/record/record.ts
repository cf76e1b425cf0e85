/** The record: Markdown files in the user's repository that say what is to be done, what was done, why, for how much. */
import type { Blocker, ChangedFile, DoneReport } from '../domain/blocker.ts';
import type { Usage } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import type { Verdict } from '../domain/verdict.ts';

export {
  blockedPath,
  donePath,
  isRecordPath,
  LOG_FILE,
  RECORD_ROOTS,
  reviewPath,
  startedPath,
  taskPath,
  validationPath,
} from '../domain/record-paths.ts';

/** One thing wrong with a record file; all of a file's faults are reported at once. `line` counts from 1. */
export interface FileFault {
  path: string;
  line: number;
  /** `unknown key "bugdet_usd"; did you mean "budget_usd"?` */
  problem: string;
  /** A right example, one line. */
  example: string;
}

export interface StartedRecord {
  id: string;
  agent: string;
  attempt: number;
  model: Tier;
  started: string;
  estimateMinutes: [number, number];
  approach: string;
  files: string[];
}

export interface DoneRecord {
  id: string;
  agent: string;
  attempt: number;
  completed: string;
  model: Tier;
  usage: Usage;
  costUsd: string;
  commit: string;
  report: DoneReport;
  files: ChangedFile[];
}

export interface BlockedRecord {
  id: string;
  agent: string;
  attempt: number;
  since: string;
  blocker: Blocker;
  /** What a person answered, once somebody has. */
  answer?: string;
}

export interface ValidationRecord {
  id: string;
  commit: string;
  tree: string;
  at: string;
  result: 'green' | 'red' | 'could_not_run';
  /** Result of the same commands on the base, when the work was red. */
  baseResult: 'green' | 'red' | 'could_not_run' | null;
  runs: {
    name: string;
    command: string;
    result: string;
    exitCode: number | null;
    durationMs: number;
    output: string;
  }[];
  /** A model's word on a red result. */
  explanation?: string;
}

/** The last verdict on a task's work, and who has approved the same commit. */
export interface ReviewRecord extends Verdict {
  id: string;
  at: string;
  /** Of the reviewer. */
  tier: Tier;
  model: string;
  costUsd: string;
  approvedBy: string[];
}

/** A row of `orchestration_log.md`, one per agent session, failed ones too (seed 5, cost tracking). */
export interface LogRow {
  at: string;
  agent: string;
  task: string;
  model: Tier;
  inputTokens: number;
  outputTokens: number;
  costUsd: string;
}
