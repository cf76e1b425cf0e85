/** The hand-in: turns the end of a conversation into one event. What the worker says is a claim; the conductor proves it. */

import type { SessionResult } from '../agent/session.ts';
import type { AgentOutcome } from '../agent/spec.ts';
import type { Blocker, DoneReport } from '../domain/blocker.ts';
import { type AttemptEnd, type TaskEvent, taskStream } from '../domain/event.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { unreachable } from '../domain/result.ts';
import type { ModelFailure } from '../model/claude.ts';
import { type BudgetStop, stopNeed, stopProblem } from '../policy/raise.ts';
import { resultBranch } from '../policy/result-branch.ts';
import { isStrike } from '../policy/strikes.ts';
import type { Claim } from './claim.ts';
import type { WorkerEdges, WorkerResult } from './edges.ts';
import { appendFor, type Running, saveAs, saveWork } from './running.ts';

export async function handIn(
  running: Running,
  result: SessionResult,
  edges: WorkerEdges,
): Promise<WorkerResult['halted']> {
  if (running.lost) return await giveUp(running, edges);
  const ending = result.outcome.kind === 'ended_itself' ? result.outcome.ending : null;
  const commit = await (ending?.kind === 'submit'
    ? saveSubmission(running, wholeReport(running.claim, ending.report), edges)
    : saveWork(running, edges, 'checkpoint'));
  const event = await eventOf(running, result, commit, edges);
  if (!appendFor(running, event, edges, true)) return await giveUp(running, edges);
  return haltOf(result.outcome);
}

/** Somebody else owns the task now: the work is kept for reading and nothing of it is handed in. */
export async function giveUp(running: Running, edges: WorkerEdges): Promise<null> {
  const { claim } = running;
  const { id } = claim.state;
  await saveWork(running, edges, 'late');
  const isKept = running.commit !== claim.start;
  // It may have been saved before the claim was lost, as a checkpoint.
  if (isKept) await edges.store.keep('late', `${id}/a${claim.attempt}`, running.commit);
  freeLane(running, edges);
  const where = isKept
    ? `this one's work is kept as refs/kleiber/late/${id}/a${claim.attempt}`
    : 'this one wrote nothing';
  edges.notice(`${id}: somebody else has moved it on; ${where}`);
  return null;
}

/** The conversation is over, unless the one who moved the task on was this very process with its next attempt. */
function freeLane({ claim }: Running, { holder }: WorkerEdges): void {
  const stream = taskStream(claim.state.id);
  const claimed = holder.baton.read(stream).findLast(stored => stored.event.kind === 'claimed')?.event;
  if (claimed?.kind === 'claimed' && claimed.attempt === claim.attempt) holder.baton.freeLane(stream, holder.owner);
}

async function eventOf(
  running: Running,
  { outcome, spend, model }: SessionResult,
  commit: string,
  edges: WorkerEdges,
): Promise<TaskEvent> {
  const { attempt } = running.claim;
  const blocked = (blocker: Blocker, resumable: boolean): TaskEvent => ({
    kind: 'blocked',
    attempt,
    blocker,
    checkpoint: commit,
    spend,
    resumable,
  });
  const ended = (end: AttemptEnd): TaskEvent => ({
    kind: 'ended',
    attempt,
    end,
    strike: isStrike(end.reason),
    checkpoint: commit,
    spend,
  });
  switch (outcome.kind) {
    case 'ended_itself':
      // What is not in the commit cannot be handed in, and that is nobody's fault.
      if (running.unsaved !== null)
        return ended({ reason: 'tool_unavailable', detail: `its worktree could not be saved (${running.unsaved})` });
      return outcome.ending.kind === 'submit'
        ? await submission(running, outcome.ending.report, outcome.model, spend, edges)
        : blocked(outcome.ending.blocker, true);
    case 'budget':
      return blocked(budgetBlocker(outcome), true);
    case 'unpriced':
      return blocked(unpricedBlocker(outcome.model), true);
    case 'refused':
      return blocked(refusalBlocker(outcome.category), false);
    case 'turn_limit':
      return ended({ reason: 'turn_limit', turns: outcome.turns });
    case 'no_submission':
    case 'context_full':
      return ended({ reason: outcome.kind });
    case 'answered':
      return ended({ reason: 'no_submission' });
    case 'stuck':
      return ended({ reason: 'stuck', detail: outcome.detail });
    case 'wrong_model':
      return ended({
        reason: 'model_unavailable',
        detail: `${outcome.routed} was routed, ${outcome.answered} answered`,
      });
    case 'model_failed':
      return ended(endOfModelFailure(outcome.failure, model));
    case 'stopped':
      return ended({ reason: 'interrupted' });
    default:
      return unreachable(outcome);
  }
}

