/**
 * Keeps the board in memory: reads only the events and the task files that changed since it last looked. What it holds
 * is a cache; the log and the files are the truth.
 */
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import type { Task } from '../domain/task.ts';
import { type Board, buildBoard, type Card } from '../policy/board.ts';
import { foldTask, type TaskState } from '../policy/fold.ts';
import type { FileFault } from '../record/record.ts';

/** A task file as it stands in the checkout. */
export interface TaskFile {
  path: string;
  text: string;
  /** sha256 of its bytes. */
  hash: string;
  outcome: { ok: true; value: { task: Task } } | { ok: false; failure: FileFault[] };
}

/** Lists all task files; unchanged ones may come from a cache of its own. */
export interface TaskFiles {
  all(): TaskFile[];
}

export interface BoardView {
  board: Board;
  /** Tasks by id, as their files stand now. */
  tasks: ReadonlyMap<string, TaskFile & { task: Task }>;
  states: ReadonlyMap<string, TaskState>;
  faults: FileFault[];
  /** Events up to here are in it. */
  position: number;
}

export interface BoardKeeper {
  look(): BoardView;
}

const TASK_PREFIX = 'task/';

export function boardKeeper(baton: Baton, files: TaskFiles): BoardKeeper {
  const states = new Map<string, TaskState>();
  let position = 0;
  const catchUp = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      if (stored.stream.startsWith(TASK_PREFIX)) fold(states, stored);
    }
  };
  return {
    look: () => {
      catchUp();
      return viewOf(files.all(), states, position);
    },
  };
}

function fold(states: Map<string, TaskState>, stored: Stored): void {
  const id = stored.stream.slice(TASK_PREFIX.length);
  const next = foldTask(id, states.get(id) ?? null, stored);
  if (next !== null) states.set(id, next);
}

function viewOf(files: readonly TaskFile[], states: ReadonlyMap<string, TaskState>, position: number): BoardView {
  const tasks = new Map<string, TaskFile & { task: Task }>();
  const faults: FileFault[] = [];
  for (const file of files) {
    if (!file.outcome.ok) faults.push(...file.outcome.failure);
    else if (tasks.has(file.outcome.value.task.head.id)) faults.push(duplicateFault(file, tasks));
    else tasks.set(file.outcome.value.task.head.id, { ...file, task: file.outcome.value.task });
  }
  const cards = [...tasks.values()].map(({ task }) => cardOf(task));
  return { board: buildBoard(cards, states), tasks, states: new Map(states), faults, position };
}

function duplicateFault(file: TaskFile, tasks: ReadonlyMap<string, TaskFile & { task: Task }>): FileFault {
  const id = file.outcome.ok ? file.outcome.value.task.head.id : '';
  return {
    path: file.path,
    line: 1,
    problem: `the id ${id} is already taken by ${tasks.get(id)?.path}`,
    example: 'id: another-name, and the file named after it',
  };
}

export const cardOf = ({ head }: Task): Card => ({
  id: head.id,
  agent: head.agent,
  phase: head.phase,
  title: head.title,
  priority: head.priority,
  created: head.created,
  depends_on: head.depends_on,
  after: head.after,
  plan: head.plan,
  minutes: head.traits.minutes ?? null,
});
