/** Calls the scribe: a task of its own after every finished wave of a plan, for plans whose own scribe does not keep the progress. */
import { findRole } from '../agent/roles.ts';
import { scribeRounds, scribeTask } from '../policy/mechanical-tasks.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { addTask } from './add-task.ts';
import type { ConductorEdges } from './edges.ts';
import { isPaused } from './paused.ts';

/** True when a task was added. */
export async function callScribe(view: BoardView, edges: ConductorEdges): Promise<boolean> {
  if (edges.studio.config.scribe === 'off' || isPaused(view)) return false;
  let wrote = false;
  for (const round of scribeRounds(view)) {
    const role = findRole(edges.studio.roles, 'scribe');
    const target = round.landed.at(-1)?.state?.target;
    const task = role === null ? null : scribeTask(round, role, edges.holder.at());
    if (task !== null && target !== undefined) wrote = (await addTask(task, target, edges)) || wrote;
  }
  return wrote;
}
