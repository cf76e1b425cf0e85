/** Moves one submitted task one step along the only road into the branch. */
import { handOverText } from '../agent/hand-over-texts.ts';
import { findRole } from '../agent/roles.ts';
import { unreachable } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import type { BoardTask } from '../policy/board.ts';
import { tableFor } from '../policy/controls.ts';
import { type NextStep, nextStep, type Submitted } from '../policy/next-step.ts';
import { gateDemand, isThirdChange } from '../policy/review.ts';
import { isFirstDeviation, isStrike } from '../policy/strikes.ts';
import type { TaskState } from '../policy/task-state.ts';
import { appendTask } from './append.ts';
import { block, checksBlocker, personBlocker, reviewBlocker } from './block.ts';
import { checkChange, checkCommit, SUBMISSION_TREE } from './checks.ts';
import type { ConductorEdges } from './edges.ts';
import { newRisks } from './found-risks.ts';
import { dependencyBlocker, driftedLocks } from './lock-drift.ts';
import { outgrownFix } from './project-rules.ts';
import { proofFaults } from './prove.ts';
import { reviewSubmission } from './review.ts';

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
      return giveBack(task, state, stage, step, edges);
    case 'review':
      return await reviewSubmission(task, state, stage, step, edges, signal);
    case 'wait_for_person':
      return block(state, stage, personBlocker(state.id, step.commit), edges);
    case 'block_review':
      return block(state, stage, reviewBlocker(step), edges);
    case 'block':
      return block(state, stage, checksBlocker(step.why, step.note), edges);
    case 'land':
      return false;
    default:
      return unreachable(step);
  }
}

/** What comes next for submitted work, with the floor's word on models, reviews and people. */
export function decide(
  card: BoardTask,
  task: Task,
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
): NextStep {
  const { config } = edges.studio;
  const table = tableFor(state.plan, config.routing, edges.keeper.look());
  return nextStep(state, stage, gateDemand(state, card, task, table, config));
}

async function prove(task: Task, state: TaskState, stage: Submitted, edges: ConductorEdges): Promise<boolean> {
  const faults = await proofFaults(task, state, stage.submission, edges);
  const { attempt, commit } = stage.submission;
  const outgrown = await outgrownFix(state, stage.submission, edges);
  if (outgrown !== null)
    return appendTask(
      state,
      { kind: 'escalated', by: 'conductor', to: 'sonnet', reason: 'pattern_mismatch', note: outgrown },
      edges,
    );
  if (faults.length === 0) return appendTask(state, { kind: 'proven', attempt, commit }, edges);
  const note = `What you handed in was not accepted:\n${faults.map(fault => `- ${fault}`).join('\n')}`;
  return giveBack(task, state, stage, { reason: 'unproven', note }, edges);
}

/**
 * Red is run once more on the base, before anybody is blamed. Of green work the risks are written first, so that nothing is
 * ever validated whose difference was not looked through.
 */
async function validate(
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const { attempt, commit, base } = stage.submission;
  const locks = await driftedLocks(stage.submission, edges);
  if (locks.length > 0) return block(state, stage, dependencyBlocker(state.id, locks), edges);
  const looking = newRisks(state, stage.submission, edges);
  // Red work is judged without it, so what goes wrong there is thrown only where it is needed.
  looking.catch(() => undefined);
  const validation = await checkChange(commit, base, edges, signal, SUBMISSION_TREE);
  if (signal.aborted) return false;
  const baseResult =
    validation.result === 'red' ? (await checkCommit(base, edges, signal, SUBMISSION_TREE)).result : null;
  if (signal.aborted) return false;
  const risks = validation.result === 'green' ? await looking : [];
  const isNoted = risks.length === 0 || appendTask(state, { kind: 'risks_found', attempt, commit, risks }, edges);
  if (!isNoted) return false;
  const now = risks.length === 0 ? state : { ...state, seq: state.seq + 1 };
  return appendTask(now, { kind: 'validated', attempt, commit, validation, baseResult }, edges);
}

interface Return {
  reason: Extract<NextStep, { kind: 'give_back' }>['reason'] | 'unproven';
  note: string;
}

/** The next attempt goes on with what there is and is told why; only what was rejected is dropped. */
function giveBack(
  task: Task,
  state: TaskState,
  stage: Submitted,
  { reason, note }: Return,
  edges: ConductorEdges,
): boolean {
  const { attempt } = stage.submission;
  const isStricter = isFirstDeviation(state, task.body.template !== '', reason);
  const counts = reason === 'changes_requested' ? isThirdChange(state) : isStrike(reason);
  const role = findRole(edges.studio.roles, state.agent);
  const heading = reason === 'red' ? 'The checks are red on what you handed in:\n' : '';
  const stricter = isStricter ? `\n\n${handOverText(role, 'stricter')}` : '';
  return appendTask(
    state,
    {
      kind: 'returned',
      attempt,
      reason,
      note: `${heading}${note}${stricter}`,
      strike: counts && !isStricter,
      draft: null,
    },
    edges,
  );
}
