/** What the status screen shows of a board: a few rows per group and how many there are, however long the board is. */
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Board, BoardTask, Standing } from '../policy/board.ts';
import type { TaskBrief } from '../policy/task-brief.ts';

export interface StatusGroup {
  title: string;
  /** All tasks of the group; `rows` has the first of them. */
  count: number;
  rows: string[][];
}

export interface StatusDigest {
  /** All tasks but those that a person has taken back. */
  alive: number;
  isEmpty: boolean;
  groups: StatusGroup[];
  /** The first task that waits for a person. */
  asks: string | null;
  hasReady: boolean;
  /** The tasks whose rows are shown. */
  shown: string[];
}

/** Where the rows come from: a whole board, or what is kept of one. */
export interface RowSource {
  counts(): ReadonlyMap<string, number>;
  /** The first tasks of these standings together, in the order of the board. */
  first(standings: readonly Standing[], limit: number): { id: string; cells: string[] }[];
}

const MOST_ROWS = 20;

/** In the order of the screen: what needs a person first, then what moves, then what waits. */
const GROUPS: readonly { title: string; standings: readonly Standing[] }[] = [
  { title: 'needs you', standings: ['blocked'] },
  { title: 'working', standings: ['running'] },
  { title: 'on its way in', standings: ['submitted', 'queued'] },
  { title: 'ready', standings: ['ready'] },
  { title: 'waiting', standings: ['waiting'] },
  { title: 'landed', standings: ['landed'] },
];

/** A task's row on the screen. */
export function cellsOf({ card, state, standing, waitingFor }: BoardTask<TaskBrief>): string[] {
  switch (standing) {
    case 'blocked': {
      const blocker = state?.stage.kind === 'blocked' ? state.stage.blocker : null;
      return [`? ${card.id}`, blocker?.type ?? '', neutraliseLine(blocker?.need ?? '')];
    }
    case 'running':
      return [`▶ ${card.id}`, state?.tier ?? '', `attempt ${state?.tries ?? 1}`, card.title];
    case 'submitted':
      return [`· ${card.id}`, 'is being proven', card.title];
    case 'queued':
      return [`· ${card.id}`, 'waits to land', card.title];
    case 'ready':
      return [`· ${card.id}`, card.agent, card.title];
    case 'waiting':
      return [`· ${card.id}`, `for ${waitingFor.join(' ')}`, card.title];
    case 'landed':
      return [`✓ ${card.id}`, card.agent, card.title];
    case 'cancelled':
      return [];
  }
}

export function digestOf(source: RowSource): StatusDigest {
  const counts = source.counts();
  const countOf = (standings: readonly Standing[]): number =>
    standings.reduce((sum, standing) => sum + (counts.get(standing) ?? 0), 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const found = GROUPS.map(({ title, standings }) => {
    const first = countOf(standings) === 0 ? [] : source.first(standings, MOST_ROWS);
    return { title, count: countOf(standings), first };
  });
  return {
    alive: all - countOf(['cancelled']),
    isEmpty: all === 0,
    groups: found.map(({ title, count, first }) => ({ title, count, rows: first.map(({ cells }) => cells) })),
    asks: found[0]?.first[0]?.id ?? null,
    hasReady: countOf(['ready']) > 0,
    shown: found.flatMap(({ first }) => first.map(({ id }) => id)),
  };
}

export const rowsOfBoard = (board: Board<TaskBrief>): RowSource => ({
  counts: () => {
    const counts = new Map<string, number>();
    for (const { standing } of board.values()) counts.set(standing, (counts.get(standing) ?? 0) + 1);
    return counts;
  },
  first: (standings, limit) =>
    [...board.values()]
      .filter(task => standings.includes(task.standing))
      .slice(0, limit)
      .map(task => ({ id: task.card.id, cells: cellsOf(task) })),
});
