/** `kleiber route`: which model a task or an agent gets with every step that decided, the whole table, and its rollback. */
import { type Command, Option } from 'commander';
import { traitsSchema } from '../domain/task.ts';
import { PHASES, type Phase, type Tier } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import type { BoardTask } from '../policy/board.ts';
import { tableFor } from '../policy/controls.ts';
import { NO_EVIDENCE, type Routing, route } from '../policy/route.ts';
import { costsByType, predict } from '../policy/task-costs.ts';
import { typeOf } from '../policy/task-kind.ts';
import { wholeTable } from '../policy/whole-table.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type LineOf, routeSteps, wholeTableJson, wholeTableText } from '../report/routing-text.ts';
import { personOf } from './by-person.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { decide } from './decide.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';
import { reviewFacts } from './review-facts.ts';
import { linesFor, linesOf, routeOfTask } from './route-task.ts';

interface RouteFlags {
  agent?: string;
  phase: Phase;
  table?: boolean;
  rollback?: string;
  restore?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[task]', 'a task; or give --agent, or --table')
    .option('--agent <name>', 'what the table says for an agent')
    .addOption(new Option('--phase <phase>', 'LEAD, PLAN or EXEC').choices(PHASES).default('EXEC'))
    .option('--table', 'the whole table, each row with its source')
    .option('--rollback <reason>', 'put every row on sonnet until --restore; the floor holds')
    .option('--restore', 'end a rollback')
    .option('--json', 'as JSON')
    .action(async (task: string | undefined, flags: RouteFlags) => done(await show(task, flags, context)));
}

async function show(id: string | undefined, flags: RouteFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (flags.rollback !== undefined) return await rollBack(flags.rollback, project.value, context);
    if (flags.restore) return await restore(project.value, context);
    if (flags.table) return printTable(flags, project.value, context);
    if (id !== undefined) return showTask(id, flags, project.value, context);
    if (flags.agent !== undefined) return showAgent(flags.agent, flags, project.value, context);
    return complain(
      context,
      problem(
        2,
        'route what?',
        ['Give a task, an agent and a phase, or --table.'],
        ['kleiber route p1ab2-03', 'kleiber route --agent testing --phase EXEC', 'kleiber route --table'],
      ),
    );
  } finally {
    project.value.close();
  }
}

/** Reversible and logged; every attempt that begins from now on goes by it, also in plans under way (seed 3, rollback). */
async function rollBack(reason: string, project: Project, context: Context): Promise<ExitCode> {
  const by = await personOf(project);
  const code = decide(
    ({ rolledBack }) =>
      rolledBack === null
        ? { kind: 'routing_rolled_back', by, reason }
        : `${rolledBack.by} has rolled the table back already: ${rolledBack.reason}`,
    'every row is sonnet until: kleiber route --restore',
    project,
    context,
  );
  note(
    context,
    'attempts that run go on as they are; all that begin from now on go by it, in plans under way too. Security, VALIDATION, tier 3, critical work and every other rule of the floor keep their models.',
  );
  return code;
}

async function restore(project: Project, context: Context): Promise<ExitCode> {
  const by = await personOf(project);
  return decide(
    ({ rolledBack }) => (rolledBack === null ? 'the table is not rolled back' : { kind: 'routing_restored', by }),
    'the table counts again; each plan goes on with the rows it was made with',
    project,
    context,
  );
}

function printTable(flags: RouteFlags, project: Project, context: Context): ExitCode {
  const { controls } = project.keeper.look();
  const today = project.config.routing;
  const rows = wholeTable(tableFor(null, today, project.keeper.look()));
  const lineOf = linesOf(project);
  if (flags.json) {
    const { rolledBack } = controls;
    sayJson(context, 'routing_table', { manual: today === 'manual', rolledBack, rows: wholeTableJson(rows, lineOf) });
    return 0;
  }
  if (controls.rolledBack !== null)
    say(
      context,
      `rolled back by ${controls.rolledBack.by}: ${controls.rolledBack.reason}; what comes out is in the last column\n`,
    );
  if (today === 'manual') say(context, 'routing is manual: the table advises, and a person chooses for each task\n');
  say(context, wholeTableText(rows, lineOf, widthOf(context)));
  say(
    context,
    '\n* is written in kleiber.yml. Agents in no row are sonnet, and their traits may move them. A plan keeps the rows it was made with.',
  );
  return 0;
}

function showTask(id: string, flags: RouteFlags, project: Project, context: Context): ExitCode {
  const view = project.keeper.look();
  const task = findTask(view, id);
  if (!task.ok) return complain(context, task.failure);
  const routing = routeOfTask(task.value, view, project);
  if (routing === null)
    return complain(context, problem(2, `the file of ${task.value.card.id} is gone or faulty`, [], ['kleiber check']));
  print(
    task.value.card.id,
    routing,
    whichTable(task.value, project),
    linesFor(task.value, view, project),
    flags,
    project,
    context,
  );
  if (!flags.json) say(context, outlookText(task.value, routing.tier, project));
  return 0;
}

/** How often work of this sort has gone on to a stronger model, and what that says of the next one. */
function outlookText({ card }: BoardTask, tier: Tier, project: Project): string {
  const { view, record } = reviewFacts(project, null, null);
  const file = view.tasks.get(card.id);
  const type = file === undefined ? 'other' : typeOf(file.task.head);
  const row = costsByType(record.uses).find(found => found.type === type && found.tier === tier);
  const { chance, escalated, tasks } = row?.escalation ?? predict(0, 0);
  return `  escalation: about ${Math.round(chance * 100)} % likely (${escalated} of ${tasks} tasks of sort "${type}" on ${tier} so far, smoothed by 1 of 10)`;
}

/** Which rows were asked, where that is not plain: those of the plan, or a rollback over them. */
function whichTable({ state, card }: BoardTask, project: Project): string | null {
  const plan = state?.plan ?? card.plan;
  return plan !== undefined && plan !== null && project.keeper.look().tables.has(plan)
    ? `the rows of kleiber.yml are those with which plan ${plan} was made (a table is frozen per plan)`
    : null;
}

function showAgent(agent: string, flags: RouteFlags, project: Project, context: Context): ExitCode {
  const table = tableFor(null, project.config.routing, project.keeper.look());
  const head = { agent, phase: flags.phase, priority: 'p1' as const, risk: [], traits: traitsSchema.parse({}) };
  const routing = route(head, table, NO_EVIDENCE);
  print(agent, routing, null, linesOf(project), flags, project, context);
  return 0;
}

function print(
  name: string,
  routing: Routing,
  frozen: string | null,
  lineOf: LineOf,
  flags: RouteFlags,
  project: Project,
  context: Context,
): void {
  const model = modelFor(routing.tier, project.config.models);
  const { tier, effort, because, floor } = routing;
  if (flags.json) {
    sayJson(context, 'route', {
      subject: name,
      tier,
      effort,
      model,
      because,
      table: frozen,
      floor: floor.tier,
      floorBecause: floor.because,
      needs_person: floor.needsPerson,
    });
    return;
  }
  say(
    context,
    `${name}: ${tier} (${model}), ${effort} effort${floor.needsPerson ? ', and a person before it lands' : ''}`,
  );
  for (const line of routeSteps(routing, lineOf)) say(context, line);
  if (frozen !== null) say(context, `  ${frozen}`);
}
