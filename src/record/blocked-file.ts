/** `blocked/<agent>/<id>-conflict.md`: why a task stands still, and the place where a person answers (seed 5, conflict/blocked). */
import * as z from 'zod';
import { BLOCKER_TYPES, type Blocker } from '../domain/blocker.ts';
import { ok, type Result } from '../domain/result.ts';
import { readBlock, readList, trimBlock, writeBlock, writeList } from './free-text.ts';
import { type BlockedRecord, blockedPath, type FileFault } from './record.ts';
import { agentField, type RecordForm, readRecord, sectionNamed, timeField, writeRecord } from './record-form.ts';
import { splitSections } from './sections.ts';

/** A file without front matter does not say which attempt was blocked. */
export type ReadBlocked = Omit<BlockedRecord, 'attempt'> & Partial<Pick<BlockedRecord, 'attempt'>>;

const fields = z.strictObject({ Agent: agentField, 'Blocked Since': timeField, Type: z.enum(BLOCKER_TYPES) });
/** Attempt 0 is a task that was blocked before anybody began. */
const facts = z.strictObject({ attempt: z.number().int().nonnegative() });

const TITLES = ['Problem', 'Attempted Solutions', 'Need From Conductor', 'Options', 'Answer'] as const;
const isSection = (title: string): boolean => TITLES.some(known => known.toLowerCase() === title.toLowerCase());

const ANSWER_HINT = '<!-- Type the answer below this line, or the number of an option, and save the file. -->';

const FORM: RecordForm<typeof fields, typeof facts> = {
  word: 'Blocked',
  fields,
  examples: {
    Agent: 'Agent: engineer-backend',
    'Blocked Since': 'Blocked Since: 2025-01-09T15:10:00Z',
    Type: 'Type: unclear_requirements',
  },
  facts,
  factExamples: { attempt: 'attempt: 1' },
  isSection,
  placeOf: (id, { Agent }) => blockedPath(Agent, id),
};

/** The blueprint's text, then the options when there are any, and a section for the answer. */
export function formatBlocked({ id, agent, attempt, since, blocker, answer }: BlockedRecord): string {
  const options = blocker.options.length > 0 ? [[TITLES[3], writeList(blocker.options, 'number')] as const] : [];
  return writeRecord({
    facts: { attempt },
    word: FORM.word,
    id,
    fields: { Agent: agent, 'Blocked Since': since, Type: blocker.type },
    sections: [
      [TITLES[0], writeBlock(blocker.problem)],
      [TITLES[1], writeList(blocker.tried, 'number')],
      [TITLES[2], writeBlock(needOf(blocker))],
      ...options,
      [TITLES[4], answer === undefined ? ANSWER_HINT : writeBlock(answer)],
    ],
  });
}

/** What the worker asked beyond the blueprint's sections stands with what it needs, so that a person reads it in one place. */
const needOf = ({ need, reason, recommendation, waitsFor }: Blocker): string =>
  [
    need,
    ...(reason === undefined ? [] : [`Reason: ${reason.replaceAll('_', ' ')}.`]),
    ...(recommendation === undefined ? [] : [`The worker would choose: ${recommendation}`]),
    ...(waitsFor === undefined ? [] : [`It goes on by itself when this has landed: ${waitsFor.join(', ')}.`]),
  ].join('\n\n');

export function parseBlocked(path: string, bytes: Uint8Array): Result<ReadBlocked, FileFault[]> {
  const read = readRecord(path, bytes, FORM);
  if (!read.ok) return read;
  const { id, fields: head, facts: machine, sections } = read.value;
  const textOf = (title: string): string => sectionNamed(sections, title).text;
  const answer = readAnswer(new TextDecoder().decode(bytes));
  return ok({
    id,
    agent: head.Agent,
    since: head['Blocked Since'],
    blocker: {
      type: head.Type,
      problem: readBlock(textOf('problem')),
      tried: readList(textOf('attempted solutions'), 'number'),
      need: readBlock(textOf('need from conductor')),
      options: readList(textOf('options'), 'number'),
    },
    ...(answer === null ? {} : { answer: readBlock(answer) }),
    ...(machine ?? {}),
  });
}

/**
 * What a person typed under `## Answer`, as typed but for blank edges; null while there is nothing. Headings of the
 * answer's own belong to it. The text is a request like any other: the caller checks it.
 */
export function readAnswer(text: string): string | null {
  const { sections } = splitSections(text, 1, ({ level, title }) => level === 2 && isSection(title));
  const answer = sections.findLast(({ title }) => title.toLowerCase() === 'answer');
  const typed = trimBlock((answer?.text ?? '').replace(ANSWER_HINT, ''));
  return typed === '' ? null : typed;
}
