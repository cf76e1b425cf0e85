/** One line per event, for people who watch a run or read the log afterwards. */

import { COVERAGE_RUN, type Validation } from '../domain/check.ts';
import type { Event, Stored, TaskEvent } from '../domain/event.ts';
import { inputTokens, usdText } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { unreachable } from '../domain/result.ts';

/** What a line is about: the glyph a person looks for first, with its word for those who cannot see it. */
export interface EventLine {
  at: string;
  /** Task, plan or branch. */
  subject: string;
  glyph: '✓' | '✗' | '▶' | '?' | '·';
  text: string;
}

/** Null for events that nobody would miss. */
export function eventLine(stored: Stored): EventLine | null {
  const said = sayEvent(stored.event);
  if (said === null) return null;
  const subject = stored.stream.replace(/^[a-z]+\//, '');
  return { at: stored.at, subject, glyph: said[0], text: neutraliseLine(said[1]) };
}

type Said = [EventLine['glyph'], string] | null;

function sayEvent(event: Event): Said {
  switch (event.kind) {
    case 'checkpoint':
    case 'proven':
    case 'recorded':
    case 'drafted':
    case 'held':
    case 'let_go':
    case 'calmed':
      return null;
    case 'paused':
      return ['?', `${event.by} paused all work: ${event.reason}`];
    case 'resumed':
      return ['▶', `${event.by} let the work go on`];
    case 'routing_rolled_back':
      return ['?', `${event.by} put every row of the table on sonnet: ${event.reason}`];
    case 'routing_restored':
      return ['▶', `${event.by} put the table back`];
    case 'noted':
      return ['·', `${event.by} noted for ${event.agent} in ${event.phase}: ${event.text}`];
    case 'calibrated':
      return [
        '✓',
        event.changes.length === 0
          ? `${event.by} reviewed the table and kept it`
          : `${event.by} applied ${event.changes.join('; ')}`,
      ];
    case 'shadowed':
      return [
        '·',
        `${event.by} watches ${event.moves.map(({ agent, phase, to }) => `${agent} ${phase} → ${to}`).join('; ')}`,
      ];
    case 'moved':
      return ['·', `${event.by} moved ${event.task} ${movedPast(event)}`];
    case 'alerted':
      return ['?', event.text];
    case 'abandoned':
      return ['·', `nothing came of a plan (${event.why}) for: ${event.request}`];
    case 'planned':
      return ['✓', `planned ${event.tasks.length} tasks for: ${event.request}`];
    case 'withdrawn':
      return ['✗', `${event.by} took the plan back`];
    case 'baseline':
      return event.validation.result === 'green'
        ? ['✓', 'the checks are green on the base']
        : ['✗', `the checks ${event.validation.result === 'red' ? 'are red' : 'could not run'} on the base`];
    case 'branch_validated':
      return event.validation.result === 'green'
        ? ['✓', `validated ${event.commit.slice(0, 9)}: the checks are green`]
        : [
            '✗',
            `validated ${event.commit.slice(0, 9)}: the checks ${event.validation.result === 'red' ? 'are red' : 'could not run'}`,
          ];
    case 'caught_up':
      return ['·', `your commits up to ${event.from.slice(0, 9)} came in`];
    case 'catch_up_failed':
      return ['✗', `your commits up to ${event.from.slice(0, 9)} do not fit: ${event.detail}`];
    case 'delivered':
      return ['✓', `delivered ${event.commit.slice(0, 9)}`];
    default:
      return sayTask(event);
  }
}

/** The nearest of those that were passed, and how many more. */
function movedPast({ before, after }: Extract<Event, { kind: 'moved' }>): string {
  const [nearest = '', ...others] = before.length > 0 ? before.toReversed() : after;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${before.length > 0 ? 'before' : 'behind'} ${nearest}${more}`;
}

type SaidOfTask = Exclude<TaskEvent, { kind: 'checkpoint' | 'proven' }>;

function sayTask(event: SaidOfTask): Said {
  switch (event.kind) {
    case 'created':
      return ['·', `taken in from ${event.file}, lands on ${event.target.branch}`];
    case 'claimed':
      return [
        '▶',
        `attempt ${event.attempt} on ${event.route.tier} (${event.route.effort} effort): ${event.route.because.at(-1) ?? ''}`,
      ];
    case 'approach':
      return ['·', event.text];
    case 'told':
      return ['·', `${event.by} told it: ${event.text}`];
    case 'submitted':
      return [
        '·',
        `handed in: ${event.files.length} ${event.files.length === 1 ? 'file' : 'files'}, $${usdText(event.spend.cost)}, ${inputTokens(event.spend.usage)} tokens in, ${event.spend.usage.output} out`,
      ];
    case 'blocked':
      return ['?', `blocked (${event.blocker.type}): ${sentence(event.blocker.problem)} ${event.blocker.need}`];
    case 'ended':
      return [
        '✗',
        `attempt ${event.attempt} ended: ${event.end.reason.replaceAll('_', ' ')}${'detail' in event.end ? `, ${event.end.detail}` : ''}`,
      ];
    case 'validated':
      return event.validation.result === 'green'
        ? ['·', `checks green on ${event.commit.slice(0, 9)}${untold(event.validation)}`]
        : [
            '✗',
            `checks ${event.validation.result.replaceAll('_', ' ')} on ${event.commit.slice(0, 9)}${uncovered(event.validation)}`,
          ];
    case 'merge_intended':
      return ['·', `candidate ${event.candidate.slice(0, 9)} green, as merged`];
    case 'landed':
      return ['✓', `landed as ${event.commit.slice(0, 9)}`];
    case 'returned':
      return [
        '✗',
        `back to ${event.resolver?.agent ?? 'its agent'} (${event.reason.replaceAll('_', ' ')}): ${gist(event.note)}`,
      ];
    case 'risks_found':
      return ['·', `risks found in it: ${event.risks.map(({ risk, because }) => `${risk} (${because})`).join(', ')}`];
    case 'review_asked':
      return ['·', `waits for a review on ${event.tier}: ${event.because.join('; ')}`];
    case 'reviewed':
      return reviewLine(event);
    case 'review_failed':
      return ['✗', `the review on ${event.reviewer.tier} gave no verdict: ${event.detail}`];
    case 'approved':
      return ['✓', `${event.by} approved ${event.commit.slice(0, 9)}`];
    case 'answered':
      return ['·', `${event.by} answered: ${event.text}`];
    case 'referred':
      return ['?', `${event.by} leaves it to a person: ${gist(event.note)}`];
    case 'escalated':
      return ['▶', `${event.by} moves it to ${event.to} (${event.reason.replaceAll('_', ' ')}): ${gist(event.note)}`];
    case 'overridden':
      return ['·', `${event.by} chose ${event.to}: ${event.reason}`];
    case 'deferred':
      return ['·', `deferred until ${event.until}: ${event.why}`];
    case 'requeued':
      return ['·', `${event.by} put it back: ${event.reason}`];
    case 'cancelled':
      return ['✗', `${event.by} cancelled it: ${event.reason}`];
    case 'imported':
      return ['✓', `read back from git: landed as ${event.commit.slice(0, 9)}`];
    default:
      return unreachable(event);
  }
}

function reviewLine({ verdict, reviewer }: Extract<Event, { kind: 'reviewed' }>): Said {
  const met = `${verdict.criteria.filter(criterion => criterion.met).length} of ${verdict.criteria.length} criteria met`;
  const glyph = verdict.decision === 'approve' ? '✓' : '✗';
  return [glyph, `review on ${reviewer.tier}: ${verdict.decision.replaceAll('_', ' ')}, ${met}. ${verdict.summary}`];
}

/** The one run whose first line says all of it. */
function uncovered({ runs }: Validation): string {
  const run = runs.find(({ name, result }) => name === COVERAGE_RUN && result !== 'green');
  return run === undefined ? '' : `: ${run.output.split('\n')[0]}`;
}

/** What has been asked of a green tree and got no answer. */
function untold({ runs }: Validation): string {
  const names = runs.filter(({ result }) => result === 'could_not_tell').map(({ name }) => name);
  return names.length === 0 ? '' : `; ${names.join(', ')} could not be told`;
}

/** The line with its day in front; day and clock are those of the reader's own time zone. */
export function datedLine(line: EventLine, subjectWidth: number): string {
  const at = new Date(line.at);
  const [month, day] = [at.getMonth() + 1, at.getDate()].map(number => String(number).padStart(2, '0'));
  return `${at.getFullYear()}-${month}-${day} ${lineText(line, subjectWidth)}`;
}

/** With a full stop, where it has no end of its own. */
const sentence = (text: string): string => (/[.?!:]\s*$/.test(text) ? text.trimEnd() : `${text.trimEnd()}.`);

/** The first line of a note, and what follows it where it only announces something. */
export function gist(note: string): string {
  const [first = '', second = ''] = note.split('\n');
  return first.endsWith(':') ? `${first} ${second.replace(/^- /, '')}` : first;
}

/** `12:05:31  ✓ p1-02-prices   landed as a1b2c3d4e`; the clock of the reader's own time zone. */
export function lineText(line: EventLine, subjectWidth: number): string {
  const time = new Date(line.at).toTimeString().slice(0, 8);
  return `${time}  ${line.glyph} ${line.subject.padEnd(subjectWidth)}  ${line.text}`;
}
