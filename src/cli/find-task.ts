/** Finds the task a person means: the whole id, or any part of it that fits only one. */
import { nearestWord } from '../domain/nearest.ts';
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
  const faulty = view.faults.find(({ path }) => path.endsWith(`/${given}.md`));
  if (fits.length === 0 && faulty !== undefined)
    return fail(problem(2, `${faulty.path} cannot be read as a task`, [], ['kleiber check'], 'broken_files'));
  const nearest = fits.length === 0 ? nearestWord(given, [...view.board.keys()]) : null;
  const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
  const found = fits.slice(0, 8).map(task => task.card.id);
  return fail(
    problem(
      2,
      fits.length === 0 ? `there is no task ${given}${hint}` : `${given} fits several tasks`,
      found,
      ['kleiber status'],
      fits.length === 0 ? 'no_such_task' : 'several_tasks',
    ),
  );
}
