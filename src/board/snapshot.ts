/** Everything on the board at one moment, now or in the past, as one JSON value. */
import type { LiveLane } from '../baton/baton.ts';
import { type NanoUsd, nanoFromUsd } from '../domain/money.ts';
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { type Board, type BoardTask, readyLine } from '../policy/board.ts';
import { type Way, waysIn } from '../policy/line-moves.ts';
import { briefOf, costOfTask } from '../policy/task-brief.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { cellsOf } from '../report/status-digest.ts';
import { actionsOn, actionsOnAll } from './actions.ts';
import type { BoardEdges } from './edges.ts';
import { forecastOf } from './forecast.ts';
import { noticesOf } from './notices.ts';
import { viewAt } from './past.ts';
import { lastAct } from './transcript-view.ts';
import type { BoardSnapshot, CardView, PlanView } from './view.ts';

export async function snapshotNow(edges: BoardEdges): Promise<BoardSnapshot> {
  const view = edges.keeper.look();
  const facts = await edges.facts(view);
  const { config, fault } = edges.settings();
  const tasks = cardsOf(view.board, view, edges, true);
  return {
    position: view.position,
    last: view.position,
    at: edges.clock.now().toISOString(),
    isPast: false,
    project: edges.project,
    branch: facts.branch,
    conducting: facts.conducting,
    notices: noticesOf(facts, fault),
    today: { ...facts.today, open: 0 },
    isPaused: facts.paused !== null,
    person: neutraliseLine(await edges.person()),
    lanes: lanesOf(edges.baton.lanes(), config.lanes),
    forecast: forecastOf(tasks, edges),
    plans: plansOf(edges, view.position),
    tasks,
    actions: actionsOnAll(facts.paused !== null, edges.commands),
  };
}

/** The board after the event at `position`; money and notices of that moment are not kept, so only what tasks cost is shown. */
export function snapshotAt(position: number, edges: BoardEdges): BoardSnapshot {
  const now = edges.keeper.look();
  const past = viewAt(position, now, edges.baton);
  const tasks = cardsOf(past.board, now, edges, false);
  return {
    position: past.position,
    last: now.position,
    at: past.at ?? edges.clock.now().toISOString(),
    isPast: true,
    project: edges.project,
    branch: null,
    conducting: null,
    notices: [],
    today: { spent: 0, open: 0, cap: 0, zone: 'past' },
    isPaused: false,
    person: '',
    lanes: [],
    forecast: null,
    plans: plansOf(edges, past.position),
    tasks,
    actions: [],
  };
}

const lanesOf = (live: readonly LiveLane[], limits: Readonly<Record<Tier, number>>): BoardSnapshot['lanes'] =>
  TIERS.map(tier => ({ tier, live: live.filter(lane => lane.tier === tier).length, limit: limits[tier] }));

function plansOf(edges: BoardEdges, position: number): PlanView[] {
  return edges.baton
    .after(0)
    .flatMap(({ stream, event, position: at }) =>
      event.kind === 'planned' && at <= position
        ? [{ id: stream.slice('plan/'.length), request: neutralise(event.request), tasks: event.tasks }]
        : [],
    );
}

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

function cardsOf(board: Board, now: BoardView, edges: BoardEdges, isNow: boolean): CardView[] {
  const frame = isNow ? presentFrame(now) : PAST;
  return [...board.values()].map(task => cardView(task, now, edges, frame));
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
    strikes: state?.strikes ?? 0,
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
