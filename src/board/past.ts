/** The board as it stood after some event: the same fold over fewer events, the same board over its states. */
import type { Baton } from '../baton/baton.ts';
import { type Board, buildBoard } from '../policy/board.ts';
import { foldTask } from '../policy/fold.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';

export interface PastView {
  board: Board;
  states: ReadonlyMap<string, TaskState>;
  position: number;
  /** When the last event in it happened; null before the first. */
  at: string | null;
}

const TASK_PREFIX = 'task/';

/** Task files have no past here: a task appears with its first event, and with the file as it stands now. */
export function viewAt(position: number, now: BoardView, baton: Baton): PastView {
  const states = new Map<string, TaskState>();
  let last: { position: number; at: string } | null = null;
  for (const stored of baton.after(0)) {
    if (stored.position > position) break;
    last = stored;
    if (!stored.stream.startsWith(TASK_PREFIX)) continue;
    const id = stored.stream.slice(TASK_PREFIX.length);
    const next = foldTask(id, states.get(id) ?? null, stored);
    if (next !== null) states.set(id, next);
  }
  const cards = [...now.board.values()].map(({ card }) => card).filter(({ id }) => states.has(id));
  return { board: buildBoard(cards, states), states, position: last?.position ?? 0, at: last?.at ?? null };
}
