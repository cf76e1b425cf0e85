/** `reports/<id>-validation.md`: which commands ran on which tree, with what result (seed 5, validator). */
import * as z from 'zod';
import { neutralise } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { refused } from './fault.ts';
import { fencedLines, readBlock, readWord, trimBlock, writeBlock, writeWord } from './free-text.ts';
import { type FileFault, type ValidationRecord, validationPath } from './record.ts';
import { objectFact, type RecordForm, type RecordSection, readRecord, timeField, writeRecord } from './record-form.ts';

type Run = ValidationRecord['runs'][number];

/** Characters kept of what one command printed, from both ends: the cause stands at one and the count at the other. */
const MOST_OUTPUT = 12_000;

const RESULTS = ['green', 'red', 'could_not_run'] as const;
const fields = z.strictObject({ At: timeField, Result: z.enum(RESULTS) });
const facts = z.strictObject({ commit: objectFact, tree: objectFact, base_result: z.enum(RESULTS).optional() });

const RUN = 'Check: ';
const EXPLANATION = 'Explanation';

const FORM: RecordForm<typeof fields, typeof facts> = {
  word: 'Validation',
  fields,
  examples: { At: 'At: 2025-01-09T15:10:00Z', Result: 'Result: green' },
  facts,
  factExamples: { base_result: 'base_result: red' },
  isSection: title => title.toLowerCase().startsWith(RUN.toLowerCase().trim()) || title === EXPLANATION,
  placeOf: validationPath,
};

/** The head and the tail of a long output, with a line that counts what is missing between them. */
function shorten(output: string): string {
  if (output.length <= MOST_OUTPUT) return output;
  const half = MOST_OUTPUT / 2;
  return `${output.slice(0, half)}\n[${output.length - MOST_OUTPUT} characters left out]\n${output.slice(-half)}`;
}

/** A fence longer than any run of backticks in the text cannot be closed by it. */
function writeOutput(output: string): string {
  const text = shorten(neutralise(output)).trimEnd();
  if (text === '') return '';
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}text\n${text}\n${fence}`;
}

function writeRun(run: Run): readonly [string, string] {
  const exit = run.exitCode === null ? 'none' : String(run.exitCode);
  const lines = [
    `Command: ${writeWord(run.command)}`,
    `Result: ${run.result}`,
    `Exit Code: ${exit}`,
    `Duration: ${Math.round(run.durationMs)} ms`,
  ];
  return [`${RUN}${writeWord(run.name)}`, lines.join('\n') + writeOutput(run.output)];
}

/** Commit, tree and the base's result in front matter, a section per command with its output. */
export function formatValidation(record: ValidationRecord): string {
  const word = record.explanation ?? '';
  const explanation = word === '' ? [] : [[EXPLANATION, writeBlock(neutralise(word))] as const];
  return writeRecord({
    facts: { commit: record.commit, tree: record.tree, base_result: record.baseResult ?? undefined },
    word: FORM.word,
    id: record.id,
    fields: { At: record.at, Result: record.result },
    sections: [...explanation, ...record.runs.map(writeRun)],
  });
}

const LINES = /^\s*Command: (.*)\nResult: (.*)\nExit Code: (none|-?\d+)\nDuration: (\d+) ms(?:\n|$)/;

function readOutput(text: string): string {
  const lines = trimBlock(text).split('\n');
  const isFenced = fencedLines(lines)[0] === true;
  return isFenced ? lines.slice(1, -1).join('\n') : '';
}

function readRun(path: string, { title, text, line }: RecordSection): Result<Run, FileFault[]> {
  const [head, command, result, exit, duration] = LINES.exec(text) ?? [];
  if (head === undefined) {
    const example = 'Command: npm test, then lines Result: green, Exit Code: 0 and Duration: 1200 ms';
    return refused(path, line, `the section "${title}" does not say what ran and how it ended`, example);
  }
  return ok({
    name: readWord(title.slice(RUN.length)),
    command: readWord(command ?? ''),
    result: (result ?? '').trim(),
    exitCode: exit === 'none' ? null : Number(exit),
    durationMs: Number(duration),
    output: readOutput(text.slice(head.length)),
  });
}

export function parseValidation(path: string, bytes: Uint8Array): Result<ValidationRecord, FileFault[]> {
  const read = readRecord(path, bytes, FORM);
  if (!read.ok) return read;
  const { id, fields: head, facts: machine, sections } = read.value;
  if (machine === null)
    return refused(path, 1, 'the front matter with commit and tree is missing', '---, then commit: and tree:');
  const explained = sections.find(({ title }) => title === EXPLANATION);
  const runs = sections.filter(section => section !== explained).map(section => readRun(path, section));
  const faults = runs.flatMap(run => (run.ok ? [] : run.failure));
  if (faults.length > 0) return fail(faults);
  return ok({
    id,
    commit: machine.commit,
    tree: machine.tree,
    at: head.At,
    result: head.Result,
    baseResult: machine.base_result ?? null,
    runs: runs.flatMap(run => (run.ok ? [run.value] : [])),
    ...(explained === undefined ? {} : { explanation: readBlock(explained.text) }),
  });
}
