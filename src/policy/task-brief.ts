/** A task's state cut down to what the board and a list of tasks show: small enough to keep for ten thousand tasks. */
import type { Blocker } from '../domain/blocker.ts';
import type { CheckResult } from '../domain/check.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import type { TaskState } from './task-state.ts';

export type BriefStage =
  | { kind: 'open' | 'running' | 'cancelled' }
  | { kind: 'submitted'; validation: { result: CheckResult } | null; review: Tier | null }
  | { kind: 'landed'; commit: string }
  | { kind: 'blocked'; blocker: Blocker; afterProof: boolean; asker: Tier | null; advised: boolean };

export type StoppedStage = Extract<BriefStage, { kind: 'blocked' }>;

/** A state or a brief, for whoever only asks why it stopped. */
export interface AnyTask {
  stage: StoppedStage | { kind: Exclude<BriefStage['kind'], 'blocked'> };
}

export interface TaskBrief {
  id: string;
  agent: string;
  file: string;
  plan: string | null;
  createdAt: string;
  stage: BriefStage;
  /** How many attempts were claimed, the running one among them. */
  tries: number;
  strikes: number;
  /** Of the last attempt; null before the first. */
  tier: Tier | null;
  /** Who resolves a conflict in it; null when its own agent does its next attempt. */
  resolving: { agent: string } | null;
  /** The model that a person chose; null where the table decides. */
  chosen: Tier | null;
  /** Of all attempts that have ended, and of their reviews. */
  cost: NanoUsd;
  /** Why money keeps it waiting, and until which local date; null when it does not. */
  deferral: { why: string; until: string } | null;
}

/** What a task has cost so far: its attempts that have ended, and their reviews. */
export const costOfTask = ({ attempts, reviewCost }: Pick<TaskState, 'attempts' | 'reviewCost'>): NanoUsd =>
  attempts.reduce((sum, attempt) => sum + (attempt.spend?.cost ?? 0), reviewCost);

export const briefOf = (state: TaskState): TaskBrief => ({
  id: state.id,
  agent: state.agent,
  file: state.file,
  plan: state.plan,
  createdAt: state.createdAt,
  stage: briefStage(state),
  tries: state.attempts.length,
  strikes: state.strikes.length,
  tier: state.attempts.at(-1)?.route.tier ?? null,
  resolving: state.resolving && { agent: state.resolving.agent },
  chosen: state.override?.tier ?? null,
  cost: costOfTask(state),
  deferral: state.deferral && { why: state.deferral.why, until: state.deferral.until },
});

function briefStage({ stage }: TaskState): BriefStage {
  switch (stage.kind) {
    case 'open':
    case 'running':
    case 'cancelled':
      return { kind: stage.kind };
    case 'submitted':
      return {
        kind: 'submitted',
        validation: stage.validation && { result: stage.validation.result },
        review: stage.review,
      };
    case 'landed':
      return { kind: 'landed', commit: stage.commit };
    case 'blocked':
      return {
        kind: 'blocked',
        blocker: stage.blocker,
        afterProof: stage.afterProof,
        asker: stage.asker,
        advised: stage.advised,
      };
  }
}
