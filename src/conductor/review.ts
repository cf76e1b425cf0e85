/** Has a submission reviewed: one conversation that only reads, in a lane, paid out of the task's own caps. */
import { findRole } from '../agent/roles.ts';
import { runSession, type SessionResult } from '../agent/session.ts';
import { runIn } from '../agent/tools/run.ts';
import { toolsOf } from '../agent/tools/toolbox.ts';
import { type TaskEvent, taskStream } from '../domain/event.ts';
import { addUsage, type Spend } from '../domain/money.ts';
import type { Result } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import type { Verdict } from '../domain/verdict.ts';
import { mayUseReserve } from '../policy/deferral.ts';
import { reviewLane } from '../policy/lanes.ts';
import type { Submitted } from '../policy/next-step.ts';
import { stopNeed, stopProblem } from '../policy/raise.ts';
import type { ReviewDemand } from '../policy/review.ts';
import { type ReviewCriterion, reviewCriteria } from '../policy/review-criteria.ts';
import type { FailedReview, TaskState } from '../policy/task-state.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { isPaused } from './paused.ts';
import { readVerdict, reviewerOf, reviewFormat, submissionOpening } from './reviewer.ts';

const MOST_TURNS = 20;
/** Bytes of the difference that a reviewer is shown; the rest it reads in the worktree. */
const MOST_DIFFERENCE = 120_000;

/**
 * Says first that a review is wanted, so that new work leaves a lane free for it; then asks. False while there is no lane
 * or all work is paused, or when it did not come to an end: what was paid stays in the ledger, and it is asked again.
 */
export async function reviewSubmission(
  task: Task,
  state: TaskState,
  stage: Submitted,
  demand: ReviewDemand,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const { attempt, commit } = stage.submission;
  const { tier, because } = demand;
  if (stage.review !== tier) return appendTask(state, { kind: 'review_asked', attempt, commit, tier, because }, edges);
  if (isPaused(edges.keeper.look())) return false;
  return await edges.beside.begin(reviewLane(state.id), slot =>
    inLane({ task, state, stage, demand, slot, edges, signal }),
  );
}

interface Review {
  task: Task;
  state: TaskState;
  stage: Submitted;
  demand: ReviewDemand;
  /** Which of the worktrees for reviews is its own. */
  slot: number;
  edges: ConductorEdges;
  signal: AbortSignal;
}

/** Null while its lane is full. */
function inLane(review: Review): Promise<boolean> | null {
  const { state, demand, edges } = review;
  const { baton, owner } = edges.holder;
  const lane = reviewLane(state.id);
  const limit = edges.studio.config.lanes[demand.tier];
  if (!baton.takeLane(lane, { tier: demand.tier, limit, owner })) return null;
  return judge(review)
    .finally(() => baton.freeLane(lane, owner))
    .then(event => event !== null && appendTask(state, event, edges));
}

/** The event that comes of it; null when it was stopped, or cannot be had at this moment. */
async function judge(review: Review): Promise<TaskEvent | null> {
  const { task, state, stage, edges } = review;
  const { attempt, commit } = stage.submission;
  const role = findRole(edges.studio.roles, task.head.agent) ?? { name: task.head.agent, produces: 'change' as const };
  const criteria = reviewCriteria(task, role, edges.studio.config, state.validation?.runs ?? []);
  const first = await ask(review, criteria, 'Go on, and answer.');
  if (first === null || isPassing(first, state.id, edges)) return null;
  let verdict = verdictIn(first, commit, criteria, edges);
  let { spend, outcome, model } = first;
  if (outcome.kind === 'answered' && !verdict.ok) {
    const second = await ask(
      review,
      criteria,
      `This verdict cannot count: ${verdict.failure}. Answer with the whole verdict again.`,
    );
    if (second === null || isPassing(second, state.id, edges)) return null;
    verdict = verdictIn(second, commit, criteria, edges);
    ({ outcome, model } = second);
    spend = sumOf(spend, second.spend);
  }
  const reviewer = { agent: 'reviewer', tier: review.demand.tier, model };
  if (verdict.ok) return { kind: 'reviewed', attempt, verdict: verdict.value, reviewer, spend };
  const failed = { kind: 'review_failed' as const, attempt, commit, reviewer, detail: verdict.failure, spend };
  return { ...failed, ...moneyOf(outcome) };
}

