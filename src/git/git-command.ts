/** The only door to the git binary: each process is limited in time and output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tracingChannel } from 'node:diagnostics_channel';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { allEnded } from '../domain/all-ended.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { Collector } from './collector.ts';
import { diskFull, fullDiskLine } from './full-disk.ts';
import type { GitFailure } from './git.ts';
import { type GitEnvironment, type GitPlace, variablesFor } from './git-environment.ts';
import { takeLifeline } from './lifeline.ts';

export interface GitOptions {
  /** Bytes for stdin; without them stdin is empty. */
  input?: string | Uint8Array;
  variables?: Readonly<Record<string, string>>;
  deadlineMs?: number;
  /** More output than this ends the process, unless it is `cut`. */
  outputLimit?: number;
  /** Keep the first `outputLimit` bytes and only count the rest. */
  cut?: boolean;
}

/** How a git process ended. `outputBytes` counts what was printed, also what was cut. */
export interface GitOutput {
  end: 'exited' | 'timed_out' | 'flooded' | 'not_started';
  exitCode: number | null;
  stdout: Buffer;
  stderr: string;
  outputBytes: number;
}

export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitOutput>;

const DEADLINE_MS = 120_000;
const OUTPUT_LIMIT = 64 * 1024 * 1024;
const STDERR_LIMIT = 256 * 1024;

/** Git starts helpers of its own, so the whole group goes; it may be gone already, which is what we want. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the group ended by itself between the decision and the signal.
  }
}

/** What a place comes to for every process that is started in it. */
interface Start {
  variables: Record<string, string>;
  lifeline: string | undefined;
  /** What it writes into. */
  folders: string[];
}

const startIn = (environment: GitEnvironment, place: GitPlace): Start => ({
  variables: variablesFor(environment, place),
  lifeline: place.lifeline,
  folders: [place.gitDir, place.workTree, place.variables?.GIT_OBJECT_DIRECTORY].filter(path => path !== undefined),
});

/**
 * A disk without room says nothing about a task, a branch or a merge, so no caller may take it for an answer of git's: it is
 * thrown, and ends the run.
 */
function refuseFullDisk(args: readonly string[], { folders }: Start, output: GitOutput): GitOutput {
  const said = output.end !== 'exited' || output.exitCode === 0 ? null : fullDiskLine(output.stderr, folders);
  if (said === null) return output;
  throw diskFull(`git ${args[0]}: ${said}`);
}

interface Launched {
  stdin: Writable | null;
  done: Promise<GitOutput>;
}

/** The child has its own copy of what it inherits, however the start went. */
function startGit(
  args: readonly string[],
  env: Record<string, string>,
  stdio: ('pipe' | 'ignore' | number)[],
  held: number | null,
): ChildProcess {
  try {
    return spawn('git', args, { cwd: '/', env, detached: true, stdio });
  } finally {
    if (held !== null) closeSync(held);
  }
}

/** Starts git in a process group of its own, so that a Ctrl-C at the terminal never cuts a write in half. */
function launch(args: readonly string[], start: Start, options: GitOptions, sink: Writable | null): Launched {
  const { variables, lifeline } = start;
  const env = { ...variables, ...options.variables };
  const held = lifeline === undefined ? null : takeLifeline(lifeline);
  const stdio: ('pipe' | number)[] = ['pipe', 'pipe', 'pipe', ...(held === null ? [] : [held])];
  const child = startGit(args, env, stdio, held);
  // Without a free descriptor there is neither a process nor a stream; the error comes as an event.
  const { stdin, stdout }: Pick<ChildProcess, 'stdin' | 'stdout'> = child;
  // EPIPE: git may end without reading all of its input; its exit code tells the story.
  stdin?.on('error', () => {});
  if (sink !== null) {
    stdout?.pipe(sink);
    // A reader that died leaves the rest unread, and a process whose output nobody reads never counts as ended.
    sink.once('close', () => stdout?.unpipe(sink).resume());
  }
  const outcome = outcomeOf(child, options, sink === null ? (stdout ?? null) : null);
  return { stdin: stdin ?? null, done: outcome.then(output => refuseFullDisk(args, start, output)) };
}

