/** A run: workers and a conductor side by side in one process. They meet in the record and the baton only. */
import { findRole } from '../agent/roles.ts';
import { currentHolder } from '../baton/hold.ts';
import { conduct } from '../conductor/conduct.ts';
import { LEAD_STREAM, targetStream } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import { nearestWord } from '../record/nearest.ts';
import { type ExitCode, type Problem, problem, problemText } from '../report/problem.ts';
import type { Refused, WorkerOptions, WorkerResult } from '../worker/edges.ts';
import { runWorker } from '../worker/worker.ts';
import { type Context, complain, note, say } from './context.ts';
import { followLog } from './follow.ts';
import { openProject, type Project } from './project.ts';
import { undeliveredOf } from './status.ts';
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
    const stranger = strangerAmong(options.workers?.agents ?? 'all', project.value);
    if (stranger !== null) return complain(context, stranger);
    if (!project.value.trusted) warnUntrusted(project.value, context);
    warnFaults(project.value, context);
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

/** A faulty file may be one that somebody is typing, so it stops nothing but its own task. */
function warnFaults(project: Project, context: Context): void {
  const count = project.keeper.look().faults.length;
  if (count > 0) note(context, `${count} ${count === 1 ? 'problem' : 'problems'} in the task files: kleiber check`);
}

/** A worker under a name that nobody has would wait for ever. */
function strangerAmong(agents: ReadonlySet<string> | 'all', project: Project): Problem | null {
  const stranger = agents === 'all' ? undefined : [...agents].find(name => findRole(project.roles, name) === null);
  if (stranger === undefined) return null;
  const names = [...project.roles.keys()];
  const nearest = nearestWord(stranger, names);
  return problem(
    2,
    `no agent is named ${stranger}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    [`Agents here: ${names.join(', ')}`],
    [`kleiber work --agent ${nearest ?? 'engineer-backend'}`],
  );
}

async function runAll(options: RunOptions, project: Project, workshop: Workshop, context: Context): Promise<ExitCode> {
  const follower = followLog(project.baton, context, () => goingOn(project));
  const conductorStop = new AbortController();
  const stopping = AbortSignal.any([context.stopping, conductorStop.signal]);
  try {
    const conducting = options.conducts
      ? conduct(
          {
            until: untilOfConductor(options),
            stopping,
            killed: context.killed,
            isToFinish: () => !context.stopping.aborted,
          },
          workshop.conductor,
        )
      : Promise.resolve(false);
    const result =
      options.workers === null
        ? null
        : await runWorker(workerOptions(options, options.workers, project, context), workshop.worker);
    if (options.workers !== null) conductorStop.abort();
    const led = await conducting;
    follower.stop();
    if (!led && options.workers === null && !context.stopping.aborted) return complain(context, otherLeads(project));
    const code = summary(result, project, context);
    return code === 0 && led ? undelivered(project, context) : code;
  } finally {
    follower.stop();
    await workshop.close();
  }
}

/** What landed and waits for the person's own changes has been told when it began to wait. */
function undelivered(project: Project, context: Context): ExitCode {
  const { branch } = project.facts;
  if (branch === null || undeliveredOf(project.baton.read(targetStream(branch))) === null) return 0;
  return complain(context, problem(3, `landed work is not on ${branch} yet`, [], ['kleiber status']));
}

/** Who works on what, for a time in which nothing happens that is worth a line. */
function goingOn(project: Project): string {
  const running = [...project.keeper.look().board.values()].filter(task => task.standing === 'running');
  return running.length === 0 ? '' : `still at work on ${running.map(task => task.card.id).join(', ')}`;
}

/** Somebody else conducts here; only one can, and this run was asked for nothing else. */
function otherLeads(project: Project): Problem {
  const other = currentHolder(project.baton, LEAD_STREAM);
  const who = other === null ? '' : `: pid ${other.pid} on ${other.host}`;
  return problem(1, `another conductor runs here${who}`, [], ['kleiber status', 'stop it with Ctrl-C, then try again']);
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

function summary(result: WorkerResult | null, project: Project, context: Context): ExitCode {
  const view = project.keeper.look();
  const tasks = [...view.board.values()];
  const count = (standing: string): number => tasks.filter(task => task.standing === standing).length;
  say(
    context,
    `landed ${count('landed')} of ${tasks.length - count('cancelled')}, blocked ${count('blocked')}, waiting ${count('waiting')}, ready ${count('ready')}`,
  );
  if (result?.halted != null) return halted(result.halted, context);
  if (count('blocked') > 0) note(context, 'something needs you: kleiber status');
  if (count('blocked') > 0) return 3;
  const code = unstarted(result, project, context);
  const isMoving = ['ready', 'running', 'submitted', 'queued'].some(standing => count(standing) > 0);
  return code > 0 || count('waiting') === 0 || isMoving
    ? code
    : complain(context, problem(2, 'what waits can never start', [], ['kleiber check']));
}

/** What could not be started is no success. Why has been said when it was met; here is what helps. */
function unstarted(result: WorkerResult | null, project: Project, context: Context): ExitCode {
  const is = (wanted: Refused['reason']): boolean => result?.refused.some(({ reason }) => reason === wanted) === true;
  if (!project.trusted && (result?.refused.length ?? 0) > 0)
    return complain(
      context,
      problem(1, 'nothing new was started: kleiber.yml and the roles are not trusted', [], ['kleiber trust']),
    );
  if (is('baseline_not_green'))
    return complain(
      context,
      problem(
        1,
        'nothing new was started: the checks are not green on the base',
        [],
        ['mend it and commit, then: kleiber conduct'],
      ),
    );
  if (is('no_target'))
    return complain(
      context,
      problem(2, 'HEAD is detached, so there is no branch to land on', [], ['git switch -c my-feature']),
    );
  return is('unfit')
    ? complain(context, problem(2, 'some tasks cannot be started as their files stand', [], ['kleiber check']))
    : 0;
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
    case 'unreachable':
      return complain(
        context,
        problem(3, 'the API cannot be reached; work and conversations are kept', [halt.detail], ['kleiber doctor']),
      );
    case 'cost_guard':
      context.stderr.write(
        `${problemText(problem(3, 'today has cost more than the guard; nothing new is started until a person says so', ['Work that is under way was finished and kept.'], ['kleiber conduct --past-guard']))}\n`,
      );
      return 3;
  }
}
