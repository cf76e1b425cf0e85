/**
 * Keeps the board in memory: reads only the events and the task files that changed since it last looked. What it holds
 * is a cache; the log and the files are the truth.
 */
import type { Baton } from '../baton/baton.ts';
import { CONTROL_STREAM, type PlanEvent, type Stored } from '../domain/event.ts';
import { ownText } from '../domain/names.ts';
import type { Task } from '../domain/task.ts';
import type { TableRows } from '../domain/tier.ts';
import { type Board, buildBoard, type Card } from '../policy/board.ts';
import { type Controls, foldControl, NO_CONTROLS } from '../policy/controls.ts';
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

export type Drafted = Extract<PlanEvent, { kind: 'drafted' }>;

export interface BoardView {
  board: Board;
  /** Tasks by id, as their files stand now. */
  tasks: ReadonlyMap<string, TaskFile & { task: Task }>;
  states: ReadonlyMap<string, TaskState>;
  faults: FileFault[];
  /** What people have decided for the whole repository. */
  controls: Controls;
  /** The rows of the project that each plan was made with. */
  tables: ReadonlyMap<string, TableRows>;
  /** Plans whose files are being written, or were when their process died: no task of theirs is on the board. */
  drafts: ReadonlyMap<string, Drafted>;
  /** Events up to here are in it. */
  position: number;
}

export interface BoardKeeper {
  /** The very same view as long as nothing has happened. */
  look(): BoardView;
  /** The tasks of this very moment, without a board of them, which takes long where they are many; they move on under the reader. */
  statesNow(): ReadonlyMap<string, TaskState>;
  /** To be asked before something is done for what a file says; a file that has changed is read again by the next look. */
  isCurrent(file: TaskFile): boolean;
  suspect(path: string): void;
}

const TASK_PREFIX = 'task/';
const PLAN_PREFIX = 'plan/';

/** `today` gives the local date: what is deferred comes back on its day. */
export function boardKeeper(baton: Baton, files: TaskFiles, today: () => string): BoardKeeper {
  const states = new Map<string, TaskState>();
  const tables = new Map<string, TableRows>();
  const drafts = new Map<string, Drafted>();
  let controls = NO_CONTROLS;
  let position = 0;
  let read: { files: readonly TaskFile[]; tasks: ReadTasks } | null = null;
  let last: BoardView | null = null;
  let lastDay = '';
  /** True when a task has moved or a person has decided something since the last board; holds and deliveries change none. */
  let hasMoved = false;
  const catchUp = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      if (stored.stream.startsWith(TASK_PREFIX)) fold(states, stored);
      else if (stored.stream === CONTROL_STREAM) controls = foldControl(controls, stored);
      else if (!stored.stream.startsWith(PLAN_PREFIX) || !keepPlan(tables, drafts, stored)) continue;
      hasMoved = true;
    }
  };
  return {
    look: () => {
      catchUp();
      const now = files.all();
      const day = today();
      if (last !== null && read?.files === now && !hasMoved && day === lastDay) {
        if (last.position !== position) last = { ...last, position };
        return last;
      }
      if (read?.files !== now) read = { files: now, tasks: readTasks(now) };
      const { cards, tasks, faults } = read.tasks;
      const board = buildBoard(decided(cards, drafts), states, day);
      lastDay = day;
      hasMoved = false;
      const plans = { tables: new Map(tables), drafts: new Map(drafts) };
      last = { board, tasks, states: new Map(states), faults, controls, ...plans, position };
      return last;
    },
    statesNow: () => {
      catchUp();
      return states;
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

/** True when a plan has begun or come to its end; plans of older logs have no table of their own. */
function keepPlan(tables: Map<string, TableRows>, drafts: Map<string, Drafted>, { stream, event }: Stored): boolean {
  const plan = stream.slice(PLAN_PREFIX.length);
  if (event.kind === 'drafted') {
    drafts.set(plan, event);
    return true;
  }
  const wasDraft = drafts.delete(plan);
  if (event.kind !== 'planned' || event.table === undefined) return wasDraft;
  tables.set(plan, event.table);
  return true;
}

const decided = (cards: readonly Card[], drafts: ReadonlyMap<string, Drafted>): readonly Card[] =>
  drafts.size === 0 ? cards : cards.filter(({ plan }) => plan === undefined || !drafts.has(plan));

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
