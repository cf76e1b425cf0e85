/** `kleiber plan`: a request becomes task files, all of them or none, after a person has seen the plan. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type PlanEvent, planStream, type Target, type TaskEvent, taskStream } from '../domain/event.ts';
import { taskPath } from '../domain/record-paths.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import { workingFiles } from '../git/working-files.ts';
import { rulesToday } from '../policy/check-plan.ts';
import { pastTasks } from '../policy/history.ts';
import { unownedFolders } from '../policy/ownership.ts';
import { PILOT_CRITERIA } from '../policy/pilot.ts';
import { rowsOf } from '../policy/routing-table.ts';
import { writeRecordFile } from '../record/record-disk.ts';
import { formatTask } from '../record/task-file.ts';
import { type PlanSummary, planJson, planText, summarisePlan } from '../report/plan-text.ts';
import { type ExitCode, gitProblem, type Problem, problem } from '../report/problem.ts';
import { table } from '../report/table.ts';
import { capFault } from './cap-faults.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, confirm, note, say, sayJson, widthOf } from './context.ts';
import { sha256 } from './hash.ts';
import { openProject, type Project } from './project.ts';
import { type Proposal, propose } from './propose-plan.ts';
import { undoPlan } from './undo-plan.ts';

interface PlanFlags {
  from?: string;
  undo?: string;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
  budget: number;
  sandbox: boolean;
  pilot?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[request]', 'what you want: a text, a file, or - for standard input')
    .option('--from <file>', 'take a plan (JSON, as the planner writes it) instead of asking a model')
    .option('--undo <plan>', 'take a plan back whose work has not begun')
    .option('-y, --yes', 'write the task files without asking')
    .option('--pilot', 'a first try: only easy, uncritical work of haiku agents (checked by code)')
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

async function approve(
  proposal: Proposal,
  target: Target,
  flags: PlanFlags,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const count = proposal.checked.tasks.length;
  const caps = proposal.checked.tasks.flatMap(task => capFault(task, project) ?? []);
  if (caps.length > 0)
    return complain(
      context,
      problem(2, 'a cap is too low for the work it is for', caps, ['raise budget: task_usd in kleiber.yml']),
    );
  const summary = summarisePlan(
    proposal.checked,
    rulesToday(project.config, project.keeper.look()),
    pastTasks(project.keeper.look().states.values()),
  );
  if (flags.json) sayJson(context, 'plan', { plan: proposal.plan, ...planJson(summary) });
  else
    say(
      context,
      `plan ${proposal.plan}: ${count} ${count === 1 ? 'task' : 'tasks'}\n\n${planText(summary, proposal.checked, await unownedHere(project, context), widthOf(context))}`,
    );
  if (flags.dryRun) return 0;
  const agreed =
    flags.yes === true ||
    (await confirm(context, `Write ${count === 1 ? 'this task file' : `these ${count} task files`}?`));
  if (!agreed) return complain(context, problem(2, 'nothing was written', [], ['kleiber plan --yes …']));
  return await write(proposal, target, estimatesIn(summary), flags.pilot === true, project, context);
}

async function unownedHere(project: Project, context: Context) {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const files = await workingFiles(project.facts.root, environment);
  return files.ok ? unownedFolders(files.value, project.roles.values()) : [];
}

type Estimates = NonNullable<Extract<PlanEvent, { kind: 'planned' }>['estimates']>;

/** What the person saw, so that it can be compared with what it came to. */
const estimatesIn = ({ rows }: PlanSummary): Estimates =>
  Object.fromEntries(rows.map(({ task, cost: { low, likely, high } }) => [task.head.id, { low, likely, high }]));

/** The events come first in meaning and last in time: without them the files are requests like any typed by hand. */
async function write(
  proposal: Proposal,
  target: Target,
  estimates: Estimates,
  isPilot: boolean,
  project: Project,
  context: Context,
): Promise<ExitCode> {
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
    event: {
      kind: 'planned',
      target,
      request: proposal.request.slice(0, 4000),
      tasks,
      sessions: proposal.sessions,
      table: rowsOf(project.config.routing),
      estimates,
      ...(isPilot ? { pilot: true } : {}),
    },
  });
  note(
    context,
    `wrote ${tasks.length} ${tasks.length === 1 ? 'file' : 'files'} under tasks/; nothing runs yet\n  next   kleiber conduct\n         kleiber plan --undo ${proposal.plan}`,
  );
  if (isPilot) note(context, pilotNews(proposal.plan));
  return 0;
}

/** Where to see whether the pilot has met its criteria. */
function pilotNews(plan: string): string {
  const rows = Object.values(PILOT_CRITERIA).map(([text, command], index) => [
    `${index + 1}. ${text}`,
    command.endsWith('--plan') ? `${command} ${plan}` : command,
  ]);
  return ['once it has landed, a pilot is judged by four things (seed 3)', ...table(rows, null)].join('\n');
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
