/** A run: workers and a conductor side by side in one process. They meet in the record and the baton only. */
import { currentHolder } from '../baton/hold.ts';
import { LEAD_STREAM, targetStream } from '../domain/event.ts';
import { pauseText } from '../policy/controls.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { runSummary } from '../report/run-summary.ts';
import type { Refused, WorkerResult } from '../worker/edges.ts';
import { raiseAlerts } from './alerts.ts';
import { type Context, complain, note, say, sayJson } from './context.ts';
import { followLog, jsonPrinter } from './follow.ts';
import { haltProblem } from './halt-problem.ts';
import { namedAgents } from './named-agents.ts';
import { openProject, type Project } from './project.ts';
import { recordFault, writeRecord } from './record-run.ts';
import { repeat } from './repeat.ts';
import { bothSides, type RunOptions } from './run-sides.ts';
import { undeliveredOf } from './status.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export async function runHere(options: RunOptions, context: Context): Promise<ExitCode> {
  const fault = options.record === null ? null : recordFault(options.record, context);
  if (fault !== null) return complain(context, fault);
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const agents = namedAgents(options.workers?.agents ?? 'all', project.value);
    if (!agents.ok) return complain(context, agents.failure);
    const workers = options.workers === null ? null : { ...options.workers, agents: agents.value };
    if (!project.value.trusted) warnUntrusted(project.value, context);
    warnFaults(project.value, context);
    const workshop = await openWorkshop(project.value, context, { noSandbox: options.noSandbox });
    if (!workshop.ok) return complain(context, workshop.failure);
    const code = await runAll({ ...options, workers }, project.value, workshop.value, context);
    if (options.record !== null) writeRecord(options.record, project.value, context);
    return code;
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

/** Workers say it themselves. */
function warnPaused({ workers }: RunOptions, project: Project, context: Context): void {
  const { paused } = project.keeper.look().controls;
  if (paused !== null && workers === null)
    note(context, `${pauseText(paused)}; no review and no advice begins until: kleiber resume`);
}

/** Money is looked at this often while a run goes on. */
const ALERT_MS = 2_000;

async function runAll(options: RunOptions, project: Project, workshop: Workshop, context: Context): Promise<ExitCode> {
  warnPaused(options, project, context);
  const follower = followLog(project.baton, context, () => goingOn(project), options.json ? jsonPrinter : undefined);
  const alerting = repeat(
    ALERT_MS,
    () => raiseAlerts(project, context),
    why => note(context, `alerts could not be looked at, trying again: ${why}`),
  );
  try {
    const { led, result } = await bothSides(options, project, workshop, context);
    follower.stop();
    await raiseAlerts(project, context);
    if (!led && options.workers === null && !context.stopping.aborted) return complain(context, otherLeads(project));
    const code = summary(result, project, context);
    return code === 0 && led ? undelivered(project, context) : code;
  } finally {
    follower.stop();
    await alerting.stop();
    await workshop.close();
  }
}

/** What landed and waits for the person's own changes has been told when it began to wait. */
function undelivered(project: Project, context: Context): ExitCode {
  const { branch } = project.facts;
  if (branch === null || undeliveredOf(project.baton.read(targetStream(branch))) === null) return 0;
  return complain(context, problem(3, `landed work is not on ${branch} yet`, [], ['kleiber status'], 'undelivered'));
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
  const fix = ['kleiber status', 'stop it with Ctrl-C, then try again'];
  return problem(1, `another conductor runs here${who}`, [], fix, 'another_conductor');
}

function summary(result: WorkerResult | null, project: Project, context: Context): ExitCode {
  const { board, controls } = project.keeper.look();
  const { line, counts, needsYou, isDeferred, isStuck, wantsWord } = runSummary(board);
  if (context.json !== undefined) sayJson(context, 'run', counts);
  else say(context, line);
  if (result?.halted != null) return complain(context, haltProblem(result.halted));
  if (controls.paused !== null && wantsWord)
    return complain(context, haltProblem({ reason: 'paused', detail: pauseText(controls.paused) }));
  if (needsYou) note(context, 'something needs you: kleiber status');
  if (needsYou) return 3;
  const code = unstarted(result, project, context);
  if (code === 0 && isDeferred) {
    note(context, 'money is short, so some tasks wait for their day: kleiber status');
    return 3;
  }
  return code > 0 || !isStuck
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
  if (is('no_choice'))
    return complain(
      context,
      problem(
        3,
        'routing is manual, and some tasks wait for your choice of a model',
        (result?.refused ?? []).filter(({ reason }) => reason === 'no_choice').map(({ id }) => id),
        ['kleiber override <id> --model sonnet --reason "…"', 'kleiber status'],
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
