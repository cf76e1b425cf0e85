/**
 * State as a fold: what a task is at this moment follows from its events alone, so no status is ever stored and
 * none can disagree. An event that its state does not allow changes nothing.
 *
 *            claimed            submitted             merge_intended     landed
 *   open ──────────────▶ running ─────────▶ submitted ───────────────▶ ─────────▶ landed
 *    ▲  ▲                 │   │                 │ returned
 *    │  └──── ended ──────┘   └── blocked ──┐   └──────────▶ open
 *    └───────── answered, requeued ──── blocked
 */
import type { AttemptEnd, Stored, TaskEvent } from '../domain/event.ts';
import type { Spend } from '../domain/money.ts';

import {
  type Attempt,
  currentAttempt,
  initialState,
  type Stage,
  type Submission,
  type TaskState,
  type Work,
} from './task-state.ts';

/** The state after one more event; `state` is null before `created`. */
export function foldTask(id: string, state: TaskState | null, stored: Stored): TaskState | null {
  const event = stored.event as TaskEvent;
  if (state === null) return event.kind === 'created' ? initialState(id, stored, event) : null;
  return { ...applyEvent(state, event, stored.at), seq: stored.seq };
}

/** Folds a whole stream. */
export function foldStream(id: string, events: readonly Stored[]): TaskState | null {
  return events.reduce<TaskState | null>((state, stored) => foldTask(id, state, stored), null);
}

function applyEvent(state: TaskState, event: TaskEvent, at: string): TaskState {
  if ('attempt' in event && event.kind !== 'claimed' && event.attempt !== currentAttempt(state)) return state;
  switch (event.kind) {
    case 'claimed':
      return claim(state, event, at);
    case 'approach':
      return state.stage.kind === 'running' ? withApproach(state, event.text) : state;
    case 'checkpoint':
      return state.stage.kind === 'running' ? { ...state, work: workAt(state, event.commit) } : state;
    case 'submitted':
      return state.stage.kind === 'running' ? submit(state, event, at) : state;
    case 'blocked':
      return block(state, event, at);
    case 'ended':
      return state.stage.kind === 'running' ? end(state, event, at) : state;
    case 'proven':
      return state.stage.kind === 'submitted' ? { ...state, stage: { ...state.stage, proven: true } } : state;
    case 'validated':
      return validate(state, event);
    case 'merge_intended':
      return intend(state, event);
    case 'landed':
      return state.stage.kind === 'submitted' ? land(state, event.commit, at, false) : state;
    case 'returned':
      return state.stage.kind === 'submitted' ? giveBack(state, event, at) : state;
    case 'approved':
      return {
        ...state,
        approvals: [...state.approvals, { commit: event.commit, by: event.by }],
        stage: afterApproval(state, event.commit),
      };
    case 'answered':
      return state.stage.kind === 'blocked' ? answer(state, event) : state;
    case 'requeued':
      return isAtRest(state) ? requeue(state, event) : state;
    case 'cancelled':
      return state.stage.kind === 'landed'
        ? state
        : {
            ...closeAttempt(state, 'interrupted', null, at),
            stage: { kind: 'cancelled', by: event.by, reason: event.reason },
          };
    case 'imported':
      return land(closeAttempt(state, 'interrupted', null, at), event.commit, at, true);
    case 'created':
      return state;
  }
}

/** What `retry` may start again; running work is never touched. */
const isAtRest = (state: TaskState): boolean => ['blocked', 'cancelled', 'landed', 'open'].includes(state.stage.kind);

const workAt = (state: TaskState, commit: string): Work => ({
  base: state.attempts.at(-1)?.base ?? commit,
  commit,
});

function claim(state: TaskState, event: Extract<TaskEvent, { kind: 'claimed' }>, at: string): TaskState {
  if (event.attempt !== currentAttempt(state) + 1) return state;
  if (state.stage.kind !== 'open' && state.stage.kind !== 'running') return state;
  const attempt: Attempt = {
    attempt: event.attempt,
    route: event.route,
    base: event.base,
    approach: '',
    claimedAt: at,
    endedAt: null,
    outcome: null,
    spend: null,
    model: null,
  };
  const { owner, worktree, session } = event;
  const closed = closeAttempt(state, 'interrupted', null, at);
  return {
    ...closed,
    attempts: [...closed.attempts, attempt],
    stage: { kind: 'running', owner, worktree, session, since: at },
  };
}

function withApproach(state: TaskState, approach: string): TaskState {
  const last = state.attempts.at(-1);
  return last === undefined ? state : { ...state, attempts: [...state.attempts.slice(0, -1), { ...last, approach }] };
}

/** Gives the last attempt its ending, once. */
function closeAttempt(
  state: TaskState,
  outcome: Attempt['outcome'],
  spend: Spend | null,
  at: string,
  model?: string,
): TaskState {
  const last = state.attempts.at(-1);
  if (last === undefined || last.outcome !== null) return state;
  const closed: Attempt = { ...last, outcome, spend, endedAt: at, model: model ?? null };
  return { ...state, attempts: [...state.attempts.slice(0, -1), closed] };
}

