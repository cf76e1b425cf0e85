/** One process with all its descendants in a group of their own: bounded in time and output, and killed as a whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tracingChannel } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { Readable, Writable } from 'node:stream';
import type { Clock } from '../domain/clock.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { parseStatus, type StatusReport } from './bash-line.ts';
import { BoundedOutput } from './bounded-output.ts';
import type { CommandOutcome } from './sandbox.ts';

/** How long the rest of the output may take once the command itself is over; then whoever holds the pipe is killed. */
const DRAIN_MS = 250;

/** How long the kernel may take to bury a killed group before we stop waiting for it. */
const BURIAL_MS = 2000;

export interface ProcessRequest {
  file: string;
  arguments: readonly string[];
  folder?: string;
  /** The whole environment; nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** Bytes for descriptor 3, which is then closed. */
  options?: string;
  /** True if descriptor 4 reports the start and the exit code (see `bashArguments`). */
  reportsStatus: boolean;
  timeoutMs: number;
  signal?: AbortSignal;
}

type Ending = CommandOutcome['kind'];

/** For `--debug`; costs nothing while nobody listens. */
const TRACE = tracingChannel('kleiber:command');

/** Runs a process to its end, whatever that end is. Never rejects and never waits without a deadline. */
export const runProcess = (request: ProcessRequest, clock: Clock): Promise<CommandOutcome> =>
  TRACE.tracePromise(run, { file: request.file, args: request.arguments }, undefined, request, clock);

async function run(request: ProcessRequest, clock: Clock): Promise<CommandOutcome> {
  const beganAt = clock.monotonicMs();
  const outcome = (kind: Ending, exitCode: number | null, output: string): CommandOutcome => ({
    kind,
    exitCode,
    output,
    durationMs: Math.round(clock.monotonicMs() - beganAt),
  });
  if (request.signal?.aborted) return outcome('aborted', null, '');
  const child = start(request);
  if (!child.ok) return outcome('not_started', null, child.failure.detail);
  return new Run(child.value, request, clock).finish(outcome);
}

/** A running process and the signals by which its end is known. */
class Run {
  private readonly output = new BoundedOutput();
  private status = '';
  private problem = '';
  /** The first reason wins; later ones are consequences of the kill. */
  private readonly ended = Promise.withResolvers<Ending>();
  private readonly closed = Promise.withResolvers<void>();
  private readonly over = new AbortController();
  private readonly child: ChildProcess;
  private readonly request: ProcessRequest;
  private readonly clock: Clock;

  constructor(child: ChildProcess, request: ProcessRequest, clock: Clock) {
    this.child = child;
    this.request = request;
    this.clock = clock;
    this.listen();
  }

  async finish(outcome: (kind: Ending, exitCode: number | null, output: string) => CommandOutcome) {
    const abort = () => this.ended.resolve('aborted');
    this.request.signal?.addEventListener('abort', abort, { once: true });
    this.after(this.request.timeoutMs, () => this.ended.resolve('timed_out'));
    const kind = await this.ended.promise;
    this.request.signal?.removeEventListener('abort', abort);
    killGroup(this.child);
    await Promise.race([this.closed.promise, this.clock.sleep(BURIAL_MS, this.over.signal)]);
    this.release();
    return this.judge(kind, outcome);
  }

  private judge(kind: Ending, outcome: (kind: Ending, exitCode: number | null, output: string) => CommandOutcome) {
    const report: StatusReport = this.request.reportsStatus
      ? parseStatus(this.status)
      : { hasStarted: true, exitCode: null };
    const text = this.output.text();
    if (kind !== 'exited' && kind !== 'not_started') return outcome(kind, null, text);
    if (kind === 'not_started' || !report.hasStarted) return outcome('not_started', null, text + this.problem);
    return outcome('exited', report.exitCode ?? exitCodeOf(this.child), text);
  }

  private listen(): void {
    const { child } = this;
    child.once('error', error => {
      this.problem = error.message;
      this.ended.resolve('not_started');
      this.closed.resolve();
    });
    child.once('close', () => {
      this.ended.resolve('exited');
      this.closed.resolve();
    });
    child.once('exit', () => this.drain());
    child.stdout?.on('data', (chunk: Buffer) => this.hear(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.hear(chunk));
    // Without a free descriptor there are no streams, and the error comes as an event.
    const report = child.stdio?.[4];
    if (report instanceof Readable) report.on('data', (chunk: Buffer) => this.hearStatus(chunk));
    const options = child.stdio?.[3];
    if (options instanceof Writable) options.on('error', ignore).end(this.request.options ?? '');
  }

  private hear(chunk: Buffer): void {
    if (this.output.isFlood()) return;
    this.output.add(chunk);
    if (this.output.isFlood()) this.ended.resolve('flooded');
  }

  private hearStatus(chunk: Buffer): void {
    // A few words are expected; whatever else comes this way is not ours and is not kept.
    if (this.status.length < 1024) this.status += chunk.toString('latin1');
    if (parseStatus(this.status).exitCode !== null) this.drain();
  }

  private drain(): void {
    this.after(DRAIN_MS, () => this.ended.resolve('exited'));
  }

  private after(ms: number, act: () => void): void {
    void this.clock.sleep(ms, this.over.signal).then(() => {
      if (!this.over.signal.aborted) act();
    }, ignore);
  }

  private release(): void {
    this.over.abort();
    for (const stream of this.child.stdio ?? []) stream?.destroy();
    this.child.unref();
  }
}

/** For errors that need no answer: a child that closed its end early, a timer that was stopped. */
function ignore(): void {}

function start(request: ProcessRequest): Result<ChildProcess, { reason: 'not_started'; detail: string }> {
  try {
    const child = spawn(request.file, [...request.arguments], {
      cwd: request.folder,
      env: { ...request.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    return ok(child);
  } catch (error) {
    // Some refusals (a NUL byte, an argument list too long) are thrown instead of emitted.
    return fail({ reason: 'not_started', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** The group is the child and everything it started that has not left it; a sandbox holds those that have. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group, which is what we want.
  }
}

function exitCodeOf(child: ChildProcess): number | null {
  if (child.signalCode !== null) return 128 + constants.signals[child.signalCode];
  return child.exitCode;
}
