/** A cassette: recorded attempts in one file, to be played again elsewhere. JSON lines: what it is, then each attempt with its transcript. */
import * as z from 'zod';
import { fail, ok, type Result } from '../domain/result.ts';
import { EFFORTS } from '../domain/tier.ts';
import { globFault } from '../policy/glob.ts';
import type { Zone } from '../policy/zones.ts';
import type { Line } from './transcript.ts';

export interface RecordedAttempt {
  task: string;
  attempt: number;
  agent: string;
  /** The commit that its worktree stood at. */
  commit: string;
  zone: Zone;
  /** Its transcript up to its end; the last part of it is this attempt's. */
  lines: readonly Line[];
}

const FORMAT = 1;

const headSchema = z.object({ line: z.literal('cassette'), format: z.literal(FORMAT) });

/** Globs of a file from elsewhere are held to what a task file may name, which is matched in linear time. */
const globs = z.array(z.string().refine(glob => globFault(glob) === null));

const attemptSchema = z.object({
  line: z.literal('attempt'),
  task: z.string(),
  attempt: z.int().min(1),
  agent: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/),
  zone: z.object({ files: globs, rolePaths: globs.nullable(), widened: globs }),
});

const message = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
});

const lineSchema = z.discriminatedUnion('line', [
  z.object({
    line: z.literal('preamble'),
    preamble: z.object({
      model: z.string(),
      effort: z.enum(EFFORTS),
      system: z.array(z.looseObject({ type: z.literal('text'), text: z.string() })),
      tools: z.array(z.looseObject({ name: z.string() })),
      format: z.record(z.string(), z.unknown()).nullable(),
    }),
  }),
  z.object({ line: z.literal('message'), message, note: z.number().optional() }),
  z.object({
    line: z.literal('request'),
    at: z.string(),
    number: z.int(),
    maxTokens: z.int(),
    reservation: z.string(),
  }),
  z.object({
    line: z.literal('reply'),
    at: z.string(),
    message,
    inputTokens: z.number(),
    sentBytes: z.number(),
    stop: z.string(),
    requestId: z.string().nullable(),
  }),
  z.object({ line: z.literal('failure'), at: z.string(), reason: z.string() }),
]);

export function cassetteText(attempts: readonly RecordedAttempt[], made: { kleiber: string; at: string }): string {
  const lines = attempts.flatMap(({ lines, ...attempt }) => [{ line: 'attempt', ...attempt }, ...lines]);
  return [{ line: 'cassette', format: FORMAT, ...made }, ...lines].map(line => `${JSON.stringify(line)}\n`).join('');
}

export interface CassetteFault {
  /** Counted from 1. */
  line: number;
  problem: string;
}

/** All or nothing: the first line that is not as it must be is named. */
export function parseCassette(text: string): Result<RecordedAttempt[], CassetteFault> {
  const [head, ...rest] = text.trimEnd().split('\n').map(jsonOf);
  if (!headSchema.safeParse(head).success)
    return fail({ line: 1, problem: `this is no cassette of format ${FORMAT}, which kleiber work --record writes` });
  const attempts: (RecordedAttempt & { lines: Line[] })[] = [];
  for (const [index, value] of rest.entries()) {
    const begun = attemptSchema.safeParse(value);
    const line = lineSchema.safeParse(value);
    const current = attempts.at(-1);
    if (begun.success) {
      const { line: _, ...attempt } = begun.data;
      attempts.push({ ...attempt, lines: [] });
    } else if (line.success && current !== undefined) {
      current.lines.push(line.data as unknown as Line); // blocks are what the API's types say, or are passed over
    } else return fail({ line: index + 2, problem: 'this is neither an attempt nor a line of one' });
  }
  return ok(attempts);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // which no schema here takes
  }
}
