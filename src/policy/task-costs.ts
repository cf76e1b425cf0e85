/** What each sort of task costs and brings on each model, how likely it is to be escalated, and what other rows would have cost. */
import type { NanoUsd } from '../domain/money.ts';
import { type TableMove, TIERS, type Tier } from '../domain/tier.ts';
import { type Evidence, evidenceOf } from './calibrate.ts';
import { estimateCost } from './estimate.ts';
import { TASK_TYPES, type TaskType } from './task-kind.ts';
import type { TierUse } from './track-record.ts';

export interface TypeRow {
  type: TaskType;
  tier: Tier;
  evidence: Evidence;
  landed: number;
  /** All spending on it over the tasks that landed; null while none has. */
  costPerLanded: NanoUsd | null;
  escalation: Prediction;
}

/** Seen so far, and the chance that the next one is escalated. */
export interface Prediction {
  escalated: number;
  tasks: number;
  chance: number;
}

/** A beginner's guess worth ten tasks, one of which is escalated: seed 3's target of under 10 %. */
const PRIOR_ESCALATED = 1;
const PRIOR_TASKS = 10;

export const predict = (escalated: number, tasks: number): Prediction => ({
  escalated,
  tasks,
  chance: (escalated + PRIOR_ESCALATED) / (tasks + PRIOR_TASKS),
});

/** For each sort of task and each model that has tried it. */
export function costsByType(uses: readonly TierUse[]): TypeRow[] {
  return TASK_TYPES.flatMap(type => TIERS.flatMap(tier => typeRow(type, tier, uses)));
}

function typeRow(type: TaskType, tier: Tier, uses: readonly TierUse[]): TypeRow[] {
  const own = uses.filter(use => use.type === type && use.tier === tier);
  if (own.length === 0) return [];
  const evidence = evidenceOf(own);
  const landed = own.filter(use => use.hasLanded).length;
  const costPerLanded = landed === 0 ? null : Math.round(evidence.cost / landed);
  return [{ type, tier, evidence, landed, costPerLanded, escalation: predict(evidence.escalated, evidence.tasks) }];
}

export interface Shadow {
  /** Tasks that the moved rows would have given to another model. */
  tasks: { task: string; used: Tier; would: Tier; cost: NanoUsd; wouldCost: NanoUsd }[];
  cost: NanoUsd;
  wouldCost: NanoUsd;
}

/** The tier that a task would have begun on with this row: floors, pins and people may keep it where it was. */
export type WouldBegin = (use: TierUse, move: TableMove) => Tier;

/**
 * The tasks since a moment (null: all of them) that these moves would have sent elsewhere. Their cost is scaled by what the
 * same work is estimated at on the other model; rework that would have been spared is not counted.
 */
export function shadowOf(
  uses: readonly TierUse[],
  moves: readonly TableMove[],
  since: string | null,
  wouldBegin: WouldBegin,
): Shadow {
  const tasks = uses
    .filter(use => since === null || use.at > since)
    .flatMap(use => {
      const move = moves.find(
        ({ agent, phase, from }) => agent === use.agent && phase === use.phase && from === use.tier,
      );
      const would = move === undefined ? use.tier : wouldBegin(use, move);
      if (would === use.tier) return [];
      const scale = estimateCost(would, use.minutes).likely / estimateCost(use.tier, use.minutes).likely;
      return [{ task: use.task, used: use.tier, would, cost: use.cost, wouldCost: Math.round(use.cost * scale) }];
    });
  const sum = (key: 'cost' | 'wouldCost'): NanoUsd => tasks.reduce((total, task) => total + task[key], 0);
  return { tasks, cost: sum('cost'), wouldCost: sum('wouldCost') };
}
