/** The record: Markdown files in the user's repository that say what is to be done, what was done, why, for how much. */
import type { Blocker, ChangedFile, DoneReport } from '../domain/blocker.ts';
import type { Usage } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';

/** Record paths are outside every zone; no agent writes them (design 2). */
export const RECORD_ROOTS = ['tasks', 'progress', 'complete', 'blocked', 'reports'] as const;
export const LOG_FILE = 'orchestration_log.md';

export const taskPath = (agent: string, id: string): string => `tasks/${agent}/${id}.md`;
export const startedPath = (agent: string, id: string): string => `progress/${agent}/${id}-started.md`;
export const donePath = (agent: string, id: string): string => `complete/${agent}/${id}-done.md`;
export const blockedPath = (agent: string, id: string): string => `blocked/${agent}/${id}-conflict.md`;
export const validationPath = (id: string): string => `reports/${id}-validation.md`;

export const isRecordPath = (path: string): boolean =>
  path === LOG_FILE || RECORD_ROOTS.some(root => path.startsWith(`${root}/`));

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
}

export interface ValidationRecord {
  id: string;
  commit: string;
  tree: string;
  at: string;
  result: 'green' | 'red' | 'could_not_run';
  /** Result of the same commands on the base, when the work was red. */
  baseResult: 'green' | 'red' | 'could_not_run' | null;
  runs: { name: string; command: string; result: string; exitCode: number | null; durationMs: number; output: string }[];
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
