/** What routing knows of a task beyond its head and the table: one place where every caller gathers it. */
import type { FoundRisk } from '../domain/event.ts';
import type { Task } from '../domain/task.ts';
import { type OwnTriggers, triggerOf } from './escalate-when.ts';
import { type ProjectRisks, pathRisks, textRisks } from './risks.ts';
import type { RouteEvidence } from './route.ts';
import type { TaskState } from './task-state.ts';

/** What kleiber.yml says beside its table: risks of its own, and words that go to opus. Both can only raise. */
export interface OwnRules {
  risks: ProjectRisks;
  escalate_when: OwnTriggers;
}

/** `state` is null for a file that nobody has taken in yet. */
export const evidenceOf = (
  state: TaskState | null,
  card: { critical: boolean },
  task: Task,
  own: OwnRules,
): RouteEvidence => ({
  strikes: state?.strikes ?? [],
  critical: card.critical,
  hasTemplate: task.body.template !== '',
  foundRisks: [...risksBeforehand(task, own.risks), ...(state?.foundRisks ?? [])],
  raisedTo: state?.raisedTo ?? null,
  override: state?.override ?? null,
  resolver: state?.resolving?.agent ?? null,
  trigger: triggerOf(task, own.escalate_when),
});

/** What can be found before anything was built: in the text, and in the paths that the task may write. */
export const risksBeforehand = (task: Task, project: ProjectRisks): FoundRisk[] => [
  ...textRisks(task, project),
  ...pathRisks(task.head.files, project),
];
