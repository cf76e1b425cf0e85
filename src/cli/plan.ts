/** `kleiber plan`: a request becomes task files, all of them or none, after a person has seen the plan. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { runIn } from '../agent/tools/run.ts';
import { repositoryBrief } from '../conductor/plan/brief.ts';
import { parseDraft, tasksOf } from '../conductor/plan/draft.ts';
import { makePlan, type PlanFailure } from '../conductor/plan/make-plan.ts';
import { type PlanSession, planStream, type Target, type TaskEvent, taskStream } from '../domain/event.ts';
import { taskPath } from '../domain/record-paths.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import { type CheckedPlan, checkPlan, type PlanFault } from '../policy/check-plan.ts';
import { writeRecordFile } from '../record/record-disk.ts';
import { formatTask } from '../record/task-file.ts';
import { planJson, planText, summarisePlan } from '../report/plan-text.ts';
import { type ExitCode, gitProblem, type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, confirm, note, say, sayJson, widthOf } from './context.ts';
import { sha256 } from './hash.ts';
import { openProject, type Project } from './project.ts';
import { undoPlan } from './undo-plan.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

interface PlanFlags {
  from?: string;
  undo?: string;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
  budget: number;
  sandbox: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[request]', 'what you want: a text, a file, or - for standard input')
    .option('--from <file>', 'take a plan (JSON, as the planner writes it) instead of asking a model')
    .option('--undo <plan>', 'take a plan back whose work has not begun')
    .option('-y, --yes', 'write the task files without asking')
    .option('--dry-run', 'show the plan, write nothing')
    .option('--json', 'the plan as JSON')
    .option('--budget <usd>', 'most that planning itself may cost', dollars, 3)
    .option('--no-sandbox', 'let the planner search with your own rights (dangerous)')
    .action(async (request: string | undefined, flags: PlanFlags) => done(await plan(request, flags, context)));
}

function dollars(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('dollars, such as 3 or 0.50');
  return value;
}

interface Proposal {
  plan: string;
  request: string;
  checked: CheckedPlan;
  sessions: PlanSession[];
}

async function plan(request: string | undefined, flags: PlanFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (flags.undo !== undefined) return undoPlan(flags.undo, project.value, context);
    const target = targetOf(project.value);
    if (!target.ok) return complain(context, target.failure);
    const proposal = await propose(request, flags, project.value, context);
    if (!proposal.ok) return complain(context, proposal.failure);
    return await approve(proposal.value, target.value, flags, project.value, context);
  } finally {
    project.value.close();
  }
}

function targetOf(project: Project): Result<Target, Problem> {
  const { branch, head, root } = project.facts;
  if (head === null) return fail(gitProblem({ reason: 'no_commits', path: root }));
  if (branch === null)
    return fail(problem(2, 'HEAD is detached, so there is no branch to land on', [], ['git switch -c my-feature']));
  return ok({ checkout: root, branch });
}

async function propose(
  request: string | undefined,
  flags: PlanFlags,
  project: Project,
  context: Context,
): Promise<Result<Proposal, Problem>> {
  const id = `p${randomBytes(3).toString('hex').slice(0, 5)}`;
  if (flags.from !== undefined) return fromFile(flags.from, id, project);
  const text = await requestText(request, context);
  if (text === '')
    return fail(
      problem(
        2,
        'what do you want to be built?',
        [],
        ['kleiber plan "Add coupons to the checkout"', 'kleiber plan request.md'],
      ),
    );
  const workshop = await openWorkshop(project, context, { noSandbox: !flags.sandbox });
  if (!workshop.ok) return workshop;
  try {
    note(
      context,
      `planning on opus; planning itself may cost at most $${flags.budget.toFixed(2)}, likely $0.20 to $1.20`,
    );
    return await askPlanner(id, text, flags, project, workshop.value, context);
  } finally {
    await workshop.value.close();
  }
}

/** A path that exists is read; a dash is standard input; everything else is the request itself. */
async function requestText(request: string | undefined, context: Context): Promise<string> {
  if (request === undefined) return '';
  if (request === '-') return (await context.stdin.read()).trim();
  const path = join(context.cwd, request);
  return (
    request.length < 200 && existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : request
  ).trim();
}

function fromFile(path: string, id: string, project: Project): Result<Proposal, Problem> {
  if (!existsSync(path)) return fail(problem(2, `${path} does not exist`, [], ['kleiber plan --from plan.json']));
  const draft = parseDraft(readFileSync(path, 'utf8'));
  if (!draft.ok) return fail(problem(2, `${path} is not a plan`, [draft.failure.detail], ['kleiber plan --help']));
  const tasks = tasksOf(draft.value, id, systemClock.now().toISOString());
  const checked = checkPlan(tasks, project.roles, existingIds(project), project.config.routing);
  if (!checked.ok) return fail(faultyPlan(checked.faults));
  return ok({ plan: id, request: `from ${path}`, checked: checked.plan, sessions: [] });
}

const existingIds = (project: Project): Set<string> => new Set(project.keeper.look().board.keys());

const faultyPlan = (faults: readonly PlanFault[]): Problem =>
  problem(
    1,
    'the plan cannot be used',
    faults.map(fault => `${fault.task}${fault.task === '' ? '' : ': '}${fault.problem}`),
    ['kleiber plan with a more precise request'],
  );