async function submission(
  { claim, commit, leftOut }: Running,
  own: DoneReport,
  model: string,
  spend: SessionResult['spend'],
  edges: WorkerEdges,
): Promise<TaskEvent> {
  noteLeftOut(claim, leftOut, edges);
  const report = wholeReport(claim, own);
  const [files, tree] = await Promise.all([
    edges.store.changes(claim.base, commit),
    edges.store.treeOf(commit),
    edges.store.setBranch(resultBranch(claim.state.id, claim.task.head.title), commit),
  ]);
  return {
    kind: 'submitted',
    attempt: claim.attempt,
    commit,
    tree,
    base: claim.base,
    files: [...files],
    report,
    model,
    spend,
  };
}

const MOST_TOLD = 500;

/** What was built is told by who built it; who resolved a conflict in it adds how. */
function wholeReport({ state, role }: Claim, own: DoneReport): DoneReport {
  const before = state.submission?.report;
  if (state.resolving === null || before === undefined) return own;
  const how = neutraliseLine(own.summary).slice(0, MOST_TOLD);
  const resolved = `${role.name} resolved the conflict in ${state.resolving.files.join(', ')}: ${how}`;
  return {
    summary: before.summary,
    testsAdded: [...before.testsAdded, ...own.testsAdded],
    decisions: [...before.decisions, resolved, ...own.decisions],
  };
}

/** One commit on the base with the task's title: checkpoints are for safety and would only be noise in the history. */
const saveSubmission = (running: Running, report: DoneReport, edges: WorkerEdges): Promise<string> =>
  saveAs(running, running.claim.base, `${running.claim.task.head.title}\n\n${report.summary}`, edges);

const MOST_NAMED = 5;

function noteLeftOut(claim: Claim, leftOut: readonly string[], edges: WorkerEdges): void {
  if (leftOut.length === 0) return;
  const more = leftOut.length > MOST_NAMED ? ` and ${leftOut.length - MOST_NAMED} more` : '';
  edges.notice(
    `${claim.state.id}: new files outside its zone were left out: ${leftOut.slice(0, MOST_NAMED).join(', ')}${more} (a line in .gitignore hides what commands make)`,
  );
}

/** A rate limit that did not clear is no failure of the attempt; a request the API rejects is one of ours. */
function endOfModelFailure(failure: ModelFailure, model: string): AttemptEnd {
  switch (failure.reason) {
    case 'invalid_request':
      return { reason: 'model_unavailable', detail: `the API rejected the request: ${failure.detail}` };
    case 'unknown_model':
      return { reason: 'model_unavailable', detail: `the API knows no model ${model}` };
    default:
      return { reason: 'interrupted' };
  }
}

/** Failures that the next attempt would meet as well: the run stops instead of hammering. */
function haltOf(outcome: AgentOutcome): WorkerResult['halted'] {
  if (outcome.kind !== 'model_failed') return null;
  const { failure } = outcome;
  if (failure.reason === 'unauthorized' || failure.reason === 'spend_limit')
    return { reason: failure.reason, detail: failure.detail };
  if (failure.reason === 'connection_failed') return { reason: 'unreachable', detail: failure.detail };
  return failure.reason === 'unknown_model' ? { reason: 'unknown_model', detail: failure.model } : null;
}

const budgetBlocker = (stop: BudgetStop): Blocker => ({
  type: 'budget',
  problem: stopProblem(stop),
  tried: [],
  need: `${stopNeed(stop)} Work and conversation are kept.`,
  options: [],
});

const unpricedBlocker = (model: string): Blocker => ({
  type: 'budget',
  problem: `The price of ${model} is unknown, so no cap could be kept.`,
  tried: [],
  need: 'Add a row under prices: in kleiber.yml, then retry the task.',
  options: [],
});

const refusalBlocker = (category: string | null): Blocker => ({
  type: 'refusal',
  problem: `The model refused to go on${category === null ? '' : ` (${category})`}.`,
  tried: [],
  need: 'Rephrase the task or take it over; then retry it.',
  options: [],
});
