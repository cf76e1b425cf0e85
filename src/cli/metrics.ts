/** `kleiber metrics`: seed 3's success metrics with their targets, of everything or of one plan. */
import type { Command } from 'commander';
import type { LedgerRow } from '../baton/ledger.ts';
import { planStream } from '../domain/event.ts';
import { metricsOf } from '../policy/metrics.ts';
import { type Criterion, pilotCriteria } from '../policy/pilot.ts';
import { metricsJson, metricsText, pilotText } from '../report/metrics-text.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Context, complain, say, sayJson, widthOf } from './context.ts';
import { openProject, type Project } from './project.ts';
import { type ReviewFacts, reviewFacts, settledRequests } from './review-facts.ts';

interface MetricsFlags {
  plan?: string;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--plan <id>', 'only of this plan; a pilot shows its four criteria too')
    .option('--json', 'as JSON')
    .action(async (flags: MetricsFlags) => done(await metrics(flags, context)));
}

async function metrics(flags: MetricsFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    return show(flags, project.value, context);
  } finally {
    project.value.close();
  }
}

function show(flags: MetricsFlags, project: Project, context: Context): ExitCode {
  const plan = flags.plan ?? null;
  const facts = reviewFacts(project, plan, null);
  if (plan !== null && facts.states.length === 0)
    return complain(context, problem(2, `there is no plan ${plan}`, [], ['kleiber status']));
  const requests = settledRequests(project, plan);
  const tried = facts.states.filter(({ attempts, override }) => attempts.length > 0 || override !== null);
  const overrides = { hits: tried.filter(({ override }) => override !== null).length, total: tried.length };
  const found = metricsOf(facts.record.uses, requests, overrides);
  const pilot = plan !== null && isPilot(plan, project) ? criteriaOf(facts, requests) : null;
  if (flags.json) {
    sayJson(context, 'metrics', { ...metricsJson(found), ...(pilot === null ? {} : { pilot }) });
    return 0;
  }
  say(context, metricsText(found, widthOf(context)));
  if (pilot !== null) say(context, `\n${pilotText(pilot)}`);
  return 0;
}

function isPilot(plan: string, project: Project): boolean {
  return project.baton.read(planStream(plan)).some(({ event }) => event.kind === 'planned' && event.pilot === true);
}

/** Reviews and planning are booked under other agents; what is compared is what the builders spent. */
function criteriaOf({ states, record }: ReviewFacts, requests: readonly LedgerRow[]): Criterion[] {
  const builders = new Map(states.map(({ id, agent }) => [id, agent]));
  const own = requests.filter(({ purpose }) => builders.get(purpose.task) === purpose.agent);
  return pilotCriteria({
    uses: record.uses,
    open: states.filter(({ stage }) => stage.kind !== 'landed' && stage.kind !== 'cancelled').length,
    requests: requests.length,
    assumed: requests.filter(({ assumed }) => assumed).length,
    booked: own.reduce((sum, { settled }) => sum + (settled ?? 0), 0),
    logged: record.attempts.reduce((sum, { cost }) => sum + cost, 0),
  });
}
