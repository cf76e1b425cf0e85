/** What stands around a task when somebody asks why: lanes, dependencies, who comes first, what people have decided. */
import { targetStream } from '../domain/event.ts';
import type { Tier } from '../domain/tier.ts';
import { type BoardTask, landingOrder, nextAgent, readyTasks } from '../policy/board.ts';
import { hindranceOf } from '../policy/controls.ts';
import { blockedMove } from '../policy/escalation.ts';
import { landingsSeenBy } from '../policy/landings.ts';
import type { Around } from '../policy/reason.ts';
import type { Routing } from '../policy/route.ts';
import { whyStanding } from '../policy/why.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { whyJson, whyText } from '../report/task-text.ts';
import type { Project } from './project.ts';
import { isGuardReached } from './purse.ts';
import { linesFor, routeOfTask } from './route-task.ts';
import { baselineOf } from './status.ts';

function aroundOf(task: BoardTask, routing: Routing | null, view: BoardView, project: Project): Around {
  const { branch } = project.facts;
  return {
    routing,
    hindrance: hindranceOf(view.controls, project.config.routing, task.state?.override != null),
    lanes: lanesOf(project),
    waitsFor: task.waitingFor.map(id => ({ id, standing: view.board.get(id)?.standing ?? null })),
    before: tasksBefore(task, view),
    baseline: branch === null ? null : baselineOf(project.baton.read(targetStream(branch))),
    guardReached: isGuardReached(project),
    paused: view.controls.paused,
    move: task.state && blockedMove(task.state, landingsSeenBy(task.card.id, view.board)),
  };
}

/** Why a task stands where it stands and gets the model it gets, with every source. */
export function whyOfTask(task: BoardTask, view: BoardView, project: Project): string {
  const routing = routeOfTask(task, view, project);
  const reasons = whyStanding(task, aroundOf(task, routing, view, project));
  return whyText(task, reasons, routing, linesFor(task, view, project));
}

/** The same for programs. */
export function whyJsonOfTask(task: BoardTask, view: BoardView, project: Project): Record<string, unknown> {
  const routing = routeOfTask(task, view, project);
  const reasons = whyStanding(task, aroundOf(task, routing, view, project));
  return whyJson(task, reasons, routing, linesFor(task, view, project));
}

function lanesOf(project: Project): Around['lanes'] {
  const live = project.baton.lanes();
  const lane = (tier: Tier) => ({
    live: live.filter(open => open.tier === tier).length,
    limit: project.config.lanes[tier],
  });
  return { haiku: lane('haiku'), sonnet: lane('sonnet'), opus: lane('opus') };
}

/** Those of the same agent that a worker takes first, or those that land first. */
function tasksBefore(task: BoardTask, { board, controls }: BoardView): string[] {
  const line =
    task.standing === 'queued' ? landingOrder(board) : readyTasks(board, new Set([nextAgent(task)]), controls.line);
  const place = line.findIndex(({ card }) => card.id === task.card.id);
  return line.slice(0, Math.max(0, place)).map(({ card }) => card.id);
}
