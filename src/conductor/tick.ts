/**
 * One tick: read the world, do what is due, in an order in which nothing waits for a slow check that need not. A missed
 * event costs a moment, never a task, because every tick looks at everything.
 */
import type { Target } from '../domain/event.ts';
import type { Task } from '../domain/task.ts';
import type { BoardTask } from '../policy/board.ts';
import { isStartable, landingOrder } from '../policy/board.ts';
import type { Submitted } from '../policy/next-step.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { acceptedTask } from './accepted-task.ts';
import { takeAnswers } from './answers.ts';
import { block, lostFileBlocker } from './block.ts';
import type { Courier } from './deliver.ts';
import type { ConductorEdges } from './edges.ts';
import { moveBlocked } from './escalate.ts';
import { decide, passGate } from './gate.ts';
import { landTask } from './land.ts';
import { takeBackHalfPlans } from './plan/write-plan.ts';
import { reclaimDead } from './reclaim.ts';
import { commitRecord } from './record-commit.ts';
import { callScribe } from './scribe.ts';
import { sweepStubs } from './stubs.ts';
import { prepareTarget } from './target.ts';

/** True when something was written, so that another tick may find more to do. */
export async function tick(edges: ConductorEdges, courier: Courier, signal: AbortSignal): Promise<boolean> {
  const { states, drafts } = edges.keeper.look();
  const reclaimed = await reclaimDead(states, edges);
  const dropped = takeBackHalfPlans(drafts, edges);
  const answered = takeAnswers(edges.keeper.look(), edges);
  const told = await recordAndDeliver(edges, courier, signal);
  const prepared = await prepareTargets(edges.keeper.look(), edges, signal);
  const added = await addMechanical(edges.keeper.look(), edges);
  const moved = await moveOne(edges.keeper.look(), edges, signal);
  // A question to opus takes a conversation, so everything else that is due comes before it.
  const helped = await moveBlocked(edges.keeper.look(), edges, signal);
  return reclaimed || dropped || answered || told || prepared || added || moved || helped;
}

/** Tasks that follow from what has landed, without a planner. */
async function addMechanical(view: BoardView, edges: ConductorEdges): Promise<boolean> {
  const swept = await sweepStubs(view, edges);
  return (await callScribe(view, edges)) || swept;
}

/** All branches that tasks land on or are about to, each once. */
function targetsOf(view: BoardView, edges: ConductorEdges): Target[] {
  const targets = new Map([...view.states.values()].map(state => [state.target.branch, state.target]));
  const here = edges.target();
  const isWanted = [...view.board.values()].some(task => task.state === null && isStartable(task));
  if (here !== null && isWanted && !targets.has(here.branch)) targets.set(here.branch, here);
  return [...targets.values()];
}

async function recordAndDeliver(edges: ConductorEdges, courier: Courier, signal: AbortSignal): Promise<boolean> {
  const view = edges.keeper.look();
  let wrote = false;
  for (const target of targetsOf(view, edges)) {
    wrote = (await commitRecord(target, view, edges)) || wrote;
    wrote = (await courier.deliver(target, signal)) || wrote;
  }
  return wrote;
}

/** A branch is prepared when something on it is ready to start. */
async function prepareTargets(view: BoardView, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  const here = edges.target();
  const ready = [...view.board.values()].filter(isStartable);
  const targets = new Map<string, Target>();
  for (const task of ready) {
    const target = task.state?.target ?? here;
    if (target !== null) targets.set(target.branch, target);
  }
  let wrote = false;
  for (const target of targets.values()) wrote = (await prepareTarget(target, edges, signal)) || wrote;
  return wrote;
}

/** One step for one task: an interrupted landing first, then gates, then the next landing. */
async function moveOne(view: BoardView, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  const submitted: Handed[] = [];
  for (const card of view.board.values()) {
    const found = await handedIn(card, view, edges);
    if (found === 'blocked') return true;
    if (found !== null) submitted.push(found);
  }
  const begun = submitted.find(found => found.stage.intent !== null);
  if (begun !== undefined && (await landTask(begun.task, begun.state, begun.stage, edges, signal))) return true;
  for (const found of submitted) {
    if (decide(found.card, found.task, found.state, found.stage, edges).kind === 'land') continue;
    if (await passGate(found.card, found.task, found.state, found.stage, edges, signal)) return true;
  }
  for (const card of landingOrder(view.board)) {
    const found = submitted.find(one => one.card === card);
    if (
      found === undefined ||
      found === begun ||
      decide(card, found.task, found.state, found.stage, edges).kind !== 'land'
    )
      continue;
    if (await landTask(found.task, found.state, found.stage, edges, signal)) return true;
  }
  return false;
}

/** Work that was handed in, with the task that it is judged by. */
interface Handed {
  card: BoardTask;
  task: Task;
  state: TaskState;
  stage: Submitted;
}

async function handedIn(card: BoardTask, view: BoardView, edges: ConductorEdges): Promise<Handed | 'blocked' | null> {
  const { state } = card;
  if (state === null || state.stage.kind !== 'submitted') return null;
  const stage: Submitted = state.stage;
  const task = await acceptedTask(state, view, edges);
  if (task !== null) return { card, task, state, stage };
  return block(state, stage, lostFileBlocker(state.file), edges) ? 'blocked' : null;
}
