/** Small words for faults: one, one as a failure, and many in the order in which a reader meets them. */
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Result } from '../domain/result.ts';
import type { FileFault } from './record.ts';

/** A quoted line of a hostile file must not fill a screen. */
const LONGEST = 400;

/** A fault on one line that is safe to print, whatever it quotes. */
export const fault = (path: string, line: number, problem: string, example: string): FileFault => ({
  path,
  line,
  problem: neutraliseLine(problem).slice(0, LONGEST),
  example: neutraliseLine(example).slice(0, LONGEST),
});

/** A failure with a single fault. */
export const refused = (path: string, line: number, problem: string, example: string): Result<never, FileFault[]> => ({
  ok: false,
  failure: [fault(path, line, problem, example)],
});

export const byLine = (faults: readonly FileFault[]): FileFault[] => faults.toSorted((a, b) => a.line - b.line);
