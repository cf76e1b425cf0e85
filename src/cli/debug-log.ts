/** `--debug`: each git, each command and each turn with its duration, as one line of JSON in a file of its own. */
import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { redactSecrets } from '../agent/redact.ts';
import type { GitOutput } from '../git/git-command.ts';
import type { TurnOutcome } from '../model/claude.ts';
import type { CommandOutcome } from '../shell/sandbox.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import { stateHome } from './places.ts';
import { VERSION } from './version.ts';

/** One object from the start to the end of what is traced; `result` comes with its end. */
interface Traced {
  args?: readonly string[];
  file?: string;
  model?: string;
  result?: GitOutput | CommandOutcome | TurnOutcome;
  error?: unknown;
}

const CHANNELS = ['git', 'command', 'turn'] as const;

/** How it ended, without what only the transcripts or the repository should hold. */
function endOf({ result, error }: Traced): Record<string, unknown> {
  if (error !== undefined) return { error: error instanceof Error ? error.stack : String(error) };
  if (result === undefined) return {};
  if ('end' in result)
    return { end: result.end, exit_code: result.exitCode, bytes: result.outputBytes, stderr: result.stderr };
  if ('kind' in result) return { end: result.kind, exit_code: result.exitCode, output: result.output };
  if (!result.ok) return { failure: result.failure };
  const { model, stop, usage, requestId } = result.value;
  return { answered_by: model, stop, usage, request_id: requestId };
}

/** Longer texts are cut: the file is for finding a place, and the transcripts hold the rest. */
const MOST_LETTERS = 2_000;

/** Begins the file; the end of it names the file on stderr. */
export function openDebugLog(words: readonly string[], context: Context): () => void {
  const began = systemClock.now().toISOString();
  const path = join(stateHome(context), 'debug', `${began.replace(/[:.]/g, '-')}-${process.pid}.ndjson`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const secrets = [context.environment.ANTHROPIC_API_KEY ?? ''];
  const write = (line: Record<string, unknown>): void => {
    const text = JSON.stringify({ at: systemClock.now().toISOString(), ...line }, shortened);
    appendFileSync(path, `${redactSecrets(text, secrets)}\n`, { mode: 0o600 });
  };
  write({ kind: 'began', version: VERSION, node: process.version, words, cwd: context.cwd });
  const closing = CHANNELS.map(kind => follow(kind, write));
  return () => {
    for (const close of closing) close();
    write({ kind: 'ended' });
    note({ ...context, isQuiet: false }, `what happened underneath: ${path}`);
  };
}

const shortened = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > MOST_LETTERS
    ? `${value.slice(0, MOST_LETTERS)}… (${value.length - MOST_LETTERS} more letters)`
    : value;

function follow(kind: (typeof CHANNELS)[number], write: (line: Record<string, unknown>) => void): () => void {
  const began = new WeakMap<Traced, number>();
  const channel = tracingChannel<unknown, Traced>(`kleiber:${kind}`);
  const nothing = (): void => {};
  const subscribers: TracingChannelSubscribers<Traced> = {
    start: traced => {
      began.set(traced, systemClock.monotonicMs());
    },
    end: nothing,
    asyncStart: nothing,
    error: nothing,
    asyncEnd: traced => {
      const { args, file, model } = traced;
      const ms = Math.round(systemClock.monotonicMs() - (began.get(traced) ?? 0));
      write({ kind, file, model, args, ms, ...endOf(traced) });
    },
  };
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}