async function askPlanner(
  id: string,
  request: string,
  flags: PlanFlags,
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<Result<Proposal, Problem>> {
  const { branch, root } = project.facts;
  const tip = await workshop.store.fetchBranch(root, branch ?? '');
  if (!tip.ok) return fail(gitProblem(tip.failure));
  const start = (await workshop.store.integrationTip(branch ?? '')) ?? tip.value;
  const tree = await workshop.store.openWorktree(`${project.places.worktrees}/planner`, 'kleiber/planner', start);
  if (!tree.ok) return fail(gitProblem(tree.failure));
  const workspace = { root: tree.value.path, zone: null };
  const read = (path: string): string | null =>
    existsSync(join(workspace.root, path)) ? readFileSync(join(workspace.root, path), 'utf8') : null;
  const made = await makePlan(
    {
      plan: id,
      request,
      brief: repositoryBrief({ files: await workshop.store.listFiles(start), read }),
      createdAt: systemClock.now().toISOString(),
      existing: existingIds(project),
      workspace,
      run: runIn(workshop.studio.sandbox, { worktree: workspace.root, binds: [], gitDir: workshop.store.path }),
      capUsd: flags.budget,
      signal: AbortSignal.any([context.stopping, context.killed]),
      notice: text => note(context, text),
    },
    workshop.studio,
  );
  return made.ok
    ? ok({ plan: id, request, checked: made.value.plan, sessions: made.value.sessions })
    : fail(planProblem(made.failure));
}

function planProblem(failure: PlanFailure): Problem {
  switch (failure.reason) {
    case 'plan_faulty':
      return faultyPlan(failure.faults);
    case 'plan_rejected':
      return problem(1, 'the architect did not approve the plan in three rounds', failure.feedback, [
        'kleiber plan with a more precise request',
      ]);
    case 'planner_stopped':
      return stoppedProblem(failure.outcome);
  }
}

function stoppedProblem(outcome: Extract<PlanFailure, { reason: 'planner_stopped' }>['outcome']): Problem {
  switch (outcome.kind) {
    case 'budget':
      return problem(3, `planning stopped at the cap of the ${outcome.scope}`, [], ['kleiber plan --budget 5 …']);
    case 'unpriced':
      return problem(
        2,
        `the price of ${outcome.model} is unknown, so no cap could be kept`,
        [],
        ['add a row under prices: in kleiber.yml'],
      );
    case 'model_failed':
      if (outcome.failure.reason === 'unauthorized')
        return problem(
          4,
          'the API refused the key',
          [outcome.failure.detail],
          ['export ANTHROPIC_API_KEY=…', 'kleiber doctor'],
        );
      return problem(
        1,
        `the model could not answer (${outcome.failure.reason.replaceAll('_', ' ')})`,
        'detail' in outcome.failure ? [outcome.failure.detail] : [],
        ['kleiber doctor'],
      );
    default:
      return problem(
        1,
        `planning ended without a plan (${outcome.kind.replaceAll('_', ' ')})`,
        [],
        ['kleiber plan again'],
      );
  }
}

async function approve(
  proposal: Proposal,
  target: Target,
  flags: PlanFlags,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const summary = summarisePlan(proposal.checked, project.config.routing);
  if (flags.json) sayJson(context, 'plan', { plan: proposal.plan, ...planJson(summary) });
  else
    say(
      context,
      `plan ${proposal.plan}: ${proposal.checked.tasks.length} tasks\n\n${planText(summary, proposal.checked, widthOf(context))}`,
    );
  if (flags.dryRun) return 0;
  const agreed =
    flags.yes === true || (await confirm(context, `Write these ${proposal.checked.tasks.length} task files?`));
  if (!agreed) return complain(context, problem(2, 'nothing was written', [], ['kleiber plan --yes …']));
  return await write(proposal, target, project, context);
}

/** The events come first in meaning and last in time: without them the files are requests like any typed by hand. */
async function write(proposal: Proposal, target: Target, project: Project, context: Context): Promise<ExitCode> {
  const written = await writeAll(proposal.checked.tasks, project.facts.root);
  if (!written.ok) return complain(context, written.failure);
  const at = systemClock.now().toISOString();
  for (const task of proposal.checked.tasks) {
    const event: TaskEvent = {
      kind: 'created',
      target,
      agent: task.head.agent,
      file: taskPath(task.head.agent, task.head.id),
      fileHash: sha256(formatTask(task)),
      plan: proposal.plan,
    };
    project.baton.append({ stream: taskStream(task.head.id), seq: 1, at, event });
  }
  const tasks = proposal.checked.tasks.map(task => task.head.id);
  project.baton.append({
    stream: planStream(proposal.plan),
    seq: 1,
    at,
    event: { kind: 'planned', target, request: proposal.request.slice(0, 4000), tasks, sessions: proposal.sessions },
  });
  note(
    context,
    `wrote ${tasks.length} files under tasks/; nothing runs yet\n  next   kleiber conduct\n         kleiber plan --undo ${proposal.plan}`,
  );
  return 0;
}

/** All task files or none: when one cannot be written, the others are taken away again. */
async function writeAll(tasks: readonly Task[], root: string): Promise<Result<void, Problem>> {
  const done: string[] = [];
  for (const task of tasks) {
    const path = taskPath(task.head.agent, task.head.id);
    const result = await writeRecordFile(root, path, formatTask(task), null);
    if (result.ok) {
      done.push(path);
      continue;
    }
    for (const other of done) rmSync(join(root, other), { force: true });
    return fail(
      problem(
        1,
        `${path} could not be written (${result.failure.reason}); no task file was kept`,
        [],
        ['kleiber doctor'],
      ),
    );
  }
  return ok(undefined);
}
