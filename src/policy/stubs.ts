/** Stand-ins: a task that went on without what it needed leaves a mark, and when both have landed the mark must go (seed 2). */
import type { Task, TaskHead } from '../domain/task.ts';
import type { Board, BoardTask } from './board.ts';

/** What a stand-in's comment holds, before the id of the task that it stands in for. */
export const STUB_MARK = 'TODO(kleiber): consolidate';

/** Two landed tasks, the first of which may have left stand-ins for the second. */
export interface Pair {
  /** Of the one that went on. */
  id: string;
  /** Of the one that was not there. */
  waitedFor: string;
}

/** All pairs of `after:` that have both landed and that no consolidation task is about yet. */
export function landedPairs(board: Board): Pair[] {
  return [...board.values()].flatMap(({ card, standing }) => {
    if (standing !== 'landed' || card.after.length === 0) return [];
    const covered = new Set(consolidationsOf(card.id, board).flatMap(task => task.card.depends_on));
    return card.after
      .filter(id => board.get(id)?.standing === 'landed' && !covered.has(id))
      .map(waitedFor => ({ id: card.id, waitedFor }));
  });
}

/** Pairs of `after:` whose second was cancelled: nothing will come that could replace a stand-in, so a person decides what becomes of it. */
export const orphanedPairs = (board: Board): Pair[] =>
  [...board.values()]
    .filter(({ standing }) => standing === 'landed')
    .flatMap(({ card }) =>
      card.after.filter(id => board.get(id)?.standing === 'cancelled').map(waitedFor => ({ id: card.id, waitedFor })),
    );

/** What it waited for may land at different times, so there may be several, numbered from 1. */
function consolidationsOf(id: string, board: Board): BoardTask[] {
  const found: BoardTask[] = [];
  for (let task = board.get(consolidationId(id, 1)); task !== undefined; ) {
    found.push(task);
    task = board.get(consolidationId(id, found.length + 1));
  }
  return found;
}

/** The number that the next one of a task gets. */
export const nextConsolidation = (id: string, board: Board): number => consolidationsOf(id, board).length + 1;

/** Ids have room for 64 characters. */
export const consolidationId = (id: string, number: number): string =>
  `${id.slice(0, 48).replace(/-+$/, '')}-consolidate${number === 1 ? '' : `-${number}`}`;

/** Whether a task was made to take stand-ins away; those it waited for are what they stood in for. */
export const isConsolidation = ({ id, depends_on: [first] }: Pick<TaskHead, 'id' | 'depends_on'>): boolean =>
  first !== undefined && id.replace(/-\d+$/, '') === consolidationId(first, 1);

/** One sentence per stand-in that such a task has left where it was to take it away. */
export const leftoverFaults = (
  { depends_on: needed }: Pick<TaskHead, 'depends_on'>,
  texts: ReadonlyMap<string, string>,
): string[] =>
  needed.flatMap(id =>
    pathsWithMark(texts, id).map(
      path => `${path} still holds a stand-in for ${id}, which has landed (seed 2, dependency not ready)`,
    ),
  );

/** Paths among these whose text still holds the mark for a task; a longer id is another task. */
export function pathsWithMark(texts: ReadonlyMap<string, string>, waitedFor: string): string[] {
  const mark = new RegExp(`${STUB_MARK.replace(/[()]/g, '\\$&')} +${waitedFor}(?![a-z0-9-]*[a-z0-9])`);
  return [...texts].flatMap(([path, text]) => (mark.test(text) ? [path] : []));
}

/** The task that replaces the stand-ins: for the agent that left them, in the files that hold them. */
export function consolidationTask(
  { card }: Pick<BoardTask, 'card'>,
  waitedFor: readonly string[],
  paths: readonly string[],
  createdAt: string,
  number: number,
): Task {
  const names = waitedFor.join(' and ');
  return {
    head: {
      id: consolidationId(card.id, number),
      agent: card.agent,
      phase: card.phase,
      title: `Replace the stand-ins of ${card.id}`.slice(0, 120),
      priority: card.priority,
      created: createdAt,
      depends_on: [card.id, ...waitedFor],
      after: [],
      files: [...paths],
      traits: { reversible: true, minutes: 10 },
      risk: [],
      ...(card.plan === undefined ? {} : { plan: card.plan }),
    },
    body: {
      description: `${card.id} was built before ${names} had landed and left stand-ins, marked "${STUB_MARK}". Both are there now: use what has landed and take the stand-ins and their marks away.`,
      acceptanceCriteria: [
        { text: `No file holds "${STUB_MARK}" for ${names} any more`, checked: false },
        { text: `What stood in is gone, and what ${names} brought is used in its place`, checked: false },
        { text: 'Nothing behaves differently otherwise', checked: false },
      ],
      context: `Marks were found in: ${paths.join(', ')}`,
      constraints: 'Do not change what has landed from other tasks.',
      technicalGuidance: '',
      escalationTriggers: '',
      template: '',
      pattern: '',
    },
  };
}
