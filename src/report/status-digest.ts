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
}

type Row = (task: BoardTask<TaskBrief>) => string[];

export const MOST_ROWS = 20;

const needsYou: Row = ({ card, state }) => {
  const blocker = state?.stage.kind === 'blocked' ? state.stage.blocker : null;
  return [`? ${card.id}`, blocker?.type ?? '', neutraliseLine(blocker?.need ?? '')];
};
const working: Row = ({ card, state }) => [
  `▶ ${card.id}`,
  state?.tier ?? '',
  `attempt ${state?.tries ?? 1}`,
  card.title,
];
const onItsWay: Row = ({ card, standing }) => [
  `· ${card.id}`,
  standing === 'queued' ? 'waits to land' : 'is being proven',
  card.title,
];
const plain: Row = ({ card, standing }) => [`${standing === 'landed' ? '✓' : '·'} ${card.id}`, card.agent, card.title];
const waiting: Row = ({ card, waitingFor }) => [`· ${card.id}`, `for ${waitingFor.join(' ')}`, card.title];

/** In the order of the screen: what needs a person first, then what moves, then what waits. */
const GROUPS: readonly { title: string; standings: readonly Standing[]; row: Row }[] = [
  { title: 'needs you', standings: ['blocked'], row: needsYou },
  { title: 'working', standings: ['running'], row: working },
  { title: 'on its way in', standings: ['submitted', 'queued'], row: onItsWay },
  { title: 'ready', standings: ['ready'], row: plain },
  { title: 'waiting', standings: ['waiting'], row: waiting },
  { title: 'landed', standings: ['landed'], row: plain },
];

export function digestOf(board: Board<TaskBrief>): StatusDigest {
  const tasks = [...board.values()];
  const of = (standings: readonly Standing[]): BoardTask<TaskBrief>[] =>
    tasks.filter(task => standings.includes(task.standing));
  return {
    alive: tasks.filter(task => task.standing !== 'cancelled').length,
    isEmpty: tasks.length === 0,
    groups: GROUPS.map(({ title, standings, row }) => {
      const found = of(standings);
      return { title, count: found.length, rows: found.slice(0, MOST_ROWS).map(row) };
    }),
    asks: tasks.find(task => task.standing === 'blocked')?.card.id ?? null,
    hasReady: tasks.some(task => task.standing === 'ready'),
  };
}

/** The tasks whose rows the screen shows. */
export const shownTasks = (board: Board<TaskBrief>): string[] =>
  GROUPS.flatMap(({ standings }) =>
    [...board.values()].filter(task => standings.includes(task.standing)).slice(0, MOST_ROWS),
  ).map(task => task.card.id);
