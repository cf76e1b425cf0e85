/** Where a plan comes from: the planner, asked over a green base, or a file. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runIn } from '../agent/tools/run.ts';
import { checkCommit } from '../conductor/checks.ts';
import { repositoryBrief } from '../conductor/plan/brief.ts';
import { makePlan, type PlanRequest, withinLimits } from '../conductor/plan/make-plan.ts';
import { abandonPlan } from '../conductor/plan/write-plan.ts';
import type { PlanSession } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type CheckedPlan, checkPlan, type RoutingRules, rulesToday } from '../policy/check-plan.ts';
import { pauseText } from '../policy/controls.ts';
import { failingOutput } from '../policy/next-step.ts';
import { pilotAgents, pilotFaults, pilotHindrance, pilotRequest } from '../policy/pilot.ts';
import { readProjectText } from '../record/project-text.ts';
import { gitProblem, type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import { faultyPlan, planProblem } from './plan-problem.ts';
import { draftFrom, requestText } from './plan-request.ts';
import type { Project } from './project.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export interface ProposeFlags {
  from?: string;
  budget: number;
  sandbox: boolean;
  /** Easy work only (seed 3, first validation run). */
  pilot?: boolean;
  /** Somebody says, or has said, whether the plan may be written. */
  isAnswered: boolean;
}

/** A plan that nobody can agree to is not paid for. */
export const nobodyToAsk = (): Problem =>
  problem(
    2,
    'nothing was written: there is no terminal to ask on',
    [],
    ['kleiber plan --yes …', 'kleiber plan --dry-run …   only shows it'],
    'no_terminal',
  );

/** A checked plan with what it took to make it. */
export interface Proposal {
  plan: string;
  request: string;
  checked: CheckedPlan;
  sessions: PlanSession[];
}

export async function propose(
  request: string | undefined,
  flags: ProposeFlags,
  project: Project,
  context: Context,
): Promise<Result<Proposal, Problem>> {
  const id = `p${randomBytes(3).toString('hex').slice(0, 5)}`;
  const hindrance = flags.pilot === true ? pilotHindrance([...project.roles.keys()], rulesOf(project).table) : null;
  if (hindrance !== null) return fail(problem(2, 'there can be no pilot now', [hindrance], ['kleiber route --table']));
  if (flags.from !== undefined) return await fromFile(flags.from, id, flags, project, context);
  const text = await requestText(request, context);
  if (!text.ok) return text;
  const { paused } = project.keeper.look().controls;
  if (paused !== null)
    return fail(problem(3, pauseText(paused), ['Nothing was planned and nothing spent.'], ['kleiber resume']));
  if (!flags.isAnswered) return fail(nobodyToAsk());
  const workshop = await openWorkshop(project, context, { noSandbox: !flags.sandbox });
  if (!workshop.ok) return workshop;
  try {
    note(
      context,
      `planning on opus; planning itself may cost at most $${flags.budget.toFixed(2)}, likely $0.20 to $1.20`,
    );
    return await askPlanner(id, text.value, flags, project, workshop.value, context);
  } finally {
    await workshop.value.close();
  }
}

async function fromFile(
  path: string,
  id: string,
  flags: ProposeFlags,
  project: Project,
  context: Context,
): Promise<Result<Proposal, Problem>> {
  const tasks = await draftFrom(path, id, context);
  if (!tasks.ok) return tasks;
  const common = checkPlan(tasks.value, project.roles, existingIds(project), rulesOf(project));
  const checked = withinLimits(common, tasks.value, { limits: limitsOf(flags, project) });
  if (!checked.ok) return fail(faultyPlan(2, checked.faults, `mend ${path === '-' ? 'it' : path}, then plan again`));
  return ok({ plan: id, request: `from ${path}`, checked: checked.plan, sessions: [] });
}

/** What the flags ask of every task. */
const limitsOf =
  (flags: ProposeFlags, project: Project): PlanRequest['limits'] =>
  tasks =>
    flags.pilot === true ? pilotFaults(tasks, rulesOf(project)) : [];

const rulesOf = ({ config, keeper }: Project): RoutingRules => rulesToday(config, keeper.look());

/** The planner hears the limits of a pilot; the record keeps the request as it was given. */
const toldRequest = (request: string, flags: ProposeFlags, project: Project): string =>
  flags.pilot === true
    ? pilotRequest(request, pilotAgents([...project.roles.keys()], rulesOf(project).table))
    : request;

const existingIds = (project: Project): Set<string> => new Set(project.keeper.look().board.keys());

async function askPlanner(
  id: string,
  request: string,
  flags: ProposeFlags,
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<Result<Proposal, Problem>> {
  const { branch, root } = project.facts;
  const tip = await workshop.store.fetchBranch(root, branch ?? '');
  if (!tip.ok) return fail(gitProblem(tip.failure));
  const start = (await workshop.store.integrationTip(branch ?? '')) ?? tip.value;
  const base = await checkBase(start, project, workshop, context);
  if (base !== null) return fail(base);
  const tree = await workshop.store.openWorktree(`${project.places.worktrees}/planner`, 'kleiber/planner', start);
  if (!tree.ok) return fail(gitProblem(tree.failure));
  const workspace = { root: tree.value.path, zone: null };
  const read = (path: string): string | null => {
    const text = readProjectText(workspace.root, path);
    return text.ok ? text.value : null;
  };
  const made = await makePlan(
    {
      plan: id,
      request: toldRequest(request, flags, project),
      rules: rulesOf(project),
      limits: limitsOf(flags, project),
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
  if (made.ok) return ok({ plan: id, request, checked: made.value.plan, sessions: made.value.sessions });
  const { reason, sessions } = made.failure;
  const target = { checkout: root, branch: branch ?? '' };
  abandonPlan(id, { target, request, why: reason.replaceAll('_', ' '), sessions }, workshop.conductor);
  return fail(planProblem(made.failure));
}

/** No money is spent on a broken base: the checks run once before the first request. Null when they are green. */
async function checkBase(
  commit: string,
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<Problem | null> {
  note(context, 'running the checks once on the base …');
  const validation = await checkCommit(commit, workshop.conductor, context.killed, 'plan-checks');
  if (validation.result === 'green') return null;
  const what = validation.result === 'red' ? 'the checks are red on the base' : 'the checks could not run on the base';
  const where = failingOutput(validation) || 'kleiber.yml names no checks that count';
  return problem(1, `${what}, so nothing was planned and nothing spent`, [where], [baseFix(project)]);
}

function baseFix(project: Project): string {
  if (!existsSync(join(project.facts.root, 'kleiber.yml'))) return 'kleiber init';
  return project.trusted ? 'mend it and commit, then plan again' : 'kleiber trust';
}
