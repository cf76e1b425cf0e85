/** What the status screen shows of a board: a few rows per group and how many there are, however long the board is. */
import type { BlockerType } from '../domain/blocker.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { type Board, type BoardTask, nextAgent, type Standing } from '../policy/board.ts';
import type { TaskBrief } from '../policy/task-brief.ts';
import { wayOut } from '../policy/way-out.ts';

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
  /** The first task that waits for a person, with the command that moves it. */
  asks: { id: string; command: string } | null;
  hasReady: boolean;
  /** Then the digest holds for one day only. */
  hasDeferred: boolean;
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
  { title: 'on its way in', standings: ['submitted', 'in_review', 'queued'] },
  { title: 'ready', standings: ['ready'] },
  { title: 'deferred', standings: ['deferred'] },
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
    case 'in_review':
      return [`· ${card.id}`, 'is being reviewed', card.title];
    case 'queued':
      return [`· ${card.id}`, 'waits to land', card.title];
    case 'ready':
      return [`· ${card.id}`, nextAgent({ card, state }), card.title];
    case 'deferred':
      return [`· ${card.id}`, `until ${state?.deferral?.until ?? ''}`, neutraliseLine(state?.deferral?.why ?? '')];
    case 'waiting':
      return [`· ${card.id}`, `for ${waitingFor.join(' ') || 'the conductor'}`, card.title];
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
    asks: asked(found[0]?.first[0]),
    hasReady: countOf(['ready']) > 0,
    hasDeferred: countOf(['deferred']) > 0,
    shown: found.flatMap(({ first }) => first.map(({ id }) => id)),
  };
}

/** The second cell of a blocked row is its type. */
const asked = (row: { id: string; cells: string[] } | undefined): StatusDigest['asks'] =>
  row === undefined ? null : { id: row.id, command: wayOut(row.cells[1] as BlockerType, row.id) }; // written by cellsOf

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
