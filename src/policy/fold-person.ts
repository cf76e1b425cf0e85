/** The fold of what a person, or the conductor in a person's place, decides about a task. */
import type { TaskEvent } from '../domain/event.ts';
import { currentAttempt, type Stage, type Submission, type TaskState } from './task-state.ts';

/** What `retry` may start again; running work is never touched. */
export const isAtRest = (state: TaskState): boolean =>
  ['blocked', 'cancelled', 'landed', 'open'].includes(state.stage.kind);

export function hear(
  state: TaskState,
  { attempt, by, text }: Extract<TaskEvent, { kind: 'told' }>,
  seq: number,
  at: string,
): TaskState {
  return { ...state, told: [...state.told, { seq, attempt, by, text, at }] };
}

export function answer(state: TaskState, event: Extract<TaskEvent, { kind: 'answered' }>): TaskState {
  const session = state.stage.kind === 'blocked' ? state.stage.session : null;
  return {
    ...state,
    work: event.draft ?? state.work,
    advised: state.advised + (event.session === undefined ? 0 : 1),
    widened: [...state.widened, ...event.widen],
    answered: asked(state, event),
    handovers: [...state.handovers, { note: event.text, session }],
    stage: { kind: 'open' },
    // It would be parked again at once if what has failed so far still counted.
    ...(isParked(state.stage) ? { strikes: [], forgiven: currentAttempt(state) } : {}),
  };
}

/** It has failed too often: no conversation waits, only somebody's decision. */
const isParked = (stage: Stage): boolean =>
  stage.kind === 'blocked' && stage.blocker.type === 'technical' && stage.session === null && !stage.afterProof;

function asked({ stage }: TaskState, { by, text }: Extract<TaskEvent, { kind: 'answered' }>): TaskState['answered'] {
  return stage.kind === 'blocked' ? { blocker: stage.blocker, since: stage.since, by, text } : null;
}

/** A person's `retry` writes off what failed, and keeps work and conversation of what only stood still. */
export function requeue(state: TaskState, event: Extract<TaskEvent, { kind: 'requeued' }>): TaskState {
  const { stage, submission } = state;
  if (stage.kind === 'blocked' && stage.afterProof && submission !== null)
    return { ...state, failedReviews: [], validation: null, stage: submittedAgain(submission, null) };
  const session = stage.kind === 'blocked' ? stage.session : null;
  const handovers = [...state.handovers, { note: event.reason, session }];
  // What has landed is in the base of whatever comes next.
  const work = stage.kind === 'landed' ? null : state.work;
  return { ...state, stage: { kind: 'open' }, work, strikes: [], forgiven: currentAttempt(state), handovers };
}

/** Approved work goes on where it stood before it waited for the person; nothing else is moved by an approval. */
export function afterApproval(state: TaskState, commit: string): Stage {
  const { stage, submission, validation } = state;
  if (stage.kind !== 'blocked' || stage.blocker.type !== 'human_review') return stage;
  if (submission === null || submission.commit !== commit) return stage;
  return submittedAgain(submission, validation);
}

const submittedAgain = (submission: Submission, validation: TaskState['validation']): Stage => ({
  kind: 'submitted',
  submission,
  proven: true,
  validation,
  baseResult: null,
  review: null,
  intent: null,
});

/** A new conversation on the stronger model gets the note, the difference and what failed, never the old transcript. */
export function escalate(state: TaskState, event: Extract<TaskEvent, { kind: 'escalated' }>): TaskState {
  const { to, reason, note } = event;
  if (!['blocked', 'open', 'submitted'].includes(state.stage.kind)) return state;
  return {
    ...state,
    raisedTo: { tier: to, reason, note },
    handovers: [...state.handovers, { note, session: null }],
    stage: { kind: 'open' },
  };
}

/** The question stays where it was, with what opus said about it beside what was tried. */
export function refer(state: TaskState, event: Extract<TaskEvent, { kind: 'referred' }>): TaskState {
  const { stage } = state;
  if (stage.kind !== 'blocked') return state;
  const blocker = { ...stage.blocker, tried: [...stage.blocker.tried, `${event.by}: ${event.note}`] };
  return { ...state, advised: state.advised + 1, stage: { ...stage, blocker, advised: true } };
}