function outcomeOf(child: ChildProcess, options: GitOptions, stdout: Readable | null): Promise<GitOutput> {
  const output = new Collector(options.outputLimit ?? OUTPUT_LIMIT);
  const errors = new Collector(STDERR_LIMIT);
  return new Promise(resolve => {
    let end: GitOutput['end'] = 'exited';
    const stop = (why: GitOutput['end']): void => {
      end = why;
      killGroup(child);
    };
    const deadline = setTimeout(() => stop('timed_out'), options.deadlineMs ?? DEADLINE_MS);
    const settle = (code: number | null): void => {
      clearTimeout(deadline);
      const exitCode = end === 'exited' ? code : null;
      resolve({ end, exitCode, stdout: output.whole(), stderr: errors.whole().toString(), outputBytes: output.bytes });
    };
    stdout?.on('data', (chunk: Buffer) => {
      if (!output.take(chunk) && options.cut !== true) stop('flooded');
    });
    child.stderr?.on('data', (chunk: Buffer) => errors.take(chunk));
    child.once('error', error => {
      end = 'not_started';
      errors.take(Buffer.from(error.message));
      settle(null);
    });
    child.once('close', settle);
  });
}

/** For `--debug`; costs nothing while nobody listens. */
const TRACE = tracingChannel('kleiber:git');

/** A git that works in one place. Costs one process and nothing else. */
export function gitAt(environment: GitEnvironment, place: GitPlace): Git {
  const start = startIn(environment, place);
  const run = (args: readonly string[], options: GitOptions): Promise<GitOutput> => {
    const { stdin, done } = launch(args, start, options, null);
    stdin?.end(options.input);
    return done;
  };
  return (args, options = {}) => TRACE.tracePromise(run, { args }, undefined, args, options);
}

/** A git that stays, for whoever talks to it; how it ends is theirs to see. */
export function startConversation(environment: GitEnvironment, place: GitPlace, args: readonly string[]): ChildProcess {
  return startGit(args, variablesFor(environment, place), ['pipe', 'pipe', 'ignore'], null);
}

export interface PipeEnd {
  place: GitPlace;
  args: readonly string[];
}

/** Streams the output of one git process into another; both outcomes are given, the writer's first. */
export async function pipeGit(
  environment: GitEnvironment,
  from: PipeEnd,
  input: string,
  to: PipeEnd,
): Promise<[GitOutput, GitOutput]> {
  const reader = launch(to.args, startIn(environment, to.place), {}, null);
  const writer = launch(from.args, startIn(environment, from.place), {}, reader.stdin);
  writer.stdin?.end(input);
  return allEnded([writer.done, reader.done]);
}

export const succeeded = (output: GitOutput): boolean => output.end === 'exited' && output.exitCode === 0;

export const textOf = (output: GitOutput): string => output.stdout.toString().trimEnd();

/** What git said, as a failure: git itself may be missing, too slow or too loud. */
export function failureOf(args: readonly string[], output: GitOutput): GitFailure {
  if (output.end === 'not_started' && output.stderr.includes('ENOENT')) return { reason: 'git_missing' };
  const said = output.stderr.trim().slice(-4000);
  const detail = {
    exited: said,
    not_started: said,
    timed_out: `ran past its deadline; ${said}`,
    flooded: 'printed more than kleiber reads',
  }[output.end];
  return { reason: 'git_failed', command: `git ${args.slice(0, 2).join(' ')}`, exitCode: output.exitCode, detail };
}

/** Runs a command that should succeed; the failure is a value. */
export async function attempt(
  git: Git,
  args: readonly string[],
  options?: GitOptions,
): Promise<Result<GitOutput, GitFailure>> {
  const output = await git(args, options);
  return succeeded(output) ? ok(output) : fail(failureOf(args, output));
}

/** Runs a command that cannot fail unless the store is broken, which is a bug or a damaged disk and is thrown. */
export async function must(git: Git, args: readonly string[], options?: GitOptions): Promise<GitOutput> {
  const output = await git(args, options);
  if (succeeded(output)) return output;
  throw new Error(`git ${args.join(' ')} failed with ${output.exitCode ?? output.end}: ${output.stderr.trim()}`);
}

/** Text pieces of NUL-terminated output. Bytes that are not UTF-8 become U+FFFD, so such a name never matches a zone. */
export const nulSeparated = (bytes: Uint8Array): string[] => {
  const pieces = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().split('\0');
  return pieces.at(-1) === '' ? pieces.slice(0, -1) : pieces;
};
