/** `complete/<agent>/<id>-done.md`: a claim of completion, which the conductor proves (seed 5, work complete). */
import * as z from 'zod';
import type { ChangedFile } from '../domain/blocker.ts';
import { inputTokens } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Criterion } from '../domain/task.ts';
import { TIERS } from '../domain/tier.ts';
import { fault, refused } from './fault.ts';
import { NONE, readBlock, readList, readWord, writeBlock, writeList, writeWord } from './free-text.ts';
import { type DoneRecord, donePath, type FileFault } from './record.ts';
import {
  agentField,
  attemptFact,
  objectFact,
  type RecordForm,
  type RecordSection,
  readRecord,
  sectionNamed,
  timeField,
  writeRecord,
} from './record-form.ts';

type MachineFact = 'attempt' | 'commit' | 'costUsd';

/** A file without front matter lacks the facts that the blueprint has no place for; all its input then counts as uncached. */
export interface ReadDone {
  record: Omit<DoneRecord, MachineFact> & Partial<Pick<DoneRecord, MachineFact>>;
  /** The boxes under `Ready for Review`. */
  ready: Criterion[];
}

/** A file that listed more could outgrow what is read back; the commit has them all. */
const MOST_FILES = 1000;

const count = z.number().int().nonnegative();
const facts = z.strictObject({
  attempt: attemptFact,
  commit: objectFact,
  cost_usd: z.string().regex(/^\d{1,9}\.\d{2,9}$/, 'dollars as text, such as "0.165"'),
  cache_read: count.default(0),
  cache_write_5m: count.default(0),
  cache_write_1h: count.default(0),
});

const fields = z.strictObject({
  Agent: agentField,
  Completed: timeField,
  'Model Used': z.enum(TIERS),
  Tokens: z.string().regex(/^\d{1,15} ?\/ ?\d{1,15}$/, 'input/output tokens, such as 15000/8000'),
});

const TITLES = ['Summary', 'Files Changed', 'Tests Added', 'Decisions Made', 'Ready for Review'] as const;

const FORM: RecordForm<typeof fields, typeof facts> = {
  word: 'Complete',
  fields,
  examples: {
    Agent: 'Agent: engineer-backend',
    Completed: 'Completed: 2025-01-09T15:10:00Z',
    'Model Used': 'Model Used: sonnet',
    Tokens: 'Tokens: 15000/8000',
  },
  facts,
  factExamples: { attempt: 'attempt: 1', cost_usd: 'cost_usd: "0.165"', cache_read: 'cache_read: 120000' },
  isSection: title => TITLES.some(known => known.toLowerCase() === title.toLowerCase()),
  placeOf: (id, { Agent }) => donePath(Agent, id),
};

const usualMode = (status: ChangedFile['status']): string => (status === 'deleted' ? '000000' : '100644');

/** `- src/a.ts (created)`; git's mode is added where it is not the one of an ordinary file. */
function writeFile({ path, status, mode }: ChangedFile): string {
  return `- ${writeWord(path)} (${status}${mode === usualMode(status) ? '' : `, ${mode}`})`;
}

function writeFiles(files: readonly ChangedFile[]): string {
  if (files.length === 0) return NONE;
  const lines = files.slice(0, MOST_FILES).map(writeFile);
  const rest = files.length - lines.length;
  return [...lines, ...(rest > 0 ? [`And ${rest} more files, all of them in the commit.`] : [])].join('\n');
}

const FILE_LINE = /^[-*] (.+) \((created|modified|deleted)(?:, ([0-7]{6}))?\)$/;

function readFiles(path: string, section: RecordSection): Result<ChangedFile[], FileFault[]> {
  const files: ChangedFile[] = [];
  const faults: FileFault[] = [];
  for (const [index, line] of section.text.split('\n').entries()) {
    if (!/^[-*] /.test(line)) continue;
    const [, name, kind, mode] = FILE_LINE.exec(line.trimEnd()) ?? [];
    // The pattern allows exactly these three words.
    const status = kind as ChangedFile['status'] | undefined;
    if (name !== undefined && status) files.push({ path: readWord(name), status, mode: mode ?? usualMode(status) });
    else
      faults.push(
        fault(path, section.line + index + 1, `${line} says not what happened to the file`, '- src/a.ts (created)'),
      );
  }
  return faults.length > 0 ? fail(faults) : ok(files);
}

const writeBoxes = (boxes: readonly Criterion[]): string =>
  boxes.map(({ text, checked }) => `- [${checked ? 'x' : ' '}] ${neutraliseLine(text)}`).join('\n') || NONE;

const BOX = /^[-*] \[([ xX])\] +(.+)$/;

const readBoxes = (text: string): Criterion[] =>
  text.split('\n').flatMap(line => {
    const match = BOX.exec(line.trimEnd());
    return match ? [{ checked: match[1] !== ' ', text: match[2] ?? '' }] : [];
  });

/** The blueprint's text. `ready` are the boxes of the last section, ticked by what is known, not by what was claimed. */
export function formatDone(record: DoneRecord, ready: readonly Criterion[]): string {
  const { usage, report } = record;
  return writeRecord({
    facts: {
      attempt: record.attempt,
      commit: record.commit,
      cost_usd: record.costUsd,
      cache_read: usage.cacheRead,
      cache_write_5m: usage.cacheWrite5m,
      cache_write_1h: usage.cacheWrite1h,
    },
    word: FORM.word,
    id: record.id,
    fields: {
      Agent: record.agent,
      Completed: record.completed,
      'Model Used': record.model,
      Tokens: `${inputTokens(usage)}/${usage.output}`,
    },
    sections: [
      [TITLES[0], writeBlock(report.summary)],
      [TITLES[1], writeFiles(record.files)],
      [TITLES[2], writeList(report.testsAdded, 'bullet')],
      [TITLES[3], writeList(report.decisions, 'bullet')],
      [TITLES[4], writeBoxes(ready)],
    ],
  });
}

export function parseDone(path: string, bytes: Uint8Array): Result<ReadDone, FileFault[]> {
  const read = readRecord(path, bytes, FORM);
  if (!read.ok) return read;
  const { id, fields: head, facts: machine, sections } = read.value;
  const textOf = (title: string): string => sectionNamed(sections, title).text;
  const files = readFiles(path, sectionNamed(sections, TITLES[1]));
  if (!files.ok) return files;
  const [input = 0, output = 0] = head.Tokens.split('/').map(Number);
  const cached = (machine?.cache_read ?? 0) + (machine?.cache_write_5m ?? 0) + (machine?.cache_write_1h ?? 0);
  if (cached > input)
    return refused(path, 1, `${cached} cached tokens of only ${input} input tokens`, 'Tokens: 15000/8000');
  return ok({
    record: {
      id,
      agent: head.Agent,
      completed: head.Completed,
      model: head['Model Used'],
      usage: {
        input: input - cached,
        output,
        cacheRead: machine?.cache_read ?? 0,
        cacheWrite5m: machine?.cache_write_5m ?? 0,
        cacheWrite1h: machine?.cache_write_1h ?? 0,
      },
      ...(machine && { attempt: machine.attempt, commit: machine.commit, costUsd: machine.cost_usd }),
      report: {
        summary: readBlock(textOf('summary')),
        testsAdded: readList(textOf('tests added'), 'bullet'),
        decisions: readList(textOf('decisions made'), 'bullet'),
      },
      files: files.value,
    },
    ready: readBoxes(textOf('ready for review')),
  });
}
