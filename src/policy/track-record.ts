/** What every attempt came to, and how each task fared on each model that tried it: the evidence of the weekly review. */
import { type NanoUsd, nanoFromUsd } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { isAtLeast, type Phase, TIERS, type Tier } from '../domain/tier.ts';
import { type BudgetZone, zoneOfSpend } from './budget.ts';
import { estimateCost } from './estimate.ts';
import { canonicalAgent } from './routing-table.ts';
import { isStrike } from './strikes.ts';
import { type Complexity, complexityOf, type TaskType, typeOf } from './task-kind.ts';
import type { Attempt, TaskState } from './task-state.ts';

interface Kind {
  task: string;
  agent: string;
  phase: Phase;
  type: TaskType;
  /** Null when the file of the task is gone. */
  complexity: Complexity | null;
  minutes: number | null;
}

export interface AttemptRecord extends Kind {
  attempt: number;
  tier: Tier;
  /** What became of it: `landed`, why it came back, how it ended, or `open` while nobody knows. */
  came: string;
  /** It has to be done again because of the model: a strike, or a reviewer who wants changes. */
  isRework: boolean;
  /** From 0 to 100; null where nothing was judged. */
  quality: number | null;
  cost: NanoUsd;
  /** ISO 8601: when it was claimed. */
  at: string;
}

/** One task on one tier. */
export interface TierUse extends Kind {
  tier: Tier;
  attempts: number;
  /** False while nothing has been said about the model: running, interrupted, waiting for a person. */
  isJudged: boolean;
  /** One of its attempts had to be done again because of the model. */
  isRework: boolean;
  /** It landed as it was first handed in. */
  isFirstTry: boolean;
  hasLanded: boolean;
  /** It went on to a stronger model that no person chose. */
  isEscalated: boolean;
  cost: NanoUsd;
  estimate: NanoUsd;
  /** The zones of the task's own cap that its estimate foresaw and its spending reached. */
  zones: { foreseen: BudgetZone; reached: BudgetZone };
  quality: number | null;
  /** When it was last tried. */
  at: string;
}

export interface TrackRecord {
  attempts: AttemptRecord[];
  uses: TierUse[];
}

/** `tasks` are the files as they stand; `taskUsd` is the cap of a task that names none. */
export function trackRecord(
  states: Iterable<TaskState>,
  tasks: ReadonlyMap<string, { task: Task }>,
  taskUsd: number,
): TrackRecord {
  const attempts: AttemptRecord[] = [];
  const uses: TierUse[] = [];
  for (const state of states) {
    if (state.attempts.length === 0) continue;
    const task = tasks.get(state.id)?.task ?? null;
    const kind = kindOf(state, task);
    const all = state.attempts.map(attempt => attemptRecord(kind, attempt, state));
    attempts.push(...all);
    // Who resolves a conflict in another agent's task proves nothing about either row of the table.
    const own = all.filter(({ agent }) => agent === kind.agent);
    const cap = nanoFromUsd(task?.head.budget_usd ?? taskUsd);
    for (const tier of TIERS) uses.push(...tierUse(kind, tier, own, state, cap));
  }
  return { attempts, uses };
}

const kindOf = (state: TaskState, task: Task | null): Kind => ({
  task: state.id,
  agent: canonicalAgent(state.agent),
  phase: task?.head.phase ?? 'EXEC',
  type: task === null ? 'other' : typeOf(task.head),
  complexity: task === null ? null : complexityOf(task),
  minutes: task?.head.traits.minutes ?? null,
});

function attemptRecord(kind: Kind, attempt: Attempt, state: TaskState): AttemptRecord {
  const back = state.returns.find(found => found.attempt === attempt.attempt);
  const hasLanded = state.stage.kind === 'landed' && attempt.attempt === state.submission?.attempt;
  const came = hasLanded
    ? 'landed'
    : (back?.reason ?? (attempt.outcome === 'submitted' ? 'open' : attempt.outcome) ?? 'open');
  const isRework =
    back !== undefined
      ? isStrike(back.reason) || back.reason === 'changes_requested'
      : attempt.outcome !== null && ENDS.has(attempt.outcome);
  return {
    ...kind,
    agent: canonicalAgent(attempt.agent),
    attempt: attempt.attempt,
    tier: attempt.route.tier,
    came,
    isRework,
    quality: qualityOf(came, state),
    cost: attempt.spend?.cost ?? 0,
    at: attempt.claimedAt,
  };
}

/** Endings without a submission that are strikes (seed 1: capability and premise). */
const ENDS: ReadonlySet<string> = new Set(['turn_limit', 'no_submission', 'stuck']);

const SCORES: Readonly<Record<string, number>> = {
  turn_limit: 0,
  no_submission: 0,
  stuck: 0,
  rejected: 0,
  unproven: 20,
  red: 30,
  changes_requested: 50,
};

/** 100 is work that landed with every criterion met; how it failed says how far it was from that. */
function qualityOf(came: string, state: TaskState): number | null {
  if (came !== 'landed') return SCORES[came] ?? null;
  const verdict = state.verdicts.findLast(({ verdict: { commit } }) => commit === state.submission?.commit)?.verdict;
  if (verdict === undefined || verdict.criteria.length === 0) return 100;
  return Math.round((100 * verdict.criteria.filter(({ met }) => met).length) / verdict.criteria.length);
}

function tierUse(kind: Kind, tier: Tier, all: readonly AttemptRecord[], state: TaskState, cap: NanoUsd): TierUse[] {
  const own = all.filter(attempt => attempt.tier === tier);
  const last = own.at(-1);
  if (last === undefined) return [];
  const isRework = own.some(attempt => attempt.isRework);
  const wasResolved = last.came === 'conflict' && last === all.at(-1) && state.stage.kind === 'landed';
  const hasLanded = last.came === 'landed' || wasResolved;
  const isEscalated = wentUp(tier, last, all, state);
  const cost = own.reduce((sum, attempt) => sum + attempt.cost, 0);
  const estimate = estimateCost(tier, kind.minutes).likely;
  return [
    {
      ...kind,
      tier,
      attempts: own.length,
      isJudged: isRework || hasLanded || isEscalated,
      isRework,
      isFirstTry: hasLanded && !isRework && all[0]?.tier === tier,
      hasLanded,
      isEscalated,
      cost,
      estimate,
      zones: { foreseen: zoneOfSpend(estimate, cap), reached: zoneOfSpend(cost, cap) },
      quality: meanOf(own.flatMap(({ quality }) => quality ?? [])),
      at: last.at,
    },
  ];
}

function wentUp(tier: Tier, last: AttemptRecord, all: readonly AttemptRecord[], state: TaskState): boolean {
  const isStronger = (other: Tier): boolean => other !== tier && isAtLeast(other, tier);
  const next = all.find(({ attempt }) => attempt > last.attempt)?.tier ?? state.raisedTo?.tier;
  return next !== undefined && isStronger(next) && state.override?.tier !== next;
}

/** Null of nothing. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
