/** The fold of an attempt: claimed, its beginning, and the three ways in which it ends. */
import type { Blocker } from '../domain/blocker.ts';
import type { AttemptEnd, TaskEvent } from '../domain/event.ts';
import type { Spend } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import { type Attempt, currentAttempt, type Stage, type Submission, type TaskState, type Work } from './task-state.ts';

export const workAt = (state: TaskState, commit: string): Work => ({
  base: state.attempts.at(-1)?.base ?? commit,
  commit,
});

export function claim(state: TaskState, event: Extract<TaskEvent, { kind: 'claimed' }>, at: string): TaskState {
  if (event.attempt !== currentAttempt(state) + 1) return state;
  if (state.stage.kind !== 'open' && state.stage.kind !== 'running') return state;
  const attempt: Attempt = {
    attempt: event.attempt,
    agent: state.resolving?.agent ?? state.agent,
    route: event.route,
    base: event.base,
    session: event.session,
    approach: '',
    claimedAt: at,
    endedAt: null,
    outcome: null,
    stuckOn: null,
    spend: null,
    model: null,
  };
  const { owner, worktree, session } = event;
  const closed = closeAttempt(state, 'interrupted', null, at);
  return {
    ...closed,
    attempts: [...closed.attempts, attempt],
    deferral: null,
    stage: { kind: 'running', owner, worktree, session, since: at },
  };
}

export function withApproach(state: TaskState, approach: string): TaskState {
  const last = state.attempts.at(-1);
  return last === undefined ? state : { ...state, attempts: [...state.attempts.slice(0, -1), { ...last, approach }] };
}

/** Gives the last attempt its ending, once. */
export function closeAttempt(
  state: TaskState,
  outcome: Attempt['outcome'],
  spend: Spend | null,
  at: string,
  more: Partial<Pick<Attempt, 'model' | 'stuckOn'>> = {},
): TaskState {
  const last = state.attempts.at(-1);
  if (last === undefined || last.outcome !== null) return state;
  const closed: Attempt = { ...last, outcome, spend, endedAt: at, ...more };
  return { ...state, attempts: [...state.attempts.slice(0, -1), closed] };
}

export function submit(state: TaskState, event: Extract<TaskEvent, { kind: 'submitted' }>, at: string): TaskState {
  const { kind: _, spend, ...rest } = event;
  const submission: Submission = { ...rest, at };
  return {
    ...closeAttempt(state, 'submitted', spend, at, { model: event.model }),
    work: { base: event.base, commit: event.commit },
    handovers: [],
    answered: null,
    submission,
    failedReviews: [],
    validation: null,
    stage: {
      kind: 'submitted',
      submission,
      proven: false,
      validation: null,
      baseResult: null,
      review: null,
      intent: null,
    },
  };
}

/** A worker blocks while it runs; the conductor blocks what was submitted or cannot start. */
export function block(state: TaskState, event: Extract<TaskEvent, { kind: 'blocked' }>, at: string): TaskState {
  const { stage } = state;
  if (stage.kind !== 'running' && stage.kind !== 'submitted' && stage.kind !== 'open') return state;
  // A person is asked about proven work only, so that an approval can never stand in for the proof.
  if (event.blocker.type === 'human_review' && !isProven(stage)) return state;
  const session = stage.kind === 'running' && event.resumable ? stage.session : null;
  return {
    ...(stage.kind === 'running'
      ? closeAttempt(state, 'blocked', event.spend, at, { stuckOn: turnOf(event.blocker) })
      : state),
    work: event.checkpoint === null ? state.work : workAt(state, event.checkpoint),
    answered: null,
    stage: {
      kind: 'blocked',
      blocker: event.blocker,
      since: at,
      session,
      afterProof: isProven(stage),
      asker: state.attempts.at(-1)?.route.tier ?? null,
      advised: state.advised > 0,
    },
  };
}

/** Work that names what it needs waits for it; everything else is for a person, sooner or later. */
const turnOf = ({ type, waitsFor = [] }: Blocker): Attempt['stuckOn'] =>
  type === 'dependency' && waitsFor.length > 0 ? 'tasks' : 'person';

const isProven = (stage: Stage): boolean => stage.kind === 'submitted' && stage.proven;

/** A strike is held against the tier that made the attempt. */
export function struck({ strikes, attempts }: TaskState, { strike }: { strike: boolean }): readonly Tier[] {
  const last = attempts.at(-1);
  return strike && last !== undefined ? [...strikes, last.route.tier] : strikes;
}

/** An interruption keeps the conversation; anything else hands over to a new one. */
export function end(state: TaskState, event: Extract<TaskEvent, { kind: 'ended' }>, at: string): TaskState {
  const session = state.stage.kind === 'running' ? state.stage.session : null;
  const interrupted = event.end.reason === 'interrupted';
  return {
    ...closeAttempt(state, event.end.reason, event.spend, at),
    work: event.checkpoint === null ? state.work : workAt(state, event.checkpoint),
    strikes: struck(state, event),
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
