/** What a worker needs of the world, how it is told to behave, and what it came to. */
import type { Studio } from '../agent/session.ts';
import type { Holder } from '../baton/hold.ts';
import type { Bell } from '../domain/clock.ts';
import type { Target } from '../domain/event.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import type { GitStore } from '../git/git.ts';
import type { ValidationConditions } from '../policy/validation-key.ts';
import type { BoardKeeper } from '../report/board-keeper.ts';
import type { DependencyBind } from '../shell/sandbox.ts';

export interface WorkerEdges {
  studio: Studio;
  holder: Holder;
  keeper: BoardKeeper;
  store: GitStore;
  /** The checkout and branch that hand-written tasks are for; null when HEAD is detached. */
  target(): Target | null;
  /** Work that landed on a branch by git's own account, by task id: what a lost log is read back from. */
  landedBefore(branch: string): Promise<ReadonlyMap<string, { commit: string; model: string; costUsd: string }>>;
  worktrees: string;
  binds(): DependencyBind[];
  conditions(): ValidationConditions;
  /** Settled spend of today, for the cost guard. */
  spentToday(): NanoUsd;
  /** A sentence for the person who watches. */
  notice(text: string): void;
  bell: Bell;
}

export interface WorkerOptions {
  agents: ReadonlySet<string> | 'all';
  /** Only tasks that route to this tier (seed 2's three terminals). */
  tier: Tier | null;
  concurrency: number;
  /** Stop after one attempt per slot, or when nothing is left to do. */
  until: 'once' | 'idle' | 'stopped';
  /** Finish the current step, then hand back. */
  stopping: AbortSignal;
  /** Stop now. */
  killed: AbortSignal;
  /** Dollars a day after which nothing new is started (seed 5, cost guard); null when a person has allowed it. */
  guard: NanoUsd | null;
}

/** Why a task that was ready at the end had not been started. */
export interface Refused {
  id: string;
  reason: 'unfit' | 'no_target' | 'baseline_not_green' | 'no_choice';
}

/** What the run came to; `halted` is a failure that no further attempt can get past (a key, a spend limit). */
export interface WorkerResult {
  attempts: number;
  refused: Refused[];
  halted: {
    reason: 'unauthorized' | 'spend_limit' | 'unknown_model' | 'unreachable' | 'cost_guard' | 'paused';
    detail: string;
  } | null;
}
