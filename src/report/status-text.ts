/** The status screen: what needs a person first, then what moves, then what waits, and always what to type next. */

import { dollars, usdText } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Board } from '../policy/board.ts';
import type { Said } from '../policy/controls.ts';
import type { TaskBrief } from '../policy/task-brief.ts';
import { plainTable } from './plain-table.ts';
import type { StatusDigest, StatusGroup } from './status-digest.ts';

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
  paused: Said | null;
  rolledBack: Said | null;
  /** Ready tasks whose model a person has to choose (`routing: manual`). */
  unchosen: string[];
  /** Days since the weekly review became due, and when the last one was; null while none is due. */
  review: { overdue: number; last: string | null } | null;
}

export async function statusText(digest: StatusDigest, facts: StatusFacts, width: number | null): Promise<string> {
  const groups = await Promise.all(digest.groups.map(group => groupText(group, width)));
  return joined([...above(digest, facts), ...groups, choiceText(facts.unchosen), next(digest, facts)]);
}

/** The same in a few lines: how many stand where, and what to type next. */
export function glanceText(digest: StatusDigest, facts: StatusFacts): string {
  const counts = digest.groups
    .filter(({ count }) => count > 0)
    .map(({ title, count }) => `${count} ${count === 1 ? title : title.replace('needs', 'need')}`);
  const commands = next(digest, facts);
  return joined([
    ...above(digest, facts),
    counts.length === 0 ? '' : `  ${counts.join(' · ')}`,
    choiceText(facts.unchosen),
    commands === '' ? '\nnext\n  kleiber status' : commands,
  ]);
}

const joined = (parts: readonly string[]): string => parts.filter(part => part !== '').join('\n');

/** What concerns all work. */
const above = (digest: StatusDigest, facts: StatusFacts): string[] => [
  pauseLine(facts.paused),
  head(digest, facts),
  rollbackLine(facts.rolledBack),
  facts.undelivered === null ? '' : `  ${facts.undelivered}`,
  facts.baseline === null ? '' : `  ✗ ${facts.baseline}`,
];

const day = (iso: string): string => iso.slice(0, 10);
const because = (reason: string): string => (reason === '' ? '' : `: ${neutraliseLine(reason)}`);

const pauseLine = (paused: Said | null): string =>
  paused === null
    ? ''
    : `PAUSED by ${paused.by} on ${day(paused.since)}${because(paused.reason)}; nothing new is started until: kleiber resume`;

const rollbackLine = (said: Said | null): string =>
  said === null
    ? ''
    : `  ? every row of the table is on sonnet since ${day(said.since)}${because(said.reason)}; back with: kleiber route --restore`;

const MOST_CHOICES = 8;

/** `routing: manual`: each with the command that lets it go (seed 3, pause system). */
function choiceText(unchosen: readonly string[]): string {
  if (unchosen.length === 0) return '';
  const lines = unchosen.slice(0, MOST_CHOICES).map(id => `  ? kleiber override ${id} --model sonnet --reason "…"`);
  const more = unchosen.length > MOST_CHOICES ? [`    and ${unchosen.length - MOST_CHOICES} more`] : [];
  return ['', 'waits for your choice of a model (routing: manual)', ...lines, ...more].join('\n');
}

function head({ alive }: StatusDigest, facts: StatusFacts): string {
  const spend = `today ${dollars(facts.today.spent)} of ${dollars(facts.today.cap)} (${facts.today.zone})`;
  return [
    `${alive} ${alive === 1 ? 'task' : 'tasks'}`,
    facts.branch === null ? 'HEAD is detached' : `on ${facts.branch}`,
    facts.conducting ?? 'no conductor runs',
    spend,
  ].join(' · ');
}

async function groupText({ title, count, rows }: StatusGroup, width: number | null): Promise<string> {
  if (count === 0) return '';
  const lines = plainTable(rows, width) ?? (await import('./table.ts')).table(rows, width);
  const more = count > rows.length ? [`    and ${count - rows.length} more`] : [];
  return ['', title, ...lines, ...more].join('\n');
}

function next({ asks, hasReady, isEmpty }: StatusDigest, facts: StatusFacts): string {
  const lines = [
    ...(facts.faults > 0 ? [`kleiber check                      ${facts.faults} problems in the task files`] : []),
    ...(facts.trusted ? [] : ['kleiber trust                      kleiber.yml does not count yet']),
    ...(asks === null ? [] : [`kleiber show ${asks.id}`, asks.command]),
    ...(hasReady && facts.conducting === null && facts.paused === null ? ['kleiber conduct'] : []),
    ...(isEmpty ? ['kleiber plan "what you want"'] : []),
    ...(facts.review === null ? [] : [`kleiber calibrate                  ${reviewText(facts.review)}`]),
  ];
  return lines.length === 0 ? '' : ['', 'next', ...lines.slice(0, 3).map(line => `  ${line}`)].join('\n');
}

const reviewText = ({ overdue, last }: NonNullable<StatusFacts['review']>): string =>
  `the weekly review is due${overdue === 0 ? '' : `, ${overdue} days late`}${last === null ? '' : ` (last ${day(last)})`}`;

/** What is told of a task, in this order. */
export const TASK_FIELDS = [
  'id',
  'agent',
  'phase',
  'title',
  'priority',
  'state',
  'waiting_for',
  'critical',
  'attempts',
  'strikes',
  'cost_usd',
  'blocker',
  'commit',
] as const;
export type TaskField = (typeof TASK_FIELDS)[number];

export interface StatusJson extends Record<string, unknown> {
  tasks: Record<TaskField, unknown>[];
}

/** The same for programs, with every task. */
export const statusJson = (board: Board<TaskBrief>, facts: StatusFacts): StatusJson => ({
  branch: facts.branch,
  conducting: facts.conducting !== null,
  trusted: facts.trusted,
  file_faults: facts.faults,
  undelivered: facts.undelivered,
  baseline: facts.baseline,
  paused: facts.paused,
  rolled_back: facts.rolledBack,
  waits_for_choice: facts.unchosen,
  review_due: facts.review !== null,
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
    attempts: state?.tries ?? 0,
    strikes: state?.strikes ?? 0,
    cost_usd: usdText(state?.cost ?? 0),
    blocker: state?.stage.kind === 'blocked' ? state.stage.blocker : null,
    commit: state?.stage.kind === 'landed' ? state.stage.commit : null,
  })),
});
