/**
 * One tick: read the world, do what is due, in an order in which nothing waits for a slow check that need not. A missed
 * event costs a moment, never a task, because every tick looks at everything.
 */
import { allEnded } from '../domain/all-ended.ts';
import type { Target } from '../domain/event.ts';
import type { Task } from '../domain/task.ts';
import type { BoardTask } from '../policy/board.ts';
import { handedInOrder, isStartable, landingOrder } from '../policy/board.ts';
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
  const lost = await blockLost(edges.keeper.look(), edges);
  const finished = await finishLandings(edges.keeper.look(), edges, signal);
  // No gate moves the branch, so what happened so far is told while the next work is judged.
  const [told, passed] = await allEnded([tell(edges, courier), passGates(edges, signal)]);
  // Before the next landing, so that it is built on what the user has committed meanwhile.
  const caughtUp = await catchUp(edges, courier, signal);
  const prepared = await prepareTargets(edges.keeper.look(), edges, signal);
  const added = await addMechanical(edges.keeper.look(), edges);
  const landed = await landNext(edges.keeper.look(), edges, signal);
  // A question to opus takes a conversation, so everything else that is due comes before it.
  const helped = await moveBlocked(edges.keeper.look(), edges, signal);
  const before = reclaimed || dropped || answered || lost || finished;
  return before || told || passed || caughtUp || prepared || added || landed || helped;
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

/** Writes the record, and brings it and what landed to the user's branch. */
async function tell(edges: ConductorEdges, courier: Courier): Promise<boolean> {
  const view = edges.keeper.look();
  let wrote = false;
  for (const target of targetsOf(view, edges)) {
    wrote = (await commitRecord(target, view, courier, edges)) || wrote;
    wrote = (await courier.deliver(target)) || wrote;
  }
  return wrote;
}

async function catchUp(edges: ConductorEdges, courier: Courier, signal: AbortSignal): Promise<boolean> {
  let wrote = false;
  for (const target of targetsOf(edges.keeper.look(), edges)) wrote = (await courier.catchUp(target, signal)) || wrote;
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

/** A landing that was begun comes before everything else that would move its base. */
async function finishLandings(view: BoardView, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  for (const found of await allHandedIn(view, edges))
    if (found.stage.intent !== null && (await land(found, edges, signal))) return true;
  return false;
}

/** The gates of one task, one after the other, until it may land, waits or is given back. */
async function passGates(edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  for (const { state } of submittedIn(edges.keeper.look())) {
    let passed = false;
    while (await passNextGate(state.id, edges, signal)) passed = true;
    if (passed) return true;
  }
  return false;
}

async function passNextGate(id: string, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  const view = edges.keeper.look();
  const card = view.board.get(id);
  const found = card === undefined ? null : await handedIn(card, view, edges);
  if (found === null || signal.aborted) return false;
  return await passGate(found.card, found.task, found.state, found.stage, edges, signal);
}

async function landNext(view: BoardView, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  for (const card of landingOrder(view.board)) {
    const found = await handedIn(card, view, edges);
    if (found === null || !mayLand(found, edges)) continue;
    if (await land(found, edges, signal)) return true;
  }
  return false;
}

const land = ({ task, state, stage }: Handed, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> =>
  landTask(task, state, stage, edges, signal);

const mayLand = ({ card, task, state, stage }: Handed, edges: ConductorEdges): boolean =>
  stage.intent === null && decide(card, task, state, stage, edges).kind === 'land';

/** Work that was handed in, with the task that it is judged by. */
interface Handed {
  card: BoardTask;
  task: Task;
  state: TaskState;
  stage: Submitted;
}

const submittedOf = (card: BoardTask): Omit<Handed, 'task'> | null =>
  card.state?.stage.kind === 'submitted' ? { card, state: card.state, stage: card.state.stage } : null;

const submittedIn = ({ board }: BoardView): Omit<Handed, 'task'>[] =>
  handedInOrder(board).flatMap(card => submittedOf(card) ?? []);

async function handedIn(card: BoardTask, view: BoardView, edges: ConductorEdges): Promise<Handed | null> {
  const found = submittedOf(card);
  const task = found === null ? null : await acceptedTask(found.state, view, edges);
  return found === null || task === null ? null : { ...found, task };
}

async function allHandedIn(view: BoardView, edges: ConductorEdges): Promise<Handed[]> {
  const found = await Promise.all(submittedIn(view).map(({ card }) => handedIn(card, view, edges)));
  return found.filter(one => one !== null);
}

/** Work whose task is nowhere any more cannot be judged, so a person is asked for the file. */
async function blockLost(view: BoardView, edges: ConductorEdges): Promise<boolean> {
  let wrote = false;
  for (const { state, stage } of submittedIn(view))
    if ((await acceptedTask(state, view, edges)) === null)
      wrote = block(state, stage, lostFileBlocker(state.file), edges) || wrote;
  return wrote;
}
