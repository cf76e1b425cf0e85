/** Finds the task a person means: the whole id, or any part of it that fits only one. */
import { fail, ok, type Result } from '../domain/result.ts';
import type { BoardTask } from '../policy/board.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type Problem, problem } from '../report/problem.ts';

export function findTask(view: BoardView, given: string): Result<BoardTask, Problem> {
  const exact = view.board.get(given);
  if (exact !== undefined) return ok(exact);
  const fits = [...view.board.values()].filter(task => task.card.id.includes(given));
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return ok(only);
  const found = fits.slice(0, 8).map(task => task.card.id);
  return fail(
    problem(
      2,
      fits.length === 0 ? `there is no task ${given}` : `${given} fits several tasks`,
      found,
      ['kleiber status'],
      fits.length === 0 ? 'no_such_task' : 'several_tasks',
    ),
  );
}