function submit(state: TaskState, event: Extract<TaskEvent, { kind: 'submitted' }>, at: string): TaskState {
  const { kind: _, spend, ...rest } = event;
  const submission: Submission = { ...rest, at };
  return {
    ...closeAttempt(state, 'submitted', spend, at, event.model),
    work: { base: event.base, commit: event.commit },
    handovers: [],
    answered: null,
    submission,
    validation: null,
    stage: { kind: 'submitted', submission, proven: false, validation: null, baseResult: null, intent: null },
  };
}

/** A worker blocks while it runs; the conductor blocks what was submitted or cannot start. */
function block(state: TaskState, event: Extract<TaskEvent, { kind: 'blocked' }>, at: string): TaskState {
  const { stage } = state;
  if (stage.kind !== 'running' && stage.kind !== 'submitted' && stage.kind !== 'open') return state;
  // A person is asked about proven work only, so that an approval can never stand in for the proof.
  if (event.blocker.type === 'human_review' && !isProven(stage)) return state;
  const session = stage.kind === 'running' && event.resumable ? stage.session : null;
  return {
    ...(stage.kind === 'running' ? closeAttempt(state, 'blocked', event.spend, at) : state),
    work: event.checkpoint === null ? state.work : workAt(state, event.checkpoint),
    answered: null,
    stage: { kind: 'blocked', blocker: event.blocker, since: at, session, afterProof: isProven(stage) },
  };
}

const isProven = (stage: Stage): boolean => stage.kind === 'submitted' && stage.proven;

/** An interruption keeps the conversation; anything else hands over to a new one. */
function end(state: TaskState, event: Extract<TaskEvent, { kind: 'ended' }>, at: string): TaskState {
  const session = state.stage.kind === 'running' ? state.stage.session : null;
  const interrupted = event.end.reason === 'interrupted';
  return {
    ...closeAttempt(state, event.end.reason, event.spend, at),
    work: event.checkpoint === null ? state.work : workAt(state, event.checkpoint),
    strikes: state.strikes + (event.strike ? 1 : 0),
    handovers: [...state.handovers, { note: endNote(event.end), session: interrupted ? session : null }],
    stage: { kind: 'open' },
  };
}

function endNote(end: AttemptEnd): string {
  switch (end.reason) {
    case 'interrupted':
      return 'The attempt was interrupted from outside and goes on here.';
    case 'turn_limit':
      return `The attempt before this one used up its ${end.turns} turns without handing in.`;
    case 'no_submission':
      return 'The attempt before this one stopped without calling submit or block.';
    case 'context_full':
      return 'The conversation before this one grew too long. Its work so far is in the worktree.';
    case 'stuck':
    case 'model_unavailable':
    case 'tool_unavailable':
      return `The attempt before this one ended: ${end.detail}`;
  }
}

function validate(state: TaskState, event: Extract<TaskEvent, { kind: 'validated' }>): TaskState {
  if (state.stage.kind !== 'submitted') return state;
  const { validation, baseResult } = event;
  return { ...state, validation, stage: { ...state.stage, validation, baseResult } };
}

function intend(state: TaskState, event: Extract<TaskEvent, { kind: 'merge_intended' }>): TaskState {
  if (state.stage.kind !== 'submitted') return state;
  const intent = { base: event.base, candidate: event.candidate };
  return { ...state, validation: event.validation, stage: { ...state.stage, intent } };
}

const land = (state: TaskState, commit: string, at: string, imported: boolean): TaskState => ({
  ...state,
  stage: { kind: 'landed', commit, at, imported },
});

function giveBack(state: TaskState, event: Extract<TaskEvent, { kind: 'returned' }>, at: string): TaskState {
  return {
    ...state,
    strikes: state.strikes + (event.strike ? 1 : 0),
    work: event.draft ?? state.work,
    handovers: [...state.handovers, { note: event.note, session: null }],
    returns: [...state.returns, { attempt: event.attempt, reason: event.reason, note: event.note, at }],
    stage: { kind: 'open' },
  };
}

function answer(state: TaskState, event: Extract<TaskEvent, { kind: 'answered' }>): TaskState {
  const session = state.stage.kind === 'blocked' ? state.stage.session : null;
  return {
    ...state,
    widened: [...state.widened, ...event.widen],
    answered: asked(state, event),
    handovers: [...state.handovers, { note: event.text, session }],
    stage: { kind: 'open' },
  };
}

function asked({ stage }: TaskState, { by, text }: Extract<TaskEvent, { kind: 'answered' }>): TaskState['answered'] {
  return stage.kind === 'blocked' ? { blocker: stage.blocker, since: stage.since, by, text } : null;
}

/** A person's `retry` writes off what failed, and keeps work and conversation of what only stood still. */
function requeue(state: TaskState, event: Extract<TaskEvent, { kind: 'requeued' }>): TaskState {
  const { stage, submission } = state;
  if (stage.kind === 'blocked' && stage.afterProof && submission !== null)
    return { ...state, validation: null, stage: submittedAgain(submission, null) };
  const session = stage.kind === 'blocked' ? stage.session : null;
  const handovers = [...state.handovers, { note: event.reason, session }];
  // What has landed is in the base of whatever comes next.
  const work = stage.kind === 'landed' ? null : state.work;
  return { ...state, stage: { kind: 'open' }, work, strikes: 0, forgiven: currentAttempt(state), handovers };
}

/** Approved work goes on where it stood before it waited for the person; nothing else is moved by an approval. */
function afterApproval(state: TaskState, commit: string): Stage {
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
  intent: null,
});
