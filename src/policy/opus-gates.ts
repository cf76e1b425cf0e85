/** Whether a plan has work left that only opus may do: then it is deferred whole when money is nearly gone. */
import type { Config } from '../domain/config.ts';
import type { Task } from '../domain/task.ts';
import type { Board, BoardTask } from './board.ts';
import { type Decided, tableFor } from './controls.ts';
import { evidenceOf } from './evidence.ts';
import { route } from './route.ts';

/** The tasks of a repository with what was decided for all of them. */
export interface Planned extends Decided {
  board: Board;
  tasks: ReadonlyMap<string, { task: Task }>;
}

/** False for a hand-written task: it is nobody's plan. */
export function planNeedsOpus(plan: string | null, all: Planned, config: Config): boolean {
  if (plan === null) return false;
  return [...all.board.values()].some(
    other => other.card.plan === plan && isOpen(other) && hasOpusFloor(other, all, config),
  );
}

const isOpen = ({ standing }: BoardTask): boolean => standing !== 'landed' && standing !== 'cancelled';

function hasOpusFloor(other: BoardTask, all: Planned, config: Config): boolean {
  const file = all.tasks.get(other.card.id);
  if (file === undefined) return false;
  const evidence = evidenceOf(other.state, other, file.task, config);
  return route(file.task.head, tableFor(other.card.plan, config.routing, all), evidence).floor.tier === 'opus';
}
