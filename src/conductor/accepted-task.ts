/** The task that work is judged by. */
import type { Task } from '../domain/task.ts';
import type { TaskState } from '../policy/task-state.ts';
import { parseTaskFile } from '../record/task-file.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { ConductorEdges } from './edges.ts';

/**
 * As its file stands in the checkout; where it is gone or faulty there, as it was last recorded. Null when nobody ever
 * recorded it.
 */
export async function acceptedTask(state: TaskState, view: BoardView, edges: ConductorEdges): Promise<Task | null> {
  const file = view.tasks.get(state.id);
  if (file !== undefined) return file.task;
  const tip = await edges.store.integrationTip(state.target.branch);
  const bytes = tip === null ? null : await edges.store.readBlob(tip, state.file);
  const parsed = bytes === null ? null : parseTaskFile(state.file, bytes);
  return parsed?.ok === true ? parsed.value.task : null;
}
