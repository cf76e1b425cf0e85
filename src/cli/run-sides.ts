/** The two sides of a run, workers and a conductor: each to its end, and none without the other once something breaks. */
import { conduct } from '../conductor/conduct.ts';
import { allEnded } from '../domain/all-ended.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { tellIfSlow } from '../domain/slow.ts';
import type { Tier } from '../domain/tier.ts';
import type { WorkerOptions, WorkerResult } from '../worker/edges.ts';
import { runWorker } from '../worker/worker.ts';
import { systemClock } from './clock.ts';
import { type Context, note, PATIENCE_MS } from './context.ts';
import type { Project } from './project.ts';
import type { Workshop } from './workshop.ts';

export interface RunOptions {
  /** Null runs no workers. */
  workers: { agents: ReadonlySet<string> | 'all'; concurrency: number; tier: Tier | null } | null;
  conducts: boolean;
  until: WorkerOptions['until'];
  noSandbox: boolean;
  /** A person has said that today may cost more than the guard. */
  pastGuard: boolean;
  json: boolean;
  /** Where the record of its attempts goes; null keeps none beside the transcripts. */
  record: string | null;
}

/**
 * Workers and conductor, each to its end; the conductor goes on until the workers are done. What breaks on one side stops
 * the other, which lets go of everything before the log is closed under it, and what broke first is what is told.
 */
export async function bothSides(
  options: RunOptions,
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<{ led: boolean; result: WorkerResult | null }> {
  const [broken, late, worked] = [new AbortController(), new AbortController(), new AbortController()];
  const here: Context = {
    ...context,
    stopping: AbortSignal.any([context.stopping, broken.signal]),
    killed: AbortSignal.any([context.killed, late.signal]),
  };
  const conducting = conductHere(options, worked.signal, workshop, here);
  const working = workHere(options, project, workshop, here).then(result => {
    if (options.workers !== null) worked.abort();
    return result;
  });
  const ending = allEnded([conducting, working], () => {
    broken.abort();
    setTimeout(() => late.abort(), PATIENCE_MS).unref();
    void tellIfSlow(ending, HANDING_BACK, systemClock, text => note(context, text)).catch(() => undefined);
  });
  const [led, result] = await ending;
  return { led, result };
}

const HANDING_BACK = 'something broke, so what is under way is finished and handed back';

/** False when nobody conducts here, or somebody else leads. */
async function conductHere(
  options: RunOptions,
  worked: AbortSignal,
  workshop: Workshop,
  { stopping, killed }: Context,
): Promise<boolean> {
  if (!options.conducts) return false;
  const until = untilOfConductor(options);
  const isToFinish = (): boolean => !stopping.aborted;
  return await conduct(
    { until, stopping: AbortSignal.any([stopping, worked]), killed, isToFinish },
    workshop.conductor,
  );
}

async function workHere(
  options: RunOptions,
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<WorkerResult | null> {
  if (options.workers === null) return null;
  return await runWorker(workerOptions(options, options.workers, project, context), workshop.worker);
}

const untilOfConductor = (options: RunOptions): 'once' | 'stopped' =>
  options.workers === null && options.until === 'once' ? 'once' : 'stopped';

function workerOptions(
  options: RunOptions,
  workers: NonNullable<RunOptions['workers']>,
  project: Project,
  context: Context,
): WorkerOptions {
  return {
    ...workers,
    until: options.until,
    stopping: context.stopping,
    killed: context.killed,
    guard: options.pastGuard ? null : nanoFromUsd(project.config.budget.guard_usd),
  };
}
