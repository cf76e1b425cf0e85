/** `kleiber plan`: a request becomes task files, all of them or none, after a person has seen the plan. */
import { type Command, InvalidArgumentError } from 'commander';
import { abandonPlan, takeBackHalfPlans, type WriteEdges, writePlan } from '../conductor/plan/write-plan.ts';
import type { PlanEvent, Target } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { workingFiles } from '../git/working-files.ts';
import { rulesToday } from '../policy/check-plan.ts';
import { pastTasks } from '../policy/history.ts';
import { unownedFolders } from '../policy/ownership.ts';
import { PILOT_CRITERIA } from '../policy/pilot.ts';
import { rowsOf } from '../policy/routing-table.ts';
import { type PlanSummary, planJson, planText, summarisePlan } from '../report/plan-text.ts';
import { type ExitCode, gitProblem, type Problem, problem } from '../report/problem.ts';
import { table } from '../report/table.ts';
import { capJudge } from './cap-faults.ts';
import { type Context, canAsk, complain, confirm, note, say, sayJson, widthOf } from './context.ts';
import { openProject, type Project } from './project.ts';
import { nobodyToAsk, type Proposal, propose } from './propose-plan.ts';
import { recordFiles } from './record-files.ts';
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
    .option(
      '--from <file>',
      'take a plan (JSON, as the planner writes it; - for standard input) instead of asking a model',
    )
    .option('--undo <plan>', 'take a plan back whose work has not begun')
    .option('-y, --yes', 'write the task files without asking')
    .option('--pilot', 'a first try: only easy, uncritical work of haiku agents (checked by code)')
    .option('--dry-run', 'show the plan, write nothing; the planner is asked and paid')
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
    takeBackHalfPlans(project.value.keeper.look().drafts, edgesOf(project.value));
    if (flags.undo !== undefined) return undoPlan(flags.undo, project.value, context);
    const target = targetOf(project.value);
    if (!target.ok) return complain(context, target.failure);
    if (request !== undefined && flags.from !== undefined)
      return complain(context, problem(2, 'a request and --from say two things', [], ['kleiber plan --help']));
    const isAnswered = flags.yes === true || flags.dryRun === true || canAsk(context);
    const proposal = await propose(request, { ...flags, isAnswered }, project.value, context);
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
  const drop = (why: string): void =>
    abandonPlan(
      proposal.plan,
      { target, request: requestOf(proposal), why, sessions: proposal.sessions },
      edgesOf(project),
    );
  const caps = [...new Set(proposal.checked.tasks.map(capJudge(project)).filter(fault => fault !== null))];
  if (caps.length > 0) {
    drop('its caps cannot be kept');
    return complain(
      context,
      problem(2, 'the caps of this plan cannot be kept', caps, ['mend budget: or prices: in kleiber.yml']),
    );
  }
  const summary = summarisePlan(
    proposal.checked,
    rulesToday(project.config, project.keeper.look()),
    pastTasks(project.keeper.look().states.values()),
  );
  if (flags.json) sayJson(context, 'plan', { plan: proposal.plan, ...planJson(summary) });
  else
    say(
      context,
      `plan ${proposal.plan}: ${taskCount(proposal.checked.tasks.length)}\n\n${planText(summary, proposal.checked, await unownedHere(project, context), widthOf(context))}`,
    );
  if (flags.dryRun) {
    drop('only looked at');
    return 0;
  }
  const question = `Write ${fileCount(proposal.checked.tasks.length)} under tasks/?`;
  if (flags.yes !== true && !canAsk(context)) return complain(context, nobodyToAsk());
  if (flags.yes !== true && !(await confirm(context, question))) {
    drop('declined');
    return complain(context, problem(3, 'nothing was written', [], ['kleiber plan with a more precise request']));
  }
  return await write(proposal, target, estimatesIn(summary), flags.pilot === true, project, context);
}

async function unownedHere(project: Project, context: Context) {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const files = await workingFiles(project.facts.root, environment);
  return files.ok ? unownedFolders(files.value, project.roles.values()) : [];
}

type Planned = Extract<PlanEvent, { kind: 'planned' }>;
type Estimates = NonNullable<Planned['estimates']>;

/** What the person saw, so that it can be compared with what it came to. */
const estimatesIn = ({ rows }: PlanSummary): Estimates =>
  Object.fromEntries(rows.map(({ task, cost: { low, likely, high } }) => [task.head.id, { low, likely, high }]));

async function write(
  proposal: Proposal,
  target: Target,
  estimates: Estimates,
  isPilot: boolean,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const { plan, checked, sessions } = proposal;
  const planned: Planned = {
    kind: 'planned',
    target,
    request: requestOf(proposal),
    tasks: checked.tasks.map(task => task.head.id),
    sessions,
    table: rowsOf(project.config.routing),
    estimates,
    ...(isPilot ? { pilot: true } : {}),
  };
  const written = await writePlan(plan, checked.tasks, planned, edgesOf(project));
  if (!written.ok)
    return complain(
      context,
      problem(1, `${written.failure.path} could not be written; no task file was kept`, [], ['kleiber doctor']),
    );
  note(
    context,
    `wrote ${fileCount(checked.tasks.length)} under tasks/; nothing runs yet\n  next   kleiber conduct\n         kleiber plan --undo ${plan}`,
  );
  if (isPilot) note(context, pilotNews(plan));
  return 0;
}

const edgesOf = (project: Project): WriteEdges => ({
  holder: project.holder,
  record: recordFiles(project.facts.root),
});

const MOST_REQUEST = 4_000;

/** As the record keeps it. */
const requestOf = ({ request }: Proposal): string => request.slice(0, MOST_REQUEST);

const taskCount = (count: number): string => `${count} ${count === 1 ? 'task' : 'tasks'}`;

const fileCount = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

/** Where to see whether the pilot has met its criteria. */
function pilotNews(plan: string): string {
  const rows = Object.values(PILOT_CRITERIA).map(([text, command], index) => [
    `${index + 1}. ${text}`,
    command.endsWith('--plan') ? `${command} ${plan}` : command,
  ]);
  return ['once it has landed, a pilot is judged by four things (seed 3)', ...table(rows, null)].join('\n');
}
