/** One task as its card shows it, now or at a past moment. */
import { type NanoUsd, nanoFromUsd } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { type Board, type BoardTask, type Card, readyLine } from '../policy/board.ts';
import { type Way, waysIn } from '../policy/line-moves.ts';
import { briefOf, costOfTask } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { cellsOf } from '../report/status-digest.ts';
import { actionsOn } from './actions.ts';
import type { BoardEdges } from './edges.ts';
import { lastAct } from './transcript-view.ts';
import type { CardView } from './view.ts';

/** What a card shows beside its task: is it of now, and where does it stand in line? */
export interface CardFrame {
  isNow: boolean;
  line: ReadonlyMap<string, { place: number; ways: Way[] }>;
}

/** Nobody is moved in a line of the past. */
export const PAST: CardFrame = { isNow: false, line: new Map() };

export function presentFrame({ board, controls }: BoardView): CardFrame {
  const ways = [...waysIn(readyLine(board, controls.line))];
  return { isNow: true, line: new Map(ways.map(([id, found], index) => [id, { place: index + 1, ways: found }])) };
}

export const cardsThen = (board: Board, now: BoardView, edges: BoardEdges): CardView[] =>
  [...board.values()].map(task => cardView(task, now, edges, PAST));

export function cardsNow(view: BoardView, edges: BoardEdges): CardView[] {
  const frame = presentFrame(view);
  return [...view.board.values()].map(task => settledCard(task, edges) ?? keep(task, view, edges, frame));
}

/** A task that has landed looks as it did until something happens to it, to its file or to the settings; most tasks have. */
const settled = new WeakMap<TaskState, { card: Card; revision: number; critical: boolean; view: CardView }>();

function settledCard({ state, card, critical }: BoardTask, edges: BoardEdges): CardView | null {
  const known = state === null ? undefined : settled.get(state);
  const isSame = known?.card === card && known.critical === critical && known.revision === edges.revision();
  return isSame ? known.view : null;
}

function keep(task: BoardTask, view: BoardView, edges: BoardEdges, frame: CardFrame): CardView {
  const { card, state, standing, critical } = task;
  const made = cardView(task, view, edges, frame);
  if (state !== null && standing === 'landed')
    settled.set(state, { card, critical, revision: edges.revision(), view: made });
  return made;
}

export function cardView(task: BoardTask, now: BoardView, edges: BoardEdges, { isNow, line }: CardFrame): CardView {
  const { card, state, standing } = task;
  const stage = state?.stage;
  const isLost = isNow && stage?.kind === 'running' && edges.liveness(stage.owner) === 'dead';
  return {
    id: card.id,
    title: neutraliseLine(card.title),
    agent: card.agent,
    phase: card.phase,
    priority: card.priority,
    plan: card.plan ?? null,
    standing,
    tier: state?.attempts.at(-1)?.route.tier ?? edges.routing(task, now)?.tier ?? 'sonnet',
    critical: task.critical,
    dependsOn: card.depends_on,
    waitingFor: task.waitingFor,
    minutes: card.minutes,
    attempts: state?.attempts.length ?? 0,
    strikes: state?.strikes.length ?? 0,
    cost: state === null ? 0 : costOfTask(state),
    spent: spentOn(task, edges, isNow),
    cap: nanoFromUsd(now.tasks.get(card.id)?.task.head.budget_usd ?? edges.settings().config.budget.task_usd),
    place: line.get(card.id)?.place ?? null,
    ways: edges.commands.has('move') ? (line.get(card.id)?.ways ?? []) : [],
    since: sinceOf(task),
    line: isLost ? 'its worker is gone; the work is kept and goes on with the next tick' : lineOf(task, edges, isNow),
    blocker: stage?.kind === 'blocked' ? stage.blocker : null,
    commit: state?.submission?.commit ?? null,
    isLost,
    actions: isNow ? actionsOn(task, edges.commands).filter(({ why }) => why === null) : [],
  };
}

/** What a conversation under way has cost stands in the ledger alone. */
function spentOn({ card, state, standing }: BoardTask, edges: BoardEdges, isNow: boolean): NanoUsd {
  const ended = state === null ? 0 : costOfTask(state);
  if (!isNow || standing !== 'running') return ended;
  const place = { repository: edges.repository, plan: null, task: card.id, day: '', week: '', tier: 'haiku' as const };
  return Math.max(ended, edges.ledger.standings(place).task.settled);
}

function sinceOf({ state, card }: BoardTask): string | null {
  if (state === null) return card.created;
  const { stage } = state;
  switch (stage.kind) {
    case 'running':
    case 'blocked':
      return stage.since;
    case 'submitted':
      return stage.submission.at;
    case 'landed':
      return stage.at;
    default:
      return state.attempts.at(-1)?.endedAt ?? state.createdAt;
  }
}

/** What the model does at this moment where it works, else the words of the status screen. */
function lineOf(task: BoardTask, edges: BoardEdges, isNow: boolean): string {
  const { card, state, standing } = task;
  if (standing === 'running' && isNow) {
    const act = lastAct(edges.transcripts, state?.attempts.at(-1)?.session ?? card.id);
    return act === '' ? 'reads its task' : act;
  }
  const cells = cellsOf({ ...task, state: state === null ? null : briefOf(state) });
  return cells
    .slice(1)
    .filter(cell => cell !== card.title && cell !== card.agent)
    .join(' · ');
}
