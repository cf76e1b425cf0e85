/** A role: what an agent may touch, which tools it gets, and how it is told to work (seed 5, `.claude/agents`). */

export const TOOL_NAMES = ['read', 'write', 'edit', 'list', 'search', 'run', 'submit', 'block'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

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
  /** Where it was defined: `built-in` or the file. */
  source: string;
}
