/** A run: workers and a conductor side by side in one process. They meet in the record and the baton only. */
import { currentHolder } from '../baton/hold.ts';
import { conduct } from '../conductor/conduct.ts';
import { LEAD_STREAM } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import { type ExitCode, type Problem, problem, problemText } from '../report/problem.ts';
import type { WorkerOptions, WorkerResult } from '../worker/edges.ts';
import { runWorker } from '../worker/worker.ts';
import { type Context, complain, note, say } from './context.ts';
import { followLog } from './follow.ts';
import { openProject, type Project } from './project.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export interface RunOptions {
  /** Null runs no workers. */
  workers: { agents: ReadonlySet<string> | 'all'; concurrency: number; tier: Tier | null } | null;
  conducts: boolean;
  until: WorkerOptions['until'];
  noSandbox: boolean;
  /** A person has said that today may cost more than the guard. */
  pastGuard: boolean;
}

export async function runHere(options: RunOptions, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (!project.value.trusted) warnUntrusted(project.value, context);
    const workshop = await openWorkshop(project.value, context, { noSandbox: options.noSandbox });
    if (!workshop.ok) return complain(context, workshop.failure);
    return await runAll(options, project.value, workshop.value, context);
  } finally {
    project.value.close();
  }
}

const warnUntrusted = (project: Project, context: Context): void =>
  note(
    context,
    `kleiber.yml and the roles of ${project.facts.root} are not trusted: their commands, paths and prices do not count. See: kleiber trust`,
  );

async function runAll(options: RunOptions, project: Project, workshop: Workshop, context: Context): Promise<ExitCode> {
  const follower = followLog(project.baton, context);
  const conductorStop = new AbortController();
  const stopping = AbortSignal.any([context.stopping, conductorStop.signal]);
  try {
    const conducting = options.conducts
      ? conduct({ until: untilOfConductor(options), stopping, killed: context.killed }, workshop.conductor)
      : Promise.resolve(false);
    const result =
      options.workers === null
        ? null
        : await runWorker(workerOptions(options, options.workers, project, context), workshop.worker);
    if (options.workers !== null) conductorStop.abort();
    const led = await conducting;
    if (led && !context.stopping.aborted) await lastTicks(workshop, context);
    follower.stop();
    if (!led && options.workers === null && !context.stopping.aborted) return complain(context, otherLeads(project));
    return summary(result, project, context);
  } finally {
    follower.stop();
    await workshop.close();
  }
}

/** Somebody else conducts here; only one can, and this run was asked for nothing else. */
function otherLeads(project: Project): Problem {
  const other = currentHolder(project.baton, LEAD_STREAM);
  const who = other === null ? '' : `: pid ${other.pid} on ${other.host}`;
  return problem(1, `another conductor runs here${who}`, [], ['kleiber status', 'stop it with Ctrl-C, then try again']);
}

const untilOfConductor = (options: RunOptions): 'once' | 'stopped' =>
  options.workers === null && options.until === 'once' ? 'once' : 'stopped';

/** What the workers handed in at the very end is still proven, landed, recorded and delivered. */
async function lastTicks(workshop: Workshop, context: Context): Promise<void> {
  await conduct({ until: 'once', stopping: context.killed, killed: context.killed }, workshop.conductor);
}

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

function summary(result: WorkerResult | null, project: Project, context: Context): ExitCode {
  const view = project.keeper.look();
  const tasks = [...view.board.values()];
  const count = (standing: string): number => tasks.filter(task => task.standing === standing).length;
  say(
    context,
    `landed ${count('landed')} of ${tasks.length}, blocked ${count('blocked')}, waiting ${count('waiting')}, ready ${count('ready')}`,
  );
  if (result?.halted != null) return halted(result.halted, context);
  if (count('blocked') > 0) note(context, 'something needs you: kleiber status');
  return count('blocked') > 0 ? 3 : 0;
}

function halted(halt: NonNullable<WorkerResult['halted']>, context: Context): ExitCode {
  switch (halt.reason) {
    case 'unauthorized':
      return complain(
        context,
        problem(4, 'the API refused the key', [halt.detail], ['export ANTHROPIC_API_KEY=…', 'kleiber doctor']),
      );
    case 'spend_limit':
      return complain(
        context,
        problem(
          3,
          'the spend limit of the account is reached; no further request was made',
          [halt.detail],
          ['raise the limit, then: kleiber conduct'],
        ),
      );
    case 'unknown_model':
      return complain(
        context,
        problem(2, `the API knows no model ${halt.detail}`, [], ['change models: in kleiber.yml', 'kleiber doctor']),
      );
    case 'cost_guard':
      context.stderr.write(
        `${problemText(problem(3, 'today has cost more than the guard; nothing new is started until a person says so', ['Work that is under way was finished and kept.'], ['kleiber conduct --past-guard']))}\n`,
      );
      return 3;
  }
}
