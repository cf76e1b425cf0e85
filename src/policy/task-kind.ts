/** What sort of work a task is and how hard, told by code from its file: the axes on which cost and rework are compared. */
import type { Task, TaskHead } from '../domain/task.ts';

export const TASK_TYPES = ['doc', 'architectural', 'feature', 'repetitive', 'other'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** The first trait that applies, in the order of seed 1's decision tree. */
export function typeOf({ traits }: Pick<TaskHead, 'traits'>): TaskType {
  if (traits.doc !== undefined) return 'doc';
  if (traits.architectural === true) return 'architectural';
  if (traits.complete_feature === true) return 'feature';
  return traits.repetitive === true ? 'repetitive' : 'other';
}

export type Complexity = 1 | 2 | 3 | 4 | 5;

const MINUTE_STEPS = [10, 30, 60] as const;
const MANY_CRITERIA = 6;
const STEPS: readonly Complexity[] = [1, 2, 3, 4, 5];

/** From 1, trivial, to 5: time, decisions, scope and risk raise it, a template to follow lowers it (seed 3, selection criteria). */
export function complexityOf({ head, body }: Task): Complexity {
  const { minutes, architectural, complete_feature, repetitive } = head.traits;
  const points =
    (minutes === undefined ? 1 : MINUTE_STEPS.filter(step => minutes > step).length) +
    (architectural === true ? 2 : 0) +
    (complete_feature === true ? 1 : 0) +
    (head.risk.length > 0 ? 1 : 0) +
    (body.acceptanceCriteria.length > MANY_CRITERIA ? 1 : 0) -
    (repetitive === true && body.template !== '' ? 1 : 0);
  return STEPS[Math.min(STEPS.length - 1, Math.max(0, points))] ?? 1;
}