function verdictIn(
  { outcome }: SessionResult,
  commit: string,
  criteria: readonly ReviewCriterion[],
  { studio }: ConductorEdges,
): Result<Verdict, string> {
  if (outcome.kind === 'answered') return readVerdict(outcome.text, commit, criteria, studio.secrets);
  const words = outcome.kind.replaceAll('_', ' ');
  if (outcome.kind === 'budget') return { ok: false, failure: stopProblem(outcome) };
  if (outcome.kind === 'unpriced') return { ok: false, failure: `the price of ${outcome.model} is unknown` };
  return { ok: false, failure: 'detail' in outcome ? `${words}: ${outcome.detail}` : words };
}

/** The cap that stopped it, and what would let it go on; no cap when it was not money. */
function moneyOf(outcome: SessionResult['outcome']): Omit<FailedReview, 'detail'> {
  if (outcome.kind === 'budget') return { scope: outcome.scope, need: stopNeed(outcome) };
  return outcome.kind === 'unpriced' ? { scope: 'price', need: PRICE_NEEDED } : { scope: null };
}

const PRICE_NEEDED = 'Add a row under prices: in kleiber.yml (kleiber trust takes the change in), then retry the task.';

/** These say nothing about the review: it is asked again later. */
const PASSING: ReadonlySet<string> = new Set([
  'rate_limited',
  'overloaded',
  'server_error',
  'connection_failed',
  'stream_cut',
  'stream_silent',
  'stopped',
]);

function isPassing({ outcome }: SessionResult, id: string, edges: ConductorEdges): boolean {
  if (outcome.kind === 'stopped') return true;
  if (outcome.kind !== 'model_failed' || !PASSING.has(outcome.failure.reason)) return false;
  edges.notice(`${id}: its review has to wait (${outcome.failure.reason.replaceAll('_', ' ')})`);
  return true;
}

const sumOf = (a: Spend, b: Spend): Spend => ({ usage: addUsage(a.usage, b.usage), cost: a.cost + b.cost });

/** One round of the conversation; a later one, also after a kill, goes on where the last one ended. */
async function ask(review: Review, criteria: readonly ReviewCriterion[], news: string): Promise<SessionResult | null> {
  const { task, state, stage, demand, slot, edges, signal } = review;
  const { studio, store, binds, holder } = edges;
  const { submission } = stage;
  const tree = await store.openWorktree(
    `${edges.worktrees}/review-${slot}`,
    `kleiber/review-${slot}`,
    submission.commit,
  );
  if (!tree.ok) return null;
  const role = reviewerOf(studio.roles);
  const run = runIn(studio.sandbox, { worktree: tree.value.path, binds: binds(), gitDir: store.path });
  const difference = await store.diff(submission.base, submission.commit, MOST_DIFFERENCE);
  const isAsked = (): boolean => holder.baton.read(taskStream(state.id)).at(-1)?.seq === state.seq;
  return await runSession(
    {
      session: `${state.id}-review-${state.seq}`,
      task: state.id,
      plan: state.plan,
      attempt: submission.attempt,
      phase: task.head.phase,
      role,
      tier: demand.tier,
      effort: 'medium',
      tools: toolsOf(role, { root: tree.value.path, zone: null }, run),
      opening: submissionOpening({ task, state, submission, criteria, difference, demand }),
      resume: true,
      news,
      format: reviewFormat(),
      endsBy: 'answer',
      turns: MOST_TURNS,
      taskCapUsd: task.head.budget_usd ?? null,
      money: {
        mayUseReserve: mayUseReserve(
          task.head,
          state.foundRisks.map(({ risk }) => risk),
        ),
        setAside: 0,
      },
      cacheLife: '5m',
      afterTurn: async () => !signal.aborted && isAsked(),
      signal,
    },
    studio,
  );
}
