/** A task that could start now, as a claim would decide it: where it goes, and whether there is money for it. */
import { permissionFor } from '../agent/purse.ts';
import type { BoardTask } from '../policy/board.ts';
import { hindranceOf, pauseText } from '../policy/controls.ts';
import type { Permission } from '../policy/deferral.ts';
import { risksBeforehand } from '../policy/evidence.ts';
import { planNeedsOpus } from '../policy/opus-gates.ts';
import type { Routing } from '../policy/route.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';
import { isGuardReached, purseOf } from './purse.ts';
import { routeOfTask } from './route-task.ts';

export interface Candidate {
  task: BoardTask;
  routing: Routing;
  model: string;
  permission: Permission;
  /** What holds all work up, whatever the task: a person has paused it, has to choose its model, or has to pass the guard. */
  held: Held | null;
}

export interface Held {
  why: string;
  /** The command that lets it go on. */
  fix: string;
}

/** Null for a task whose file is gone or faulty. */
export function candidateOf(task: BoardTask, view: BoardView, project: Project): Candidate | null {
  const file = view.tasks.get(task.card.id);
  const routing = routeOfTask(task, view, project);
  if (file === undefined || routing === null) return null;
  const { config } = project;
  const found = [...risksBeforehand(file.task, config.risks), ...(task.state?.foundRisks ?? [])];
  const purse = purseOf(project);
  const permission = permissionFor(
    {
      head: file.task.head,
      found: found.map(({ risk }) => risk),
      tier: routing.tier,
      isOverridden: task.state?.override != null,
      planNeedsOpus: () => planNeedsOpus(task.card.plan ?? task.state?.plan ?? null, view, config),
    },
    purse,
    systemClock.now(),
  );
  return { task, routing, model: purse.models[routing.tier], permission, held: heldBy(task, routing, view, project) };
}

function heldBy(task: BoardTask, { tier }: Routing, view: BoardView, project: Project): Held | null {
  const hindrance = hindranceOf(view.controls, project.config.routing, task.state?.override != null);
  if (hindrance?.reason === 'paused') return { why: pauseText(hindrance.said), fix: 'kleiber resume' };
  if (hindrance?.reason === 'no_choice')
    return {
      why: 'routing is manual, and nobody has chosen its model',
      fix: `kleiber override ${task.card.id} --model ${tier} --reason "…"`,
    };
  return isGuardReached(project)
    ? { why: 'today has cost more than the guard', fix: 'kleiber conduct --past-guard' }
    : null;
}
