/** The status screen: what needs a person first, then what moves, then what waits, and always what to type next. */

import { usdText } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Board, BoardTask, Standing } from '../policy/board.ts';
import { table } from './table.ts';

/** What the screen shows besides the board. */
export interface StatusFacts {
  branch: string | null;
  trusted: boolean;
  /** Dollars in nano: settled and reserved today, and the cap. */
  today: { spent: number; cap: number; zone: string };
  faults: number;
  conducting: string | null;
  /** Landed on the integration ref, not yet on the user's branch; a sentence, or null. */
  undelivered: string | null;
  /** A sentence about a base whose checks are not green, or null. */
  baseline: string | null;
}

const MOST_ROWS = 20;

export function statusText(board: Board, facts: StatusFacts, width: number | null): string {
  const of = (...standings: Standing[]): BoardTask[] =>
    [...board.values()].filter(task => standings.includes(task.standing));
  const parts = [
    head(board, facts),
    facts.undelivered === null ? '' : `  ${facts.undelivered}`,
    facts.baseline === null ? '' : `  ✗ ${facts.baseline}`,
    group('needs you', of('blocked').map(needsYou), width),
    group('working', of('running').map(working), width),
    group('on its way in', of('submitted', 'queued').map(onItsWay), width),
    group('ready', of('ready').map(plain), width),
    group('waiting', of('waiting').map(waiting), width),
    group('landed', of('landed').map(plain), width),
    next(board, facts),
  ];
  return parts.filter(part => part !== '').join('\n');
}

function head(board: Board, facts: StatusFacts): string {
  const count = `${board.size} ${board.size === 1 ? 'task' : 'tasks'}`;
  const spend = `today $${usdText(facts.today.spent)} of $${usdText(facts.today.cap)} (${facts.today.zone})`;
  return [
    count,
    facts.branch === null ? 'HEAD is detached' : `on ${facts.branch}`,
    facts.conducting ?? 'no conductor runs',
    spend,
  ].join(' · ');
}

function group(title: string, rows: string[][], width: number | null): string {
  if (rows.length === 0) return '';
  const more = rows.length > MOST_ROWS ? [`    and ${rows.length - MOST_ROWS} more`] : [];
  return ['', title, ...table(rows.slice(0, MOST_ROWS), width), ...more].join('\n');
}

function needsYou({ card, state }: BoardTask): string[] {
  const blocker = state?.stage.kind === 'blocked' ? state.stage.blocker : null;
  return [`? ${card.id}`, blocker?.type ?? '', neutraliseLine(blocker?.need ?? '')];
}

function working({ card, state }: BoardTask): string[] {
  const attempt = state?.attempts.at(-1);
  return [`▶ ${card.id}`, attempt?.route.tier ?? '', `attempt ${attempt?.attempt ?? 1}`, card.title];
}

const onItsWay = ({ card, standing }: BoardTask): string[] => [
  `· ${card.id}`,
  standing === 'queued' ? 'waits to land' : 'is being proven',
  card.title,
];
const plain = ({ card, standing }: BoardTask): string[] => [
  `${standing === 'landed' ? '✓' : '·'} ${card.id}`,
  card.agent,
  card.title,
];
const waiting = ({ card, waitingFor }: BoardTask): string[] => [
  `· ${card.id}`,
  `for ${waitingFor.join(' ')}`,
  card.title,
];

function next(board: Board, facts: StatusFacts): string {
  const tasks = [...board.values()];
  const asks = tasks.find(task => task.standing === 'blocked');
  const lines = [
    ...(facts.faults > 0 ? [`kleiber check                      ${facts.faults} problems in the task files`] : []),
    ...(facts.trusted ? [] : ['kleiber trust                      kleiber.yml does not count yet']),
    ...(asks === undefined ? [] : [`kleiber show ${asks.card.id}`, `kleiber answer ${asks.card.id} "…"`]),
    ...(tasks.some(task => task.standing === 'ready') && facts.conducting === null ? ['kleiber conduct'] : []),
    ...(tasks.length === 0 ? ['kleiber plan "what you want"'] : []),
  ];
  return lines.length === 0 ? '' : ['', 'next', ...lines.slice(0, 3).map(line => `  ${line}`)].join('\n');
}

/** The same for programs. */
export const statusJson = (board: Board, facts: StatusFacts): Record<string, unknown> => ({
  branch: facts.branch,
  conducting: facts.conducting !== null,
  trusted: facts.trusted,
  file_faults: facts.faults,
  undelivered: facts.undelivered,
  baseline: facts.baseline,
  today: { spent_usd: usdText(facts.today.spent), cap_usd: usdText(facts.today.cap), zone: facts.today.zone },
  tasks: [...board.values()].map(({ card, standing, waitingFor, critical, state }) => ({
    id: card.id,
    agent: card.agent,
    phase: card.phase,
    title: card.title,
    priority: card.priority,
    state: standing,
    waiting_for: waitingFor,
    critical,
    attempts: state?.attempts.length ?? 0,
    strikes: state?.strikes ?? 0,
    cost_usd: usdText((state?.attempts ?? []).reduce((sum, attempt) => sum + (attempt.spend?.cost ?? 0), 0)),
    blocker: state?.stage.kind === 'blocked' ? state.stage.blocker : null,
    commit: state?.stage.kind === 'landed' ? state.stage.commit : null,
  })),
});
