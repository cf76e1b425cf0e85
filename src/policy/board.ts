/** The board: every task with its computed standing at one moment. */
import { ownText } from '../domain/names.ts';
import type { Task, TaskHead } from '../domain/task.ts';
import { PRIORITIES } from '../domain/tier.ts';
import { blockedMove } from './escalation.ts';
import { criticalPath, type GraphNode } from './graph.ts';
import { landingsSeenBy } from './landings.ts';
import { type InLine, type LineMove, movedLine } from './line-moves.ts';
import type { BriefStage, StoppedStage, TaskBrief } from './task-brief.ts';
import type { TaskState } from './task-state.ts';

export type Standing =
  /** For what it depends on; or it has stopped, and others move it without a person. */
  | 'waiting'
  | 'ready'
  /** Ready, but money is too short for it now; a claim asks again each time, so it comes back by itself. */
  | 'deferred'
  | 'running'
  | 'submitted'
  /** Proven and green; a reviewer's verdict is missing. */
  | 'in_review'
  | 'queued'
  | 'landed'
  /** It has stopped, and only a person moves it. */
  | 'blocked'
  | 'cancelled';

/** What the board needs to know of a task file; the rest of the file is read when somebody works on it. */
export type Card = Pick<
  TaskHead,
  'id' | 'agent' | 'phase' | 'title' | 'priority' | 'created' | 'depends_on' | 'after' | 'plan'
> & {
  minutes: number | null;
};

export const cardOf = ({ head }: Task): Card => ({
  id: ownText(head.id),
  agent: ownText(head.agent),
  phase: head.phase,
  title: ownText(head.title),
  priority: head.priority,
  created: ownText(head.created),
  depends_on: head.depends_on.map(ownText),
  after: head.after.map(ownText),
  plan: head.plan === undefined ? undefined : ownText(head.plan),
  minutes: head.traits.minutes ?? null,
});

/** What the board needs to know of a state: the whole of it will do, and so will its brief. */
export type BoardState = Pick<TaskBrief, 'id' | 'agent' | 'file' | 'plan' | 'createdAt' | 'resolving'> & {
  deferral: { until: string } | null;
  stage:
    | { kind: Exclude<BriefStage['kind'], 'submitted' | 'blocked'> }
    | Extract<BriefStage, { kind: 'submitted' }>
    | StoppedStage;
};

export interface BoardTask<State extends BoardState = TaskState> {
  card: Card;
  /** Null for a file that nobody has taken in yet. */
  state: State | null;
  standing: Standing;
  /** Dependencies that have not landed; of a task that has stopped, those that its worker waits for. */
  waitingFor: string[];
  /** On the longest path of its plan. */
  critical: boolean;
}

/** Who makes its next attempt: its own agent, or whoever owns the files that it conflicts in. */
export const nextAgent = ({ card, state }: Pick<BoardTask<BoardState>, 'card' | 'state'>): string =>
  state?.resolving?.agent ?? card.agent;

export type Board<State extends BoardState = TaskState> = ReadonlyMap<string, BoardTask<State>>;

/**
 * `cards` are the task files, `states` the folded streams; a state without a file keeps its place by `lostCard`. `today` is
 * the local date, on which what was deferred until then is ready again; without one it stays deferred.
 */
export function buildBoard<State extends BoardState>(
  cards: readonly Card[],
  states: ReadonlyMap<string, State>,
  today = '',
): Board<State> {
  const board = new Map<string, BoardTask<State>>();
  for (const card of cards) board.set(card.id, boardTask(card, states, today));
  for (const state of states.values())
    if (!board.has(state.id)) board.set(state.id, boardTask(lostCard(state), states, today));
  for (const task of board.values()) if (task.standing === 'blocked') settleStopped(task, board);
  for (const id of criticalIds(board)) {
    const task = board.get(id);
    if (task !== undefined) task.critical = true;
  }
  return board;
}

function boardTask<State extends BoardState>(
  card: Card,
  states: ReadonlyMap<string, State>,
  today: string,
): BoardTask<State> {
  const state = states.get(card.id) ?? null;
  const { depends_on: needed } = card;
  const waitingFor = needed.length === 0 ? needed : needed.filter(id => states.get(id)?.stage.kind !== 'landed');
  return { card, state, standing: standingOf(state, waitingFor, today), waitingFor, critical: false };
}

/** Whether a person has to move what has stopped can only be said once all other tasks are known. */
function settleStopped(task: BoardTask<BoardState>, board: Board<BoardState>): void {
  const move = task.state && blockedMove(task.state, landingsSeenBy(task.card.id, board));
  if (move === null || move.kind === 'person') return;
  task.standing = 'waiting';
  task.waitingFor = move.kind === 'wait' ? move.for : [];
}

function standingOf(state: BoardState | null, waitingFor: readonly string[], today: string): Standing {
  const kind = state?.stage.kind ?? 'open';
  if (kind === 'open') {
    if (waitingFor.length > 0) return 'waiting';
    return state?.deferral != null && today < state.deferral.until ? 'deferred' : 'ready';
  }
  if (state?.stage.kind !== 'submitted') return kind;
  if (state.stage.validation?.result !== 'green') return 'submitted';
  return state.stage.review === null ? 'queued' : 'in_review';
}

