/** Renders the record of a task from its state: which files there are and what they say. The state is the only source. */
import type { Event, PlanSession, Stored } from '../domain/event.ts';
import { inputTokens, NO_USAGE, type Spend, usdText } from '../domain/money.ts';
import {
  blockedPath,
  branchReportId,
  donePath,
  reviewPath,
  startedPath,
  validationPath,
} from '../domain/record-paths.ts';
import type { Criterion, Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { estimateMinutes } from '../policy/estimate.ts';
import type { Attempt, TaskState } from '../policy/task-state.ts';
import { formatBlocked } from '../record/blocked-file.ts';
import { formatDone } from '../record/done-file.ts';
import type { BlockedRecord, LogRow } from '../record/record.ts';
import { formatReview } from '../record/review-file.ts';
import { formatStarted } from '../record/started-file.ts';
import { formatValidation } from '../record/validation-file.ts';

/** Path to text; null means that there is no such file in this state. */
export type RecordTexts = Map<string, string | null>;

/** `minutes` is the planner's guess from the task's traits. */
export function recordOf(state: TaskState, task: Task | null): RecordTexts {
  const { agent, id } = state;
  const texts: [string, string | null][] = [
    [startedPath(agent, id), started(state, task)],
    [donePath(agent, id), done(state, task)],
    [validationPath(id), validation(state)],
    [reviewPath(id), review(state)],
  ];
  // What this log never wrote may stand there from a log that was lost; only a blocked file comes and goes.
  return new Map([...texts.filter(([, text]) => text !== null), [blockedPath(agent, id), blocked(state)]]);
}

function started(state: TaskState, task: Task | null): string | null {
  const last = state.attempts.at(-1);
  if (last === undefined) return null;
  return formatStarted({
    id: state.id,
    agent: state.agent,
    attempt: last.attempt,
    model: last.route.tier,
    started: last.claimedAt,
    estimateMinutes: estimateMinutes(last.route.tier, task?.head.traits.minutes ?? null),
    approach: approachOf(last, state.agent),
    files: task?.head.files ?? [],
  });
}

/** The folder is the task's own agent's, so another one that made the attempt is named. */
function approachOf({ agent, approach }: Attempt, own: string): string {
  const said = approach === '' ? 'The worker began without saying how.' : approach;
  return agent === own ? said : `By ${agent}, whose files are in conflict. ${said}`;
}

function done(state: TaskState, task: Task | null): string | null {
  const { submission } = state;
  if (submission === null) return null;
  const attempt = state.attempts.find(found => found.attempt === submission.attempt);
  return formatDone(
    {
      id: state.id,
      agent: state.agent,
      attempt: submission.attempt,
      completed: submission.at,
      model: attempt?.route.tier ?? 'opus',
      usage: attempt?.spend?.usage ?? NO_USAGE,
      costUsd: usdText(attempt?.spend?.cost ?? 0),
      commit: submission.commit,
      report: submission.report,
      files: submission.files,
    },
    readiness(state, task),
  );
}

/** The boxes of "Ready for Review" are ticked from what was measured, never from what was said. */
function readiness(state: TaskState, task: Task | null): Criterion[] {
  const green = state.validation?.result === 'green';
  const documents = state.submission?.files.some(file => file.path.endsWith('.md')) ?? false;
  return [
    { text: 'Tests pass locally', checked: green },
    { text: 'No linting errors', checked: green },
    { text: 'Documentation updated', checked: documents || task?.head.traits.doc !== undefined },
  ];
}

function blocked(state: TaskState): string | null {
  const record = blockedRecord(state);
  return record === null ? null : formatBlocked(record);
}

/** A conflict that the next attempt resolves is shown as blocked until that attempt hands in. */
function blockedRecord(state: TaskState): BlockedRecord | null {
  const common = { id: state.id, agent: state.agent, attempt: Math.max(1, state.attempts.length) };
  if (state.stage.kind === 'blocked') return { ...common, since: state.stage.since, blocker: state.stage.blocker };
  if (state.answered !== null) {
    const { blocker, since, by, text } = state.answered;
    return { ...common, since, blocker, answer: by === '' ? text : `${text}\n\n(${by})` };
  }
  const last = state.returns.at(-1);
  const resolving = state.stage.kind === 'open' || state.stage.kind === 'running';
  if (!resolving || last?.reason !== 'conflict') return null;
  return {
    ...common,
    since: last.at,
    blocker: {
      type: 'merge_conflict',
      problem: last.note,
      tried: [],
      need: `Nothing: ${state.resolving?.agent ?? state.agent} resolves it on the new base with the next attempt.`,
      options: [],
    },
  };
}

function review(state: TaskState): string | null {
  const last = state.verdicts.at(-1);
  if (last === undefined) return null;
  const { verdict, reviewer, at, spend } = last;
  return formatReview({
    ...verdict,
    id: state.id,
    at,
    tier: reviewer.tier,
    model: reviewer.model,
    costUsd: usdText(spend.cost),
    approvedBy: state.approvals.filter(({ commit }) => commit === verdict.commit).map(({ by }) => by),
  });
}

function validation(state: TaskState): string | null {
  const { validation: found, submission, stage } = state;
  if (found === null || submission === null) return null;
  const commit = stage.kind === 'landed' ? stage.commit : submission.commit;
  return formatValidation({
    id: state.id,
    commit,
    tree: found.tree,
    at: submission.at,
    result: found.result,
    baseResult: stage.kind === 'submitted' ? stage.baseResult : null,
    runs: found.runs,
  });
}

/** The validator's report on a branch, of the last time it looked; null when it did not. */
export function validationOfBranch(events: readonly Stored[], branch: string): string | null {
  const last = events.findLast(({ event }) => event.kind === 'branch_validated');
  if (last?.event.kind !== 'branch_validated') return null;
  const { commit, validation: found, explanation } = last.event;
  const { tree, result, runs } = found;
  const id = branchReportId(branch);
  return formatValidation({ id, commit, tree, at: last.at, result, baseResult: null, runs, explanation });
}

/** The sessions that ended in these events, in order: one row each, failed ones too (seed 5, cost tracking). */
export function logRowsOf(events: readonly Stored[], states: ReadonlyMap<string, TaskState>): LogRow[] {
  return events.flatMap(({ stream, at, event }) => {
    if (event.kind === 'planned' || event.kind === 'abandoned')
      return event.sessions.map(session =>
        rowOf(session.endedAt, session.agent, stream.slice('plan/'.length), session.tier, session.spend),
      );
    const session = sessionIn(event);
    if (session !== null) return [rowOf(session.endedAt, session.agent, nameOf(stream), session.tier, session.spend)];
    if (event.kind === 'reviewed' || event.kind === 'review_failed')
      return [rowOf(at, event.reviewer.agent, nameOf(stream), event.reviewer.tier, event.spend)];
    if (event.kind !== 'submitted' && event.kind !== 'ended' && event.kind !== 'blocked') return [];
    const state = states.get(stream.slice('task/'.length));
    const attempt = state?.attempts.find(found => found.attempt === event.attempt);
    const opened = event.kind !== 'blocked' || attempt?.endedAt === at;
    return state === undefined || attempt === undefined || !opened
      ? []
      : [rowOf(at, attempt.agent, state.id, attempt.route.tier, event.spend)];
  });
}

/** A conversation beside the attempts: advice to a worker, or the validator's word on a red branch. */
function sessionIn(event: Event): PlanSession | null {
  if (event.kind === 'answered') return event.session ?? null;
  return event.kind === 'referred' || event.kind === 'branch_validated' ? event.session : null;
}

const nameOf = (stream: string): string =>
  stream.startsWith('validator/') ? branchReportId(stream.slice('validator/'.length)) : stream.slice('task/'.length);

const rowOf = (at: string, agent: string, task: string, model: Tier, { usage, cost }: Spend): LogRow => ({
  at,
  agent,
  task,
  model,
  inputTokens: inputTokens(usage),
  outputTokens: usage.output,
  costUsd: usdText(cost),
});
