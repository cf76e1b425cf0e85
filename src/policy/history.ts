/** What landed tasks have cost and taken: what estimates learn from and are judged by. */
import type { NanoUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import type { Range } from './estimate.ts';
import type { Attempt, TaskState } from './task-state.ts';

export interface PastTask {
  id: string;
  agent: string;
  /** Of the attempt that was handed in last. */
  tier: Tier;
  /** Of all attempts. */
  cost: NanoUsd;
}

/** Work that landed here; what was read back from git knows nothing of its attempts. */
export function pastTasks(states: Iterable<TaskState>): PastTask[] {
  return [...states].flatMap(({ id, agent, attempts, stage }) => {
    const tier = attempts.at(-1)?.route.tier;
    return stage.kind !== 'landed' || stage.imported || tier === undefined
      ? []
      : [{ id, agent, tier, cost: attempts.reduce((sum, { spend }) => sum + (spend?.cost ?? 0), 0) }];
  });
}

/** Minutes from claim to end; null while it runs. */
export const minutesOf = ({ claimedAt, endedAt }: Pick<Attempt, 'claimedAt' | 'endedAt'>): number | null =>
  endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(claimedAt)) / 60_000;

/** How good the estimates were that plans were shown with. */
export interface EstimateQuality {
  tasks: number;
  /** Those whose cost lay inside its range. */
  inRange: number;
  /** What they cost together over what was thought likely, less 1: 0.2 is a fifth too cheaply estimated. Null without any. */
  bias: number | null;
}

export function estimateQuality(past: readonly PastTask[], estimates: ReadonlyMap<string, Range>): EstimateQuality {
  const judged = past.flatMap(task => {
    const range = estimates.get(task.id);
    return range === undefined ? [] : [{ cost: task.cost, range }];
  });
  const likely = judged.reduce((sum, { range }) => sum + range.likely, 0);
  const cost = judged.reduce((sum, task) => sum + task.cost, 0);
  return {
    tasks: judged.length,
    inRange: judged.filter(({ cost, range }) => range.low <= cost && cost <= range.high).length,
    bias: likely === 0 ? null : cost / likely - 1,
  };
}
