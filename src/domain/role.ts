/** A role: what an agent may touch, which tools it gets, and how it is told to work (seed 5, `.claude/agents`). */

export const TOOL_NAMES = ['read', 'write', 'edit', 'list', 'search', 'run', 'submit', 'block'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/**
 * Words that travel between models, each with a built-in text that a role's file may replace: work given to sonnet and to
 * haiku, an escalation, haiku's report, a question to opus, a conflict in one's own work and one in one's own files, a
 * stand-in for what is not there yet, and the second try in stricter words; and the status questions, which the record
 * answers (seeds 1 and 2).
 */
export const TEXT_NAMES = [
  'give_to_sonnet',
  'give_to_haiku',
  'escalate',
  'report',
  'advise',
  'conflict',
  'resolve',
  'not_ready',
  'stricter',
  'status',
] as const;
export type TextName = (typeof TEXT_NAMES)[number];

export interface Role {
  name: string;
  /** One line, shown by `plan` and given to the planner. */
  purpose: string;
  /** Globs it may write, relative to the repository root; null means the task's own `files`, minus protected paths. */
  paths: string[] | null;
  /** A report role proves itself by a report and an empty source difference. */
  produces: 'change' | 'report';
  readOnly: boolean;
  tools: readonly ToolName[];
  /** The role's own part of the system prompt. */
  instructions: string;
  /** Its own hand-over texts in place of the built-in ones. */
  texts?: Partial<Record<TextName, string>>;
  /** Where it was defined: `built-in` or the file. */
  source: string;
}
