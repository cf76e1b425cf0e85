/** `reports/<id>-review.md`: the last verdict on a task's work, criterion by criterion, tied to one commit. */
import * as z from 'zod';
import { neutraliseLine } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { TIERS } from '../domain/tier.ts';
import { DECISIONS, type JudgedCriterion, type ReviewComment } from '../domain/verdict.ts';
import { fault, refused } from './fault.ts';
import { readBlock, readList, readWord, writeBlock, writeList, writeWord } from './free-text.ts';
import { type FileFault, type ReviewRecord, reviewPath } from './record.ts';
import {
  objectFact,
  type RecordForm,
  type RecordSection,
  readRecord,
  sectionNamed,
  timeField,
  writeRecord,
} from './record-form.ts';

const fields = z.strictObject({ At: timeField, Decision: z.enum(DECISIONS), Reviewer: z.enum(TIERS) });
const facts = z.strictObject({
  commit: objectFact,
  model: z.string().min(1).max(200),
  cost_usd: z.string().regex(/^\d{1,9}\.\d{2,9}$/, 'dollars as text, such as "0.165"'),
  approved_by: z.array(z.string().min(1).max(400)).default([]),
});

const TITLES = ['Summary', 'Criteria', 'Comments'] as const;

const FORM: RecordForm<typeof fields, typeof facts> = {
  word: 'Review',
  fields,
  examples: { At: 'At: 2025-01-09T15:10:00Z', Decision: 'Decision: approve', Reviewer: 'Reviewer: sonnet' },
  facts,
  factExamples: { cost_usd: 'cost_usd: "0.165"', approved_by: 'approved_by: [Ada <ada@example.org>]' },
  isSection: title => TITLES.some(known => known.toLowerCase() === title.toLowerCase()),
  placeOf: reviewPath,
};

/** A box with the criterion, then what the reviewer says of it. */
const writeCriterion = ({ met, text, note }: JudgedCriterion): string =>
  `[${met ? 'x' : ' '}] ${neutraliseLine(text).trim()}\n${note.trim()}`;

const writeComment = ({ file, line, text }: ReviewComment): string =>
  `${writeWord(file)} (${line === null ? 'whole file' : `line ${line}`})\n${text.trim()}`;

/** Criteria are numbered by their place, from 1. Who approved the same commit stands in front of it all. */
export function formatReview(record: ReviewRecord): string {
  const { commit, model, costUsd, approvedBy } = record;
  return writeRecord({
    facts: { commit, model, cost_usd: costUsd, ...(approvedBy.length === 0 ? {} : { approved_by: approvedBy }) },
    word: FORM.word,
    id: record.id,
    fields: { At: record.at, Decision: record.decision, Reviewer: record.tier },
    sections: [
      [TITLES[0], writeBlock(record.summary)],
      [TITLES[1], writeList(record.criteria.map(writeCriterion), 'number')],
      [TITLES[2], writeList(record.comments.map(writeComment), 'bullet')],
    ],
  });
}

const CRITERION = /^\[([xX ])\](?: (.*))?(?:\n([\s\S]*))?$/;
const COMMENT = /^(.+) \((?:line (\d{1,9})|whole file)\)(?:\n([\s\S]*))?$/;

/** Every entry of a list, or a fault for each that says not what it must. */
function readEntries<Entry>(
  path: string,
  section: RecordSection,
  kind: 'number' | 'bullet',
  read: (entry: string, index: number) => Entry | null,
  example: string,
): Result<Entry[], FileFault[]> {
  const entries = readList(section.text, kind).map(read);
  const wrong = entries.flatMap((entry, index) => (entry === null ? [index + 1] : []));
  if (wrong.length > 0)
    return fail(
      wrong.map(number => fault(path, section.line, `entry ${number} under "${section.title}" is incomplete`, example)),
    );
  return ok(entries.filter(entry => entry !== null));
}

function readCriterion(entry: string, index: number): JudgedCriterion | null {
  const [whole, box, text = '', note = ''] = CRITERION.exec(entry) ?? [];
  return whole === undefined ? null : { number: index + 1, text, met: box !== ' ', note };
}

function readComment(entry: string): ReviewComment | null {
  const [whole, file = '', line, text = ''] = COMMENT.exec(entry) ?? [];
  return whole === undefined ? null : { file: readWord(file), line: line === undefined ? null : Number(line), text };
}

export function parseReview(path: string, bytes: Uint8Array): Result<ReviewRecord, FileFault[]> {
  const read = readRecord(path, bytes, FORM);
  if (!read.ok) return read;
  const { id, fields: head, facts: machine, sections } = read.value;
  if (machine === null)
    return refused(path, 1, 'the front matter with commit and model is missing', '---, then commit: and model:');
  const criteria = readEntries(path, sectionNamed(sections, TITLES[1]), 'number', readCriterion, '1. [x] items stay');
  const comments = readEntries(path, sectionNamed(sections, TITLES[2]), 'bullet', readComment, '- src/a.ts (line 12)');
  if (!criteria.ok || !comments.ok)
    return fail([...(criteria.ok ? [] : criteria.failure), ...(comments.ok ? [] : comments.failure)]);
  return ok({
    id,
    at: head.At,
    decision: head.Decision,
    tier: head.Reviewer,
    commit: machine.commit,
    model: machine.model,
    costUsd: machine.cost_usd,
    approvedBy: machine.approved_by,
    summary: readBlock(sectionNamed(sections, TITLES[0]).text),
    criteria: criteria.value,
    comments: comments.value,
  });
}
