/**
 * What the API has last said of its rate limits, kept for those who only look: a file per model in the user's state folder,
 * because a limit is one of the key and not of a repository. Nothing is decided by it; the lanes know by themselves.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { AttemptNews } from './attempt.ts';
import { BUCKETS } from './response-headers.ts';

const knownSchema = z.object({
  model: z.string(),
  /** When it was said. */
  at: z.string(),
  limits: z.array(
    z.object({ bucket: z.enum(BUCKETS), limit: z.number(), remaining: z.number(), resetsAt: z.string() }),
  ),
  /** A refusal that nobody has got past yet; `until` is null where the API did not say how long. */
  refused: z.object({ at: z.string(), until: z.string().nullable() }).nullable(),
});

export type KnownLimits = z.infer<typeof knownSchema>;

export interface LimitBook {
  /** Give it to the client as `onAttempt`, beside the lanes. */
  observe(news: AttemptNews): void;
}

export function limitBook(folder: string, clock: Clock): LimitBook {
  removeLeftovers(folder);
  const known = new Map<string, KnownLimits>();
  const write = (next: KnownLimits): void => {
    known.set(next.model, next);
    keep(folder, next);
  };
  return {
    observe: news => {
      const at = clock.now().toISOString();
      if (news.kind === 'answered') {
        // An answer without a word about limits, as of a gateway, makes them unknown again.
        write({ model: news.model, at, limits: news.limits, refused: null });
        return;
      }
      if (news.failure.reason !== 'rate_limited') return;
      const { retryAfterMs } = news.failure;
      const until = retryAfterMs === null ? null : new Date(Date.parse(at) + retryAfterMs).toISOString();
      write({ model: news.model, at, limits: known.get(news.model)?.limits ?? [], refused: { at, until } });
    },
  };
}

/** A book that cannot be written is a book that says less; no request fails for it. */
function keep(folder: string, known: KnownLimits): void {
  const path = join(folder, `${known.model.replace(/[^\w.-]/g, '-')}.json`);
  const beside = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(beside, JSON.stringify(known), { mode: 0o600 });
    renameSync(beside, path);
  } catch {
    // a full or read-only disk; whoever looks sees the last that was kept, with its time
  }
}

/** What processes that died while they wrote have left. Where a pid is taken for dead wrongly, one file stays as old as it was. */
function removeLeftovers(folder: string): void {
  const dead = namesIn(folder).filter(name => {
    const writer = /\.(\d+)\.tmp$/.exec(name)?.[1];
    return writer !== undefined && !isRunning(Number(writer));
  });
  try {
    for (const name of dead) rmSync(join(folder, name), { force: true });
  } catch {
    // a read-only disk; they take a few bytes
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** By model; empty before the first answer. */
export function readLimits(folder: string): KnownLimits[] {
  return namesIn(folder)
    .filter(name => name.endsWith('.json'))
    .flatMap(name => readOne(join(folder, name)) ?? [])
    .sort((one, other) => one.model.localeCompare(other.model));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nobody has ever called a model here
  }
}

function readOne(path: string): KnownLimits | null {
  try {
    const parsed = knownSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // replaced or taken away at this moment, or no file of ours
  }
}