/** A task whose file was deleted while the log still knows it. */
const lostCard = (state: BoardState): Card => ({
  id: state.id,
  agent: state.agent,
  phase: 'EXEC',
  title: `(the file ${state.file} is gone)`,
  priority: 'p1',
  created: state.createdAt,
  depends_on: [],
  after: [],
  plan: state.plan ?? undefined,
  minutes: null,
});

/** Minutes of a task that does not say: the middle of sonnet's range. */
export const DEFAULT_MINUTES = 15;

/** The longest path of each plan; a plan of one task has no path worth the name. */
function criticalIds(board: Board<BoardState>): string[] {
  const plans = new Map<string, { cards: Card[]; isOpen: boolean }>();
  for (const { card, state } of board.values()) {
    if (card.plan === undefined) continue;
    const plan = plans.get(card.plan) ?? { cards: [], isOpen: false };
    if (plan.cards.length === 0) plans.set(card.plan, plan);
    plan.cards.push(card);
    plan.isOpen ||= state?.stage.kind !== 'landed';
  }
  return [...plans.values()].flatMap(({ cards, isOpen }) => (cards.length > 1 && isOpen ? pathOf(cards) : []));
}

/** The path follows from the cards alone, and most plans' cards are those of the board before. */
const paths = new WeakMap<Card, { plan: readonly Card[]; path: readonly string[] }>();

function pathOf(plan: readonly Card[]): readonly string[] {
  const [first] = plan;
  const known = first && paths.get(first);
  if (known?.plan.length === plan.length && plan.every((card, at) => card === known.plan[at])) return known.path;
  const path = criticalPath(plan.map(nodeOf));
  if (first) paths.set(first, { plan, path });
  return path;
}

const nodeOf = (card: Card): GraphNode => ({
  id: card.id,
  dependsOn: card.depends_on,
  minutes: card.minutes ?? DEFAULT_MINUTES,
});

/** Nothing but a claim is between it and work: what is deferred is asked for again with every look. */
export const isStartable = ({ standing }: { standing: Standing }): boolean =>
  standing === 'ready' || standing === 'deferred';

/**
 * Startable tasks of these agents, the one to take first in front: what was answered or escalated, priority, soft order, age,
 * id, and within that as people have moved them.
 */
export function readyTasks(
  board: Board,
  agents: ReadonlySet<string> | 'all',
  moves: readonly LineMove[] = [],
): BoardTask[] {
  const line = [...board.values()]
    .filter(isStartable)
    .sort((a, b) => compareReady(a, b, board))
    .map(task => ({ id: task.card.id, rank: rankOf(task), task }));
  return movedLine(line, moves)
    .map(({ task }) => task)
    .filter(task => agents === 'all' || agents.has(nextAgent(task)));
}

/** What is really ready, as claims go through it: what only waits for its day is in nobody's way. */
export const readyLine = (board: Board, moves: readonly LineMove[]): InLine[] =>
  readyTasks(board, 'all', moves)
    .filter(({ standing }) => standing === 'ready')
    .map(task => ({ id: task.card.id, rank: rankOf(task) }));

/** Nobody is moved from one rank into another. */
const rankOf = (task: BoardTask): number => (goesFirst(task) ? 0 : 2) + (task.card.priority === 'p0' ? 0 : 1);

function compareReady(a: BoardTask, b: BoardTask, board: Board): number {
  return (
    Number(goesFirst(b)) - Number(goesFirst(a)) ||
    PRIORITIES.indexOf(a.card.priority) - PRIORITIES.indexOf(b.card.priority) ||
    Number(hasOpenPredecessor(a, board)) - Number(hasOpenPredecessor(b, board)) ||
    Date.parse(a.card.created) - Date.parse(b.card.created) ||
    a.card.id.localeCompare(b.card.id)
  );
}

/** Questions that were answered, reviews that asked for changes, and escalations go before new work in their lane. */
function goesFirst({ state }: BoardTask): boolean {
  if (state === null || state.handovers.length === 0) return false;
  return state.answered !== null || state.raisedTo !== null || state.returns.at(-1)?.reason === 'changes_requested';
}

/** `after` is a wish, not a condition: such a task only goes behind the others. */
const hasOpenPredecessor = (task: BoardTask, board: Board): boolean =>
  task.card.after.some(id => board.get(id) !== undefined && board.get(id)?.standing !== 'landed');

/** Handed-in work in the order in which it is judged and lands: oldest first within a priority, so that nothing starves. */
export function handedInOrder(board: Board): BoardTask[] {
  return [...board.values()]
    .filter(task => task.state?.stage.kind === 'submitted')
    .sort(
      (a, b) =>
        PRIORITIES.indexOf(a.card.priority) - PRIORITIES.indexOf(b.card.priority) ||
        submittedAt(a).localeCompare(submittedAt(b)) ||
        a.card.id.localeCompare(b.card.id),
    );
}

/** What of it may land now. */
export const landingOrder = (board: Board): BoardTask[] =>
  handedInOrder(board).filter(({ standing }) => standing === 'queued');

const submittedAt = (task: BoardTask): string => task.state?.submission?.at ?? '';
