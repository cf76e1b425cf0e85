/** What every command that speaks of a task's model asks: the route as a claim would decide it now. */
import { routingZone } from '../agent/purse.ts';
import { PHASES } from '../domain/tier.ts';
import type { BoardTask } from '../policy/board.ts';
import { tableFor } from '../policy/controls.ts';
import { evidenceOf } from '../policy/evidence.ts';
import { type Routing, route } from '../policy/route.ts';
import { rowsOf } from '../policy/routing-table.ts';
import { configLines } from '../record/config-lines.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { LineOf } from '../report/routing-text.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';
import { CONFIG_FILE, trustedFiles } from './trust-store.ts';

/** Null when the task's file is gone or faulty, so that nobody knows what it asks for. */
export function routeOfTask(
  task: BoardTask,
  view: BoardView,
  project: Pick<Project, 'config' | 'ledger'>,
): Routing | null {
  const file = view.tasks.get(task.card.id);
  if (file === undefined) return null;
  const table = tableFor(task.state?.plan ?? task.card.plan, project.config.routing, view);
  const evidence = evidenceOf(task.state, task, file.task, project.config);
  return route(file.task.head, table, { ...evidence, zone: routingZone(project, systemClock.now()) });
}

/** The text of kleiber.yml as it stands; null where there is none. */
export const configText = (root: string): string | null => trustedFiles(root).get(CONFIG_FILE) ?? null;

/** Lines of today's kleiber.yml; where it is not trusted it decides nothing and no line of it is named. */
export const linesOf = (project: Pick<Project, 'facts' | 'trusted'>): LineOf =>
  configLines(project.trusted ? configText(project.facts.root) : null);

/** The same for one task: a row that its plan was made with has no line in a file that says something else today. */
export function linesFor(task: BoardTask, view: BoardView, project: Project): LineOf {
  const lineOf = linesOf(project);
  const frozen = view.tables.get(task.state?.plan ?? task.card.plan ?? '');
  const today = rowsOf(project.config.routing);
  return key => {
    const [group, phase, agent] = key.split('.');
    const isMoved =
      group === 'routing' &&
      frozen !== undefined &&
      PHASES.some(name => name === phase && frozen[name]?.[agent ?? ''] !== today[name]?.[agent ?? '']);
    return isMoved ? null : lineOf(key);
  };
}
