/** `progress/<agent>/<id>-started.md`: an attempt has begun, and how it will go about it (seed 5, work started). */
import * as z from 'zod';
import { ok, type Result } from '../domain/result.ts';
import { TIERS } from '../domain/tier.ts';
import { readMinutes, writeMinutes } from './duration.ts';
import { readBlock, readList, readWord, writeBlock, writeList, writeWord } from './free-text.ts';
import { type FileFault, type StartedRecord, startedPath } from './record.ts';
import {
  agentField,
  attemptFact,
  type RecordForm,
  readRecord,
  sectionNamed,
  timeField,
  writeRecord,
} from './record-form.ts';

/** The blueprint's form knows neither attempt nor model; a file without front matter lacks both. */
export type ReadStarted = Omit<StartedRecord, 'attempt' | 'model'> & Partial<Pick<StartedRecord, 'attempt' | 'model'>>;

const duration = z.string().transform((text, context): [number, number] => {
  const minutes = readMinutes(text);
  if (minutes !== null) return minutes;
  context.issues.push({ code: 'custom', message: 'a duration such as 20-40 min or 2 hours', input: text });
  return z.NEVER;
});

const fields = z.strictObject({ Agent: agentField, Started: timeField, Estimated: duration });
const facts = z.strictObject({ attempt: attemptFact, model: z.enum(TIERS) });
const TITLES = ['Approach', "Files I'll Touch"] as const;

const FORM: RecordForm<typeof fields, typeof facts> = {
  word: 'Started',
  fields,
  examples: {
    Agent: 'Agent: engineer-backend',
    Started: 'Started: 2025-01-09T14:30:00Z',
    Estimated: 'Estimated: 20-40 min',
  },
  facts,
  factExamples: { attempt: 'attempt: 1', model: 'model: sonnet' },
  isSection: title => TITLES.some(known => known.toLowerCase() === title.toLowerCase()),
  placeOf: (id, { Agent }) => startedPath(Agent, id),
};

/** The blueprint's text; attempt and model stand in front matter. */
export function formatStarted(record: StartedRecord): string {
  return writeRecord({
    facts: { attempt: record.attempt, model: record.model },
    word: FORM.word,
    id: record.id,
    fields: { Agent: record.agent, Started: record.started, Estimated: writeMinutes(record.estimateMinutes) },
    sections: [
      [TITLES[0], writeBlock(record.approach)],
      [TITLES[1], writeList(record.files.map(writeWord), 'bullet')],
    ],
  });
}

export function parseStarted(path: string, bytes: Uint8Array): Result<ReadStarted, FileFault[]> {
  const read = readRecord(path, bytes, FORM);
  if (!read.ok) return read;
  const { id, fields: head, facts: machine, sections } = read.value;
  return ok({
    id,
    agent: head.Agent,
    started: head.Started,
    estimateMinutes: head.Estimated,
    approach: readBlock(sectionNamed(sections, TITLES[0]).text),
    files: readList(sectionNamed(sections, TITLES[1]).text, 'bullet').map(readWord),
    ...(machine ?? {}),
  });
}
