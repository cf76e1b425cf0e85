/** What started, done, blocked and validation files share: facts for the machine, the blueprint's head, sections. */
import * as z from 'zod';
import { fail, ok, type Result } from '../domain/result.ts';
import { AGENT_PATTERN, ID_PATTERN } from '../domain/task.ts';
import { byLine, fault } from './fault.ts';
import { decodeText, readFrontMatter, startsWithFrontMatter } from './front-matter.ts';
import { type HeaderForm, readHeader } from './header.ts';
import type { FileFault } from './record.ts';
import { type Examples, schemaFaults } from './schema-faults.ts';
import { splitSections } from './sections.ts';
import { writeFrontMatter } from './write-front-matter.ts';

export const agentField = z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend');
export const timeField = z.iso.datetime({ offset: true });
export const attemptFact = z.number().int().min(1);
/** A git commit or tree; empty where nothing was committed. */
export const objectFact = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})?$/, 'a full git object id');

export interface RecordForm<Fields extends z.ZodType, Facts extends z.ZodType> extends HeaderForm<Fields> {
  /** What the blueprint's form has no place for, in front matter (snake_case, strict). */
  facts: Facts;
  factExamples: Examples;
  /** The headings of level 2 that divide this file; any other belongs to the text around it. */
  isSection(title: string): boolean;
  /** Where such a file lies. */
  placeOf(id: string, fields: z.output<Fields>): string;
}

export interface ReadRecord<Fields, Facts> {
  id: string;
  fields: Fields;
  /** Null in a file typed from the blueprint, which has no front matter. */
  facts: Facts | null;
  /** As they stand in the file, in its order. */
  sections: readonly RecordSection[];
}

export interface RecordSection {
  title: string;
  text: string;
  line: number;
}

interface Split<Facts> {
  facts: Result<Facts | null, FileFault[]>;
  body: string;
  bodyLine: number;
}

function splitFacts<Facts extends z.ZodType>(
  path: string,
  text: string,
  schema: Facts,
  examples: Examples,
): Split<z.output<Facts>> {
  if (!startsWithFrontMatter(text)) return { facts: ok(null), body: text, bodyLine: 1 };
  const front = readFrontMatter(path, text);
  if (!front.ok) return { facts: front, body: '', bodyLine: 1 };
  const { data, body, bodyLine } = front.value;
  const parsed = schema.safeParse(data);
  if (parsed.success) return { facts: ok(parsed.data), body, bodyLine };
  return {
    facts: fail(schemaFaults(parsed.error, { path, schema, data, locator: front.value, examples })),
    body,
    bodyLine,
  };
}

const elsewhere = (path: string, place: string): FileFault[] =>
  path === place
    ? []
    : [fault(path, 1, `the file says it is ${place}`, 'move the file, or correct its heading and agent')];

/** Reads a record file with or without front matter; faults of facts, head and place come together, by line. */
export function readRecord<Fields extends z.ZodType, Facts extends z.ZodType>(
  path: string,
  bytes: Uint8Array,
  form: RecordForm<Fields, Facts>,
): Result<ReadRecord<z.output<Fields>, z.output<Facts>>, FileFault[]> {
  const text = decodeText(path, bytes);
  if (!text.ok) return text;
  const { facts, body, bodyLine } = splitFacts(path, text.value, form.facts, form.factExamples);
  if (!facts.ok && body === '') return facts;
  const { preamble, sections } = splitSections(
    body,
    bodyLine,
    ({ level, title }) => level === 2 && form.isSection(title),
  );
  const header = readHeader(path, preamble, bodyLine, form);
  const idFaults = header.ok && !ID_PATTERN.test(header.value.id) ? [badId(path, bodyLine, form.word)] : [];
  const misplaced =
    header.ok && idFaults.length === 0 ? elsewhere(path, form.placeOf(header.value.id, header.value.fields)) : [];
  if (!facts.ok || !header.ok || idFaults.length > 0 || misplaced.length > 0) {
    return fail(
      byLine([...(facts.ok ? [] : facts.failure), ...(header.ok ? [] : header.failure), ...idFaults, ...misplaced]),
    );
  }
  return ok({ ...header.value, facts: facts.value, sections });
}

/** The section under a title, whatever its case; empty when the file has none. */
export function sectionNamed(sections: readonly RecordSection[], title: string): RecordSection {
  const found = sections.find(section => section.title.toLowerCase() === title.toLowerCase());
  return found ?? { title, text: '', line: 1 };
}

const badId = (path: string, line: number, word: string): FileFault =>
  fault(
    path,
    line,
    'the heading names no task id; expected lower-case letters, digits and hyphens',
    `# ${word}: feat-001`,
  );

export interface RecordText {
  facts: Record<string, unknown>;
  word: string;
  id: string;
  fields: Record<string, string>;
  /** Title and text, already safe; in order. */
  sections: readonly (readonly [title: string, text: string])[];
}

/** Writes the blueprint's form, with the facts in front of it when there are any. */
export function writeRecord({ facts, word, id, fields, sections }: RecordText): string {
  const head = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
  const parts = sections.map(([title, text]) => (text === '' ? `\n## ${title}\n` : `\n## ${title}\n${text}\n`));
  return `${writeFrontMatter(facts)}# ${word}: ${id}\n${head.join('')}${parts.join('')}`;
}
