/** `kleiber budget log`: spend that was made elsewhere, booked beside kleiber's own (seeds 3 and 4, token logger). */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { calendarOf } from '../agent/meter.ts';
import type { Purpose } from '../baton/ledger.ts';
import { dollars, inputTokens, NO_USAGE } from '../domain/money.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { PHASES, type Phase, TIERS, type Tier } from '../domain/tier.ts';
import { modelFor, tierOfModel } from '../model/models.ts';
import { costOf } from '../model/prices.ts';
import { tableFor } from '../policy/controls.ts';
import { evidenceOf } from '../policy/evidence.ts';
import { route } from '../policy/route.ts';
import { findRow } from '../policy/routing-table.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { table } from '../report/table.ts';
import { raiseAlerts } from './alerts.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson, widthOf } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';
import { pricesOf } from './purse.ts';

interface LogFlags {
  task?: string;
  plan?: string;
  phase?: Phase;
  tokens?: number;
  model?: string;
  note?: string;
  week?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples
  kleiber budget log --task p1ab2-03 --phase PLAN --tokens 42000
  kleiber budget log --week
`;

export function defineLog(budget: Command, context: Context, done: (code: ExitCode) => void): void {
  budget
    .command('log')
    .description('book spend that was made elsewhere, at the output price; or show the week')
    .exitOverride()
    .option('--task <id>', 'what it was spent on')
    .option('--plan <id>', 'the plan it was spent on, where it was no single task')
    .addOption(new Option('--phase <phase>', 'LEAD, PLAN or EXEC; a task has its own').choices(PHASES))
    .option('--tokens <n>', 'how many, read and written together', count)
    .option('--model <model>', 'a tier or a model id; without it, the one that the table names')
    .option('--note <text>', 'a word on it')
    .option('--week', 'show what this week has cost so far')
    .option('--json', 'with --week: as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: LogFlags) => done(await log(flags, context)));
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1e9)
    throw new InvalidArgumentError('a whole number of tokens, 1 or more');
  return value;
}

async function log(flags: LogFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (flags.week) return showWeek(flags, project.value, context);
    return await book(flags, project.value, context);
  } finally {
    project.value.close();
  }
}

async function book(flags: LogFlags, project: Project, context: Context): Promise<ExitCode> {
  const { tokens } = flags;
  if (tokens === undefined || (flags.task === undefined) === (flags.plan === undefined))
    return complain(
      context,
      problem(
        2,
        'what was spent, and on what?',
        ['Give --tokens, and either --task or --plan.'],
        ['kleiber budget log --task p1ab2-03 --tokens 42000', 'kleiber budget log --week'],
      ),
    );
  const purpose = flags.task === undefined ? planPurpose(flags, project) : taskPurpose(flags.task, flags, project);
  if (!purpose.ok) return complain(context, purpose.failure);
  const now = systemClock.now();
  const when = { ...calendarOf(now), owner: project.holder.owner };
  // Nobody knows how much of it was written, or thought, so all of it counts as the dearer kind.
  const { thinking: _, ...nothing } = NO_USAGE;
  const usage = { ...nothing, output: tokens };
  const cost = costOf(pricesOf(project), purpose.value.model, usage, when.day);
  if (cost === null)
    return complain(
      context,
      problem(2, `the price of ${purpose.value.model} is unknown`, [], ['add a row under prices: in kleiber.yml']),
    );
  project.ledger.record(purpose.value, when, usage, cost, flags.note ?? '');
  const { task, phase, model } = purpose.value;
  say(
    context,
    `logged ${tokens} tokens of ${model} on ${task} in ${phase}: ${dollars(cost)}, counted in ${when.day} and ${when.week}`,
  );
  await raiseAlerts(project, context);
  return 0;
}

function taskPurpose(id: string, flags: LogFlags, project: Project): Result<Purpose, Problem> {
  const view = project.keeper.look();
  const found = findTask(view, id);
  if (!found.ok) return found;
  const { card, state } = found.value;
  const model = modelOf(flags.model, () => tierOfTask(card.id, flags.phase, view, project), project);
  if (!model.ok) return model;
  return ok({
    ...common(project),
    ...model.value,
    plan: state?.plan ?? card.plan ?? null,
    task: card.id,
    phase: flags.phase ?? card.phase,
    agent: card.agent,
  });
}

/** As it is routed; in another phase of it than its own, as that phase's table says. */
function tierOfTask(id: string, phase: Phase | undefined, view: BoardView, { config }: Project): Tier {
  const task = view.board.get(id);
  const file = view.tasks.get(id);
  if (task === undefined || file === undefined) return 'opus';
  const head = { ...file.task.head, phase: phase ?? file.task.head.phase };
  const evidence = evidenceOf(task.state, task, file.task, config);
  return route(head, tableFor(task.card.plan, config.routing, view), evidence).tier;
}

const PLANNER = 'planner';

function planPurpose(flags: LogFlags, project: Project): Result<Purpose, Problem> {
  const { plan = '', phase } = flags;
  const view = project.keeper.look();
  const isKnown = [...view.board.values()].some(({ card, state }) => card.plan === plan || state?.plan === plan);
  if (!isKnown) return fail(problem(2, `there is no plan ${plan}`, [], ['kleiber status']));
  if (phase === undefined)
    return fail(problem(2, 'a plan has work in every phase', [], [`kleiber budget log --plan ${plan} --phase PLAN …`]));
  const { routing } = project.config;
  const model = modelOf(flags.model, () => findRow(tableFor(plan, routing, view), phase, PLANNER).tier, project);
  return model.ok ? ok({ ...common(project), ...model.value, plan, task: plan, phase, agent: PLANNER }) : model;
}

const common = (project: Project) => ({ repository: project.facts.commonDir, session: 'elsewhere', attempt: 0 });

function modelOf(
  given: string | undefined,
  usual: () => Tier,
  { config }: Project,
): Result<{ tier: Tier; model: string }, Problem> {
  const named = TIERS.find(tier => tier === given);
  if (given === undefined || named !== undefined) {
    const tier = named ?? usual();
    return ok({ tier, model: modelFor(tier, config.models) });
  }
  const tier = tierOfModel(given, config.models) ?? TIERS.find(known => given.includes(known));
  return tier === undefined
    ? fail(problem(2, `no tier is served by ${given}`, [], ['kleiber budget log --model sonnet …']))
    : ok({ tier, model: given });
}

function showWeek(flags: LogFlags, project: Project, context: Context): ExitCode {
  const { week } = calendarOf(systemClock.now());
  const entries = weekOf(project, week);
  const total = entries.reduce((sum, { cost }) => sum + cost, 0);
  if (flags.json) {
    sayJson(context, 'budget_log', { week, entries, cost: total });
    return 0;
  }
  const rows = entries.map(({ day, task, phase, model, tokens, cost, logged }) => [
    day,
    task,
    phase,
    model,
    `${tokens} tokens`,
    dollars(cost),
    logged === null ? '' : `logged${logged === '' ? '' : `: ${logged}`}`,
  ]);
  say(context, [`${week}: ${dollars(total)} here`, ...table(rows, widthOf(context))].join('\n'));
  return 0;
}

interface WeekEntry {
  day: string;
  task: string;
  phase: string;
  model: string;
  tokens: number;
  cost: number;
  /** What was written beside logged spend; null for kleiber's own. */
  logged: string | null;
}

/** Kleiber's own requests of a day summed up by task, phase and model; what was logged, line by line. */
function weekOf({ ledger, facts }: Project, week: string): WeekEntry[] {
  const entries = new Map<string, WeekEntry>();
  for (const row of ledger.rows({ repository: facts.commonDir, week })) {
    const { task, phase, model } = row.purpose;
    const key = JSON.stringify([row.day, task, phase, model, row.logged === null ? '' : row.reservation]);
    const before = entries.get(key) ?? { day: row.day, task, phase, model, tokens: 0, cost: 0, logged: row.logged };
    const tokens = row.usage === null ? 0 : inputTokens(row.usage) + row.usage.output;
    entries.set(key, { ...before, tokens: before.tokens + tokens, cost: before.cost + (row.settled ?? 0) });
  }
  return [...entries.values()];
}
