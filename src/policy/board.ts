/** The board: every task with its computed standing at one moment. */
import type { Task, TaskHead } from '../domain/task.ts';
import { PRIORITIES } from '../domain/tier.ts';
import { criticalPath, type GraphNode } from './graph.ts';
import type { BriefStage, TaskBrief } from './task-brief.ts';
import type { TaskState } from './task-state.ts';

export type Standing = 'waiting' | 'ready' | 'running' | 'submitted' | 'queued' | 'landed' | 'blocked' | 'cancelled';

/** What the board needs to know of a task file; the rest of the file is read when somebody works on it. */
export type Card = Pick<
  TaskHead,
  'id' | 'agent' | 'phase' | 'title' | 'priority' | 'created' | 'depends_on' | 'after' | 'plan'
> & {
  minutes: number | null;
};

export const cardOf = ({ head }: Task): Card => ({
  id: head.id,
  agent: head.agent,
  phase: head.phase,
  title: head.title,
  priority: head.priority,
  created: head.created,
  depends_on: head.depends_on,
  after: head.after,
  plan: head.plan,
  minutes: head.traits.minutes ?? null,
});

/** What the board needs to know of a state: the whole of it will do, and so will its brief. */
export type BoardState = Pick<TaskBrief, 'id' | 'agent' | 'file' | 'plan' | 'createdAt'> & {
  stage: { kind: Exclude<BriefStage['kind'], 'submitted'> } | Extract<BriefStage, { kind: 'submitted' }>;
};

export interface BoardTask<State extends BoardState = TaskState> {
  card: Card;
  /** Null for a file that nobody has taken in yet. */
  state: State | null;
  standing: Standing;
  /** Dependencies that have not landed. */
  waitingFor: string[];
  /** On the longest path of its plan. */
  critical: boolean;
}

export type Board<State extends BoardState = TaskState> = ReadonlyMap<string, BoardTask<State>>;

/** `cards` are the task files, `states` the folded streams; a state without a file keeps its place by `lostCard`. */
export function buildBoard<State extends BoardState>(
  cards: readonly Card[],
  states: ReadonlyMap<string, State>,
): Board<State> {
  const known = new Set(cards.map(card => card.id));
  const lost = [...states.values()].filter(state => !known.has(state.id)).map(lostCard);
  const all = [...cards, ...lost];
  const critical = criticalIds(all, states);
  return new Map(all.map(card => [card.id, boardTask(card, states, critical)]));
}

function boardTask<State extends BoardState>(
  card: Card,
  states: ReadonlyMap<string, State>,
  critical: ReadonlySet<string>,
): BoardTask<State> {
  const state = states.get(card.id) ?? null;
  const waitingFor = card.depends_on.filter(id => states.get(id)?.stage.kind !== 'landed');
  return { card, state, standing: standingOf(state, waitingFor), waitingFor, critical: critical.has(card.id) };
}

function standingOf(state: BoardState | null, waitingFor: readonly string[]): Standing {
  const kind = state?.stage.kind ?? 'open';
  if (kind === 'open') return waitingFor.length > 0 ? 'waiting' : 'ready';
  if (state?.stage.kind === 'submitted') return state.stage.validation?.result === 'green' ? 'queued' : 'submitted';
  return kind;
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
function criticalIds(cards: readonly Card[], states: ReadonlyMap<string, BoardState>): Set<string> {
  const plans = new Map<string, Card[]>();
  for (const card of cards) {
    if (card.plan === undefined) continue;
    const others = plans.get(card.plan);
    if (others === undefined) plans.set(card.plan, [card]);
    else others.push(card);
  }
  const isOpen = (card: Card): boolean => states.get(card.id)?.stage.kind !== 'landed';
  const open = [...plans.values()].filter(plan => plan.length > 1 && plan.some(isOpen));
  return new Set(open.flatMap(plan => criticalPath(plan.map(nodeOf))));
}

const nodeOf = (card: Card): GraphNode => ({
  id: card.id,
  dependsOn: card.depends_on,
  minutes: card.minutes ?? DEFAULT_MINUTES,
});

/** Ready tasks of these agents, the one to take first in front: priority, soft order, age, id. */
export function readyTasks(board: Board, agents: ReadonlySet<string> | 'all'): BoardTask[] {
  return [...board.values()]
    .filter(task => task.standing === 'ready' && (agents === 'all' || agents.has(task.card.agent)))
    .sort((a, b) => compareReady(a, b, board));
}

function compareReady(a: BoardTask, b: BoardTask, board: Board): number {
  return (
    PRIORITIES.indexOf(a.card.priority) - PRIORITIES.indexOf(b.card.priority) ||
    Number(hasOpenPredecessor(a, board)) - Number(hasOpenPredecessor(b, board)) ||
    Date.parse(a.card.created) - Date.parse(b.card.created) ||
    a.card.id.localeCompare(b.card.id)
  );
}

/** `after` is a wish, not a condition: such a task only goes behind the others. */
const hasOpenPredecessor = (task: BoardTask, board: Board): boolean =>
  task.card.after.some(id => board.get(id) !== undefined && board.get(id)?.standing !== 'landed');

/** Approved work in landing order: oldest submission first within a priority, so that nothing starves. */
export function landingOrder(board: Board): BoardTask[] {
  return [...board.values()]
    .filter(task => task.standing === 'queued')
    .sort(
      (a, b) =>
        PRIORITIES.indexOf(a.card.priority) - PRIORITIES.indexOf(b.card.priority) ||
        submittedAt(a).localeCompare(submittedAt(b)) ||
        a.card.id.localeCompare(b.card.id),
    );
}

const submittedAt = (task: BoardTask): string => task.state?.submission?.at ?? '';
