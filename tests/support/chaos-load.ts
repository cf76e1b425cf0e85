/** One process with many workers on one plan against the embedded server: what it loses, how long tasks take, what it keeps in memory. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stored } from '../../src/domain/event.ts';
import { ChaosGround } from './chaos-ground.ts';
import { type Finding, finding, leftBehind, verdict } from './chaos-verdict.ts';
import { realClock } from './shell-clock.ts';

const PRELOAD = fileURLToPath(new URL('../../scripts/chaos/heap-on-signal.mjs', import.meta.url));

export interface LoadOptions {
  launcher: string;
  workers: number;
  tasks: number;
}

export interface LoadReport {
  workers: number;
  tasks: number;
  tookMs: number;
  tasksPerMinute: number;
  /** From claimed to landed. */
  medianMs: number;
  p95Ms: number;
  /** After a forced collection, once a tenth of the tasks has landed and at the end. */
  heapFirstMb: number;
  heapLastMb: number;
  /** The most that was resident at any of the ten looks. */
  rssMb: number;
  findings: Finding[];
}

export async function runLoad({ launcher, workers, tasks }: LoadOptions): Promise<LoadReport> {
  const ground = await ChaosGround.open({ launcher, tasks, latencyMs: 20, lanes: workers });
  const began = performance.now();
  const heapFile = join(ground.root, 'heap.tsv');
  const words = ['conduct', '--until-idle', '--concurrency', String(workers), ...ground.sandboxWords];
  const run = ground.start(words, ['--expose-gc', '--import', PRELOAD], { LOAD_HEAP: heapFile });
  try {
    await lookAtEveryTenth(ground, run, heapFile);
    const { code, said } = await run.ended;
    const tookMs = performance.now() - began;
    const durations = durationsOf(ground.look(baton => baton.after(0)));
    const looks = heapLooks(heapFile);
    const { findings } = verdict(ground, new Set());
    return {
      workers,
      tasks,
      tookMs,
      tasksPerMinute: (tasks / tookMs) * 60_000,
      medianMs: at(durations, 0.5),
      p95Ms: at(durations, 0.95),
      heapFirstMb: (looks[0]?.heap ?? Number.NaN) / MB,
      heapLastMb: (looks.at(-1)?.heap ?? Number.NaN) / MB,
      rssMb: Math.max(...looks.map(look => look.rss)) / MB,
      findings: [
        finding('the run ends well', code === 0 ? [] : [`${code}: ${said.slice(-2000)}`]),
        await leftBehind(ground),
        ...findings,
      ],
    };
  } finally {
    run.child.kill('SIGKILL');
    await run.ended;
    await ground.close();
  }
}

const MB = 2 ** 20;
const TENTHS = 10;

type Run = ReturnType<ChaosGround['start']>;

/** Asks for the heap each time a tenth more of the tasks has landed; the process must still be there to answer the last one. */
async function lookAtEveryTenth(ground: ChaosGround, { child }: Run, heapFile: string): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  for (let tenth = 1; tenth <= TENTHS && !isOver(); ) {
    await realClock.sleep(100);
    const landed = ground.landed();
    // The last look comes a task early: after the last task the process has little reason to stay.
    if (landed < Math.min((ground.tasks * tenth) / TENTHS, ground.tasks - 1)) continue;
    child.kill('SIGUSR2');
    const wanted = heapLooks(heapFile).length + 1;
    for (let tries = 0; tries < 50 && heapLooks(heapFile).length < wanted && !isOver(); tries++)
      await realClock.sleep(20);
    tenth++;
  }
}

function heapLooks(path: string): { heap: number; rss: number }[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map(line => {
    const [heap = 0, rss = 0] = line.split('\t').map(Number);
    return { heap, rss };
  });
}

/** By the log's own times, in milliseconds, shortest first. */
function durationsOf(events: readonly Stored[]): number[] {
  const claimed = new Map<string, number>();
  const durations: number[] = [];
  for (const { stream, event, at } of events) {
    if (event.kind === 'claimed' && !claimed.has(stream)) claimed.set(stream, Date.parse(at));
    if (event.kind === 'landed') durations.push(Date.parse(at) - (claimed.get(stream) ?? Number.NaN));
  }
  return durations.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
