/** The board as it stood after some event: the same fold over fewer events, the same board over its states. */
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { type Board, buildBoard } from '../policy/board.ts';
import { foldTask } from '../policy/fold.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';

export interface PastView {
  board: Board;
  position: number;
  /** When the last event in it happened; null before the first. */
  at: string | null;
}

const TASK_PREFIX = 'task/';

export function viewAt(position: number, now: BoardView, baton: Baton): PastView {
  const past = pastOf(now);
  for (const stored of baton.after(0)) {
    if (stored.position > position) break;
    past.happen(stored);
  }
  return past.look();
}

/** Walks through the past event by event. Task files have none: a task appears with its first event, with the file of now. */
export function pastOf(now: BoardView): { happen(stored: Stored): void; look(): PastView } {
  const cards = [...now.board.values()].map(({ card }) => card);
  const states = new Map<string, TaskState>();
  let last: Stored | null = null;
  return {
    happen: stored => {
      last = stored;
      if (!stored.stream.startsWith(TASK_PREFIX)) return;
      const id = stored.stream.slice(TASK_PREFIX.length);
      const next = foldTask(id, states.get(id) ?? null, stored);
      if (next !== null) states.set(id, next);
    },
    look: () => ({
      board: buildBoard(
        cards.filter(({ id }) => states.has(id)),
        states,
      ),
      position: last?.position ?? 0,
      at: last?.at ?? null,
    }),
  };
}
