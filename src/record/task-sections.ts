/** The sections of a task's body under the names of seeds 1 and 5, in the order in which they are written. */
import type { TaskBody } from '../domain/task.ts';

/** Per part of the body its heading, then other headings it is read under. */
export const TASK_SECTIONS: Readonly<Record<keyof TaskBody, readonly [string, ...string[]]>> = {
  description: ['Description'],
  acceptanceCriteria: ['Acceptance Criteria'],
  context: ['Context'],
  constraints: ['Constraints'],
  technicalGuidance: ['Technical Guidance'],
  escalationTriggers: ['Escalation Triggers'],
  template: ['Template', 'Template/Example'],
  pattern: ['Pattern to Follow'],
};

export const TASK_SECTION_TITLES: readonly string[] = Object.values(TASK_SECTIONS).flat();

const keys = new Map(
  Object.entries(TASK_SECTIONS).flatMap(([key, titles]) =>
    // The entries of a literal have its keys; the type of `Object.entries` forgets them.
    titles.map(title => [title.toLowerCase(), key as keyof TaskBody] as const),
  ),
);

/** The part of the body that a heading opens, whatever its case; null for a heading of the text itself. */
export const taskSectionOf = (title: string): keyof TaskBody | null => keys.get(title.toLowerCase()) ?? null;
