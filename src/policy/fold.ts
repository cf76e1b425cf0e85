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
import type { Stored, TaskEvent } from '../domain/event.ts';
import { block, claim, closeAttempt, end, struck, submit, withApproach, workAt } from './fold-attempt.ts';
import { afterApproval, answer, escalate, hear, isAtRest, refer, requeue } from './fold-person.ts';
import { currentAttempt, initialState, type TaskState } from './task-state.ts';

/** The state after one more event; `state` is null before `created`. */
export function foldTask(id: string, state: TaskState | null, stored: Stored): TaskState | null {
  const event = stored.event as TaskEvent;
  if (state === null) return event.kind === 'created' ? initialState(id, stored, event) : null;
  return { ...applyEvent(state, event, stored), seq: stored.seq };
}

/** Folds a whole stream. */
export function foldStream(id: string, events: readonly Stored[]): TaskState | null {
  return events.reduce<TaskState | null>((state, stored) => foldTask(id, state, stored), null);
}

function applyEvent(state: TaskState, event: TaskEvent, { at, seq }: Stored): TaskState {
  if ('attempt' in event && event.kind !== 'claimed' && event.attempt !== currentAttempt(state)) return state;
  switch (event.kind) {
    case 'claimed':
      return claim(state, event, at);
    case 'approach':
      return state.stage.kind === 'running' ? withApproach(state, event.text) : state;
    case 'checkpoint':
      return state.stage.kind === 'running' ? { ...state, work: workAt(state, event.commit) } : state;
    case 'told':
      return state.stage.kind === 'running' ? hear(state, event, seq, at) : state;
    case 'submitted':
      return state.stage.kind === 'running' ? submit(state, event, at) : state;
    case 'blocked':
      return block(state, event, at);
    case 'ended':
      return state.stage.kind === 'running' ? end(state, event, at) : state;
    case 'proven':
      return state.stage.kind === 'submitted'
        ? { ...state, resolving: null, stage: { ...state.stage, proven: true } }
        : state;
    case 'validated':
      return validate(state, event);
    case 'merge_intended':
      return intend(state, event);
    case 'landed':
      return state.stage.kind === 'submitted' ? land(state, event.commit, at, false) : state;
    case 'returned':
      return mayComeBack(state) ? giveBack(state, event, at) : state;
    case 'approved':
      return {
        ...state,
        approvals: [...state.approvals, { commit: event.commit, by: event.by }],
        stage: afterApproval(state, event.commit),
      };
    case 'answered':
      return state.stage.kind === 'blocked' ? answer(state, event) : state;
    case 'referred':
      return refer(state, event);
    case 'requeued':
      return isAtRest(state) ? requeue(state, event) : state;
    case 'cancelled':
      return state.stage.kind === 'landed'
        ? state
        : {
            ...closeAttempt(state, 'interrupted', null, at),
            stage: { kind: 'cancelled', by: event.by, reason: event.reason },
          };
    case 'risks_found':
      return { ...state, foundRisks: [...state.foundRisks, ...event.risks] };
    case 'review_asked':
      return state.stage.kind === 'submitted' ? { ...state, stage: { ...state.stage, review: event.tier } } : state;
    case 'reviewed':
      return review(state, event, at);
    case 'review_failed':
      return state.stage.kind === 'submitted' ? failReview(state, event) : state;
    case 'escalated':
      return escalate(state, event);
    case 'overridden':
      return { ...state, override: { tier: event.to, by: event.by, reason: event.reason } };
    case 'deferred':
      return state.stage.kind === 'open'
        ? { ...state, deferral: { why: event.why, until: event.until, since: at } }
        : state;
    case 'imported':
      return land(closeAttempt(state, 'interrupted', null, at), event.commit, at, true);
    case 'created':
      return state;
  }
}

/** A verdict counts only while the work it names waits for it. */
function review(state: TaskState, event: Extract<TaskEvent, { kind: 'reviewed' }>, at: string): TaskState {
  if (state.stage.kind !== 'submitted') return state;
  const { attempt, verdict, reviewer, spend } = event;
  return {
    ...state,
    failedReviews: [],
    reviewCost: state.reviewCost + spend.cost,
    verdicts: [...state.verdicts, { attempt, verdict, reviewer, at, spend }],
    stage: { ...state.stage, review: null },
  };
}

function failReview(state: TaskState, event: Extract<TaskEvent, { kind: 'review_failed' }>): TaskState {
  const { attempt, detail, scope, need, spend } = event;
  return {
    ...state,
    reviewCost: state.reviewCost + spend.cost,
    failedReviews: [...state.failedReviews, { detail, scope, ...(need === undefined ? {} : { need }) }],
    lostReviews: [...state.lostReviews, { attempt, detail, cost: spend.cost }],
  };
}

/** A person may send back what waits for a person's word, as the conductor may what was handed in. */
const mayComeBack = ({ stage }: TaskState): boolean =>
  stage.kind === 'submitted' || (stage.kind === 'blocked' && stage.blocker.type === 'human_review');

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

const resolvingOf = ({ resolver, draft }: Extract<TaskEvent, { kind: 'returned' }>): TaskState['resolving'] =>
  resolver === undefined || draft === null ? null : { ...resolver, from: draft.commit };

function giveBack(state: TaskState, event: Extract<TaskEvent, { kind: 'returned' }>, at: string): TaskState {
  return {
    ...state,
    strikes: struck(state, event),
    // Rejected work is dropped: the next attempt starts from the base.
    work: event.reason === 'rejected' ? null : (event.draft ?? state.work),
    resolving: event.reason === 'conflict' ? resolvingOf(event) : state.resolving,
    handovers: [...state.handovers, { note: event.note, session: null }],
    returns: [...state.returns, { attempt: event.attempt, reason: event.reason, note: event.note, at }],
    stage: { kind: 'open' },
  };
}
