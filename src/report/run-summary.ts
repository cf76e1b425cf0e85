/** What a run came to, in one line, and what a person still has to do about it. */
import type { Board, BoardTask, Standing } from '../policy/board.ts';

export interface RunSummary {
  line: string;
  /** By standing, and of all `tasks`. */
  counts: Record<string, number>;
  /** Something has stopped, and only a person moves it. */
  needsYou: boolean;
  /** Money is short, so some of it waits for its day. */
  isDeferred: boolean;
  /** Something waits for a reviewer or for advice. */
  wantsWord: boolean;
  /** Nothing moves, and what waits depends on what will never land. */
  isStuck: boolean;
}

const MOVING: readonly Standing[] = ['ready', 'running', 'submitted', 'in_review', 'queued'];

export function runSummary(board: Board): RunSummary {
  const tasks = [...board.values()];
  const count = (standing: Standing): number => tasks.filter(task => task.standing === standing).length;
  const deferred = count('deferred');
  return {
    line: `landed ${count('landed')} of ${tasks.length - count('cancelled')}, blocked ${count('blocked')}, waiting ${count('waiting')}, ready ${count('ready')}${deferred === 0 ? '' : `, deferred ${deferred}`}`,
    counts: countsOf(tasks),
    needsYou: count('blocked') > 0,
    isDeferred: deferred > 0,
    wantsWord: tasks.some(isUnheard),
    isStuck: count('waiting') > 0 && !tasks.some(isMoving),
  };
}

function countsOf(tasks: readonly BoardTask[]): Record<string, number> {
  const counts: Record<string, number> = { tasks: tasks.length, landed: 0, blocked: 0, waiting: 0, ready: 0 };
  for (const { standing } of tasks) counts[standing] = (counts[standing] ?? 0) + 1;
  return counts;
}

const isUnheard = ({ standing, state }: BoardTask): boolean =>
  standing === 'in_review' ||
  (standing === 'waiting' && state?.stage.kind === 'blocked' && state.stage.blocker.type !== 'dependency');

/** Also what has stopped on its way and needs no person: it goes on by itself. */
const isMoving = ({ standing, state }: BoardTask): boolean =>
  MOVING.includes(standing) || (standing === 'waiting' && state?.stage.kind === 'blocked');
