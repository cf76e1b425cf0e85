/** Moves one submitted task one step along the only road into the branch. */
import { unreachable } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import type { BoardTask } from '../policy/board.ts';
import { floorOf } from '../policy/floor.ts';
import { type NextStep, nextStep, type Submitted } from '../policy/next-step.ts';
import { findRow } from '../policy/routing-table.ts';
import { isStrike } from '../policy/strikes.ts';
import type { TaskState } from '../policy/task-state.ts';
import { appendTask } from './append.ts';
import { block, checksBlocker, personBlocker } from './block.ts';
import { checkCommit } from './checks.ts';
import type { ConductorEdges } from './edges.ts';
import { dependencyBlocker, driftedLocks } from './lock-drift.ts';
import { proofFaults } from './prove.ts';

/** True when something was written. Landing itself is not done here: it goes in order, one at a time. */
export async function passGate(
  card: BoardTask,
  task: Task,
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const step = decide(card, task, state, stage, edges);
  switch (step.kind) {
    case 'prove':
      return await prove(task, state, stage, edges);
    case 'validate':
      return await validate(state, stage, edges, signal);
    case 'give_back':
      return giveBack(state, stage, step.reason, step.note, edges);
    case 'wait_for_person':
      return block(state, stage, personBlocker(step.commit), edges);
    case 'block':
      return block(state, stage, checksBlocker(step.why, step.note), edges);
    case 'land':
      return false;
    default:
      return unreachable(step);
  }
}

/** What comes next for submitted work, with the floor's word on whether a person must look. */
export function decide(
  card: BoardTask,
  task: Task,
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
): NextStep {
  const row = findRow(edges.studio.config.routing, task.head.phase, task.head.agent);
  const floor = floorOf({ head: task.head, tableTier: row.tier, critical: card.critical });
  return nextStep(state, stage, floor.needsPerson);
}

async function prove(task: Task, state: TaskState, stage: Submitted, edges: ConductorEdges): Promise<boolean> {
  const faults = await proofFaults(task, state, stage.submission, edges);
  const { attempt, commit } = stage.submission;
  if (faults.length === 0) return appendTask(state, { kind: 'proven', attempt, commit }, edges);
  const note = `What you handed in was not accepted:\n${faults.map(fault => `- ${fault}`).join('\n')}`;
  return appendTask(
    state,
    { kind: 'returned', attempt, reason: 'unproven', note, strike: isStrike('unproven'), draft: null },
    edges,
  );
}

/** Red is run once more on the base, before anybody is blamed. */
async function validate(
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const { attempt, commit, base } = stage.submission;
  const locks = await driftedLocks(stage.submission, edges);
  if (locks.length > 0) return block(state, stage, dependencyBlocker(state.id, locks), edges);
  const validation = await checkCommit(commit, edges, signal);
  if (signal.aborted) return false;
  const baseResult = validation.result === 'red' ? (await checkCommit(base, edges, signal)).result : null;
  if (signal.aborted) return false;
  return appendTask(state, { kind: 'validated', attempt, commit, validation, baseResult }, edges);
}

function giveBack(state: TaskState, stage: Submitted, reason: 'red', note: string, edges: ConductorEdges): boolean {
  const { attempt } = stage.submission;
  return appendTask(
    state,
    {
      kind: 'returned',
      attempt,
      reason,
      note: `The checks are red on what you handed in:\n${note}`,
      strike: isStrike(reason),
      draft: null,
    },
    edges,
  );
}
