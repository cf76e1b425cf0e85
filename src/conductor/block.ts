/** Parks submitted work that only a person can move on. */
import type { Blocker } from '../domain/blocker.ts';
import type { Submitted } from '../policy/next-step.ts';
import type { FailedReview, TaskState } from '../policy/task-state.ts';
import { appendTask, NOTHING_SPENT } from './append.ts';
import type { ConductorEdges } from './edges.ts';

export function block(state: TaskState, stage: Submitted, blocker: Blocker, edges: ConductorEdges): boolean {
  const { attempt } = stage.submission;
  return appendTask(
    state,
    { kind: 'blocked', attempt, blocker, checkpoint: null, spend: NOTHING_SPENT, resumable: false },
    edges,
  );
}

export const personBlocker = (id: string, commit: string): Blocker => ({
  type: 'human_review',
  problem: `The work is proven and its checks are green. It touches something that never lands without a person (commit ${commit}).`,
  tried: [],
  need: `Read it with kleiber review ${id}, then approve it or say what must change.`,
  options: ['approve'],
});

export const lostFileBlocker = (path: string): Blocker => ({
  type: 'technical',
  problem: `The file of this task is gone or faulty (${path}), so nobody can tell what its work must be.`,
  tried: [],
  need: 'Put the file back, then retry the task.',
  options: [],
});

export const checksBlocker = (why: 'could_not_run' | 'red_on_base', note: string): Blocker => ({
  type: 'technical',
  problem:
    why === 'could_not_run'
      ? `The checks could not run, which never counts as green.\n${note}`
      : `The checks are red, and they are red on the base as well, so this work is not to blame.\n${note}`,
  tried: [],
  need: 'Mend the checks or their environment, then retry the task.',
  options: [],
});

/** No verdict could be had; the work waits as it is, and `retry` asks for a review again. */
export const reviewBlocker = ({ detail, scope, need = RAISE }: FailedReview): Blocker => ({
  type: scope === null ? 'technical' : 'budget',
  problem: `The work is proven and its checks are green, but its review ended without a verdict twice: ${detail}`,
  tried: [],
  need:
    scope === null
      ? 'Find out why, then retry the task: it is reviewed again, and nothing is built again.'
      : `${need} It is reviewed again, and nothing is built again.`,
  options: [],
});

const RAISE = 'Raise the cap (budget_usd in the task, or budget: in kleiber.yml), then retry the task.';
