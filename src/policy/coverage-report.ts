/**
 * What a coverage tool wrote, as covered lines per file: lcov, the json-summary of istanbul, the JSON of coverage.py. The
 * text comes out of a sandbox that ran other people's code, so whatever is not exactly one of these is a reason and no report.
 */
import * as z from 'zod';
import { fail, ok, type Result } from '../domain/result.ts';

export interface FileCoverage {
  /** As the tool wrote it: relative to some folder, or absolute. */
  file: string;
  covered: number;
  lines: number;
}

const MOST_FILES = 50_000;

/** The form is told by the content, because tools let their users name the file. */
export function readCoverage(text: string): Result<FileCoverage[], string> {
  const read = text.trimStart().startsWith('{') ? readJson(text) : readLcov(text);
  if (!read.ok) return read;
  if (read.value.length > MOST_FILES) return fail(`names more than ${MOST_FILES} files`);
  const wrong = read.value.find(({ covered, lines }) => covered > lines);
  return wrong === undefined ? read : fail('has a file with more covered lines than lines');
}

/** Records that say nothing about lines. */
const OTHER = /^(?:TN|VER|FN|FNL|FNA|FNDA|FNF|FNH|BRDA|BRF|BRH|MCDC|MCF|MCH):/;
const LINE_HITS = /^DA:(\d{1,9}),(-?\d{1,15})(?:,\S{0,100})?$/;
const TOTALS = /^(LF|LH):(\d{1,9})$/;

interface Section {
  hits: Map<number, boolean>;
  totals: { LF: number; LH: number };
}

/** Sections of one file are put together line by line, as tools that count test by test write them. */
function readLcov(text: string): Result<FileCoverage[], string> {
  const files = new Map<string, Section>();
  let section: Section | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    const file = /^SF:(.+)$/.exec(line)?.[1];
    if (file !== undefined) {
      section = files.get(file) ?? { hits: new Map(), totals: { LF: 0, LH: 0 } };
      files.set(file, section);
    } else if (line === 'end_of_record') section = null;
    else if (!isLcovLine(line, section)) return fail(`line ${index + 1} is no line of lcov`);
  }
  if (files.size === 0) return fail('holds no file');
  return ok([...files].map(([file, found]) => ({ file, ...sumOf(found) })));
}

/** Takes in what the line says; false when it is none. */
function isLcovLine(line: string, section: Section | null): boolean {
  if (line === '' || line.startsWith('#') || OTHER.test(line)) return true;
  const [, number, count] = LINE_HITS.exec(line) ?? [];
  if (section === null) return false;
  if (number !== undefined) {
    section.hits.set(Number(number), section.hits.get(Number(number)) === true || Number(count) > 0);
    return true;
  }
  const [, name, total] = TOTALS.exec(line) ?? [];
  if (name !== 'LF' && name !== 'LH') return false;
  section.totals[name] = Math.max(section.totals[name], Number(total));
  return true;
}

/** Single lines say more than their sum; some tools write the sum alone. */
const sumOf = ({ hits, totals }: Section): Omit<FileCoverage, 'file'> =>
  hits.size === 0
    ? { covered: totals.LH, lines: totals.LF }
    : { covered: [...hits.values()].filter(Boolean).length, lines: hits.size };

const count = z.number().int().min(0).max(1e9);
const istanbul = z.record(z.string(), z.looseObject({ lines: z.looseObject({ total: count, covered: count }) }));
const coveragePy = z.looseObject({
  meta: z.looseObject({}),
  files: z.record(
    z.string(),
    z.looseObject({ summary: z.looseObject({ covered_lines: count, num_statements: count }) }),
  ),
});

function readJson(text: string): Result<FileCoverage[], string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('is not JSON'); // cut, or nested deeper than any report
  }
  const python = coveragePy.safeParse(value);
  if (python.success)
    return ok(
      Object.entries(python.data.files).map(([file, { summary }]) => ({
        file,
        covered: summary.covered_lines,
        lines: summary.num_statements,
      })),
    );
  const summary = istanbul.safeParse(value);
  if (!summary.success) return fail('is neither the json-summary of istanbul nor the JSON of coverage.py');
  return ok(
    Object.entries(summary.data)
      .filter(([file]) => file !== 'total')
      .map(([file, { lines }]) => ({ file, covered: lines.covered, lines: lines.total })),
  );
}
