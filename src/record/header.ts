/** The blueprint's head of a file, `# Task: feat-001` and lines `Agent: …` below it, checked by a schema (seed 5). */
import type * as z from 'zod';
import { fail, ok, type Result } from '../domain/result.ts';
import { fault, refused } from './fault.ts';
import { headingOf } from './free-text.ts';
import type { FileFault } from './record.ts';
import { type Examples, schemaFaults } from './schema-faults.ts';

export interface HeaderForm<Fields extends z.ZodType> {
  /** `Task`, `Started`, `Complete`, `Blocked`, `Validation`. */
  word: string;
  fields: Fields;
  examples: Examples;
}

export interface Header<Fields> {
  id: string;
  fields: Fields;
}

const FIELD = /^([A-Za-z][A-Za-z ]{0,40}):[ \t]*(.*)$/;

interface RawFields {
  values: Record<string, string>;
  lines: Map<string, number>;
  faults: FileFault[];
}

function readFields(path: string, lines: readonly { text: string; line: number }[], example: string): RawFields {
  const raw: RawFields = { values: {}, lines: new Map(), faults: [] };
  for (const { text, line } of lines) {
    const [, key = '', value = ''] = FIELD.exec(text) ?? [];
    if (key === '')
      raw.faults.push(
        fault(path, line, `${JSON.stringify(text.slice(0, 60))} stands here; expected "Key: value"`, example),
      );
    else if (raw.lines.has(key))
      raw.faults.push(fault(path, line, `the line "${key}:" stands here a second time`, example));
    else {
      raw.values[key] = value.trim();
      raw.lines.set(key, line);
    }
  }
  return raw;
}

/** Reads the lines between the front matter and the first section; all faults at once. */
export function readHeader<Fields extends z.ZodType>(
  path: string,
  preamble: readonly string[],
  firstLine: number,
  form: HeaderForm<Fields>,
): Result<Header<z.output<Fields>>, FileFault[]> {
  const [head, ...rest] = preamble
    .map((text, index) => ({ text, line: firstLine + index }))
    .filter(({ text }) => text.trim() !== '');
  const heading = headingOf(head?.text ?? '');
  const title = heading?.level === 1 ? heading.title : '';
  if (head === undefined || !title.toLowerCase().startsWith(`${form.word.toLowerCase()}:`)) {
    return refused(
      path,
      head?.line ?? firstLine,
      `expected the heading "# ${form.word}: <id>"`,
      `# ${form.word}: feat-001`,
    );
  }
  const raw = readFields(path, rest, Object.values(form.examples)[0] ?? 'Agent: engineer-backend');
  const parsed = form.fields.safeParse(raw.values);
  if (parsed.success && raw.faults.length === 0) {
    return ok({ id: title.slice(form.word.length + 1).trim(), fields: parsed.data });
  }
  const locator = {
    lineOf: ([key]: readonly PropertyKey[]) => raw.lines.get(String(key)) ?? head.line,
    sourceOf: () => null,
  };
  const wrong = parsed.success
    ? []
    : schemaFaults(parsed.error, { path, schema: form.fields, data: raw.values, locator, examples: form.examples });
  return fail([...raw.faults, ...wrong]);
}
