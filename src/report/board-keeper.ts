/**
 * Keeps the board in memory: reads only the events and the task files that changed since it last looked. What it holds
 * is a cache; the log and the files are the truth.
 */
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { ownText } from '../domain/names.ts';
import type { Task } from '../domain/task.ts';
import { type Board, buildBoard, type Card } from '../policy/board.ts';
import { foldTask } from '../policy/fold.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { FileFault } from '../record/record.ts';

/** A task file as it stands in the checkout. */
export interface TaskFile {
  path: string;
  text: string;
  /** sha256 of its bytes. */
  hash: string;
  outcome: { ok: true; value: { task: Task } } | { ok: false; failure: FileFault[] };
  /** What follows from a right file alone is made once for it: there are ten thousand, and one of them has changed. */
  right: RightFile | null;
}

/** A task file that is a task. */
export interface RightFile {
  file: TaskFile & { task: Task };
  card: Card;
}

/** All task files; unchanged ones may come from a cache of its own. */
export interface TaskFiles {
  /** The very same list as long as nothing in it has changed. */
  all(): TaskFile[];
  /** Has a file looked at again, although its folder may not have changed. */
  suspect(path: string): void;
  /** Whether a file's bytes are still those that were read. */
  isCurrent(file: TaskFile): boolean;
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
  /** The very same view as long as nothing has happened. */
  look(): BoardView;
  /** To be asked before something is done for what a file says; a file that has changed is read again by the next look. */
  isCurrent(file: TaskFile): boolean;
  suspect(path: string): void;
}

const TASK_PREFIX = 'task/';

export function boardKeeper(baton: Baton, files: TaskFiles): BoardKeeper {
  const states = new Map<string, TaskState>();
  let position = 0;
  let read: { files: readonly TaskFile[]; tasks: ReadTasks } | null = null;
  let last: BoardView | null = null;
  /** True when a task has moved; holds and deliveries change no board. */
  const catchUp = (): boolean => {
    let hasMoved = false;
    for (const stored of baton.after(position)) {
      position = stored.position;
      if (!stored.stream.startsWith(TASK_PREFIX)) continue;
      fold(states, stored);
      hasMoved = true;
    }
    return hasMoved;
  };
  return {
    look: () => {
      const hasMoved = catchUp();
      const now = files.all();
      if (last !== null && read?.files === now && !hasMoved) {
        if (last.position !== position) last = { ...last, position };
        return last;
      }
      if (read?.files !== now) read = { files: now, tasks: readTasks(now) };
      const { cards, tasks, faults } = read.tasks;
      last = { board: buildBoard(cards, states), tasks, states: new Map(states), faults, position };
      return last;
    },
    isCurrent: file => files.isCurrent(file),
    suspect: path => files.suspect(path),
  };
}

function fold(states: Map<string, TaskState>, stored: Stored): void {
  const id = ownText(stored.stream.slice(TASK_PREFIX.length));
  const next = foldTask(id, states.get(id) ?? null, stored);
  if (next !== null) states.set(id, next);
}

interface ReadTasks {
  cards: Card[];
  tasks: BoardView['tasks'];
  faults: FileFault[];
}

function readTasks(files: readonly TaskFile[]): ReadTasks {
  const tasks = new Map<string, TaskFile & { task: Task }>();
  const cards: Card[] = [];
  const faults: FileFault[] = [];
  for (const file of files) {
    const { outcome, right } = file;
    if (!outcome.ok) faults.push(...outcome.failure);
    if (right === null) continue;
    if (tasks.has(right.card.id)) faults.push(duplicateFault(right, tasks));
    else {
      tasks.set(right.card.id, right.file);
      cards.push(right.card);
    }
  }
  return { cards, tasks, faults };
}

function duplicateFault({ file, card: { id } }: RightFile, tasks: BoardView['tasks']): FileFault {
  return {
    path: file.path,
    line: 1,
    problem: `the id ${id} is already taken by ${tasks.get(id)?.path}`,
    example: 'id: another-name, and the file named after it',
  };
}
