/** Stand-ins: a task that went on without what it needed leaves a mark, and when both have landed the mark must go (seed 2). */
import type { Task } from '../domain/task.ts';
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

/** All pairs of `after:` that have both landed and have no consolidation task yet. */
export function landedPairs(board: Board): Pair[] {
  return [...board.values()].flatMap(task =>
    task.standing !== 'landed'
      ? []
      : task.card.after
          .filter(id => board.get(id)?.standing === 'landed' && !board.has(consolidationId(task.card.id)))
          .map(waitedFor => ({ id: task.card.id, waitedFor })),
  );
}

/** One task clears the stand-ins of one other; ids have room for 64 characters. */
export const consolidationId = (id: string): string => `${id.slice(0, 52).replace(/-+$/, '')}-consolidate`;

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
): Task {
  const names = waitedFor.join(' and ');
  return {
    head: {
      id: consolidationId(card.id),
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
