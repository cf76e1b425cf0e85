/** A plan for the eyes of the person who approves it: tasks, waves, critical path, models with reasons, and what it will cost. */
import { dollars, type NanoUsd, usdText } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { TIERS } from '../domain/tier.ts';
import { type CheckedPlan, nodesOf, type RoutingRules, routePlanned } from '../policy/check-plan.ts';
import { type Estimate, estimateFrom, estimateMinutes, type Range, sumRanges } from '../policy/estimate.ts';
import { criticalPath, waves } from '../policy/graph.ts';
import type { PastTask } from '../policy/history.ts';
import type { UnownedFolder } from '../policy/ownership.ts';
import type { Routing } from '../policy/route.ts';
import { table } from './table.ts';

export interface PlanRow {
  task: Task;
  wave: number;
  critical: boolean;
  routing: Routing;
  cost: Estimate;
  minutes: [number, number];
}

export interface PlanSummary {
  rows: PlanRow[];
  critical: string[];
  cost: Record<keyof Range, NanoUsd>;
}

/** `past` is what landed here before: estimates learn from it. */
export function summarisePlan(plan: CheckedPlan, rules: RoutingRules, past: readonly PastTask[]): PlanSummary {
  const nodes = nodesOf(plan.tasks);
  const wave = waves(nodes);
  const path = plan.tasks.length > 1 ? criticalPath(nodes) : [];
  const rows = plan.tasks.map((task): PlanRow => {
    const critical = path.includes(task.head.id);
    const routing = routePlanned(task, critical, rules);
    const minutes = task.head.traits.minutes ?? null;
    return {
      task,
      wave: wave.get(task.head.id) ?? 1,
      critical,
      routing,
      cost: estimateFrom(past, task.head.agent, routing.tier, minutes),
      minutes: estimateMinutes(routing.tier, minutes),
    };
  });
  return { rows, critical: path, cost: sumRanges(rows.map(row => row.cost)) };
}

export function planText(
  summary: PlanSummary,
  plan: CheckedPlan,
  unowned: readonly UnownedFolder[],
  width: number | null,
): string {
  const rows = summary.rows.map(({ task, routing, minutes, cost, critical }) => [
    task.head.id,
    task.head.agent,
    routing.tier,
    `${minutes[0]}-${minutes[1]} min`,
    dollars(cost.likely),
    task.head.files.join(' ') || '-',
    task.head.depends_on.map(id => id.slice(id.indexOf('-') + 1)).join(' ') || '-',
    critical ? '*' : '',
  ]);
  return [
    ...table([['id', 'agent', 'model', 'time', 'est.', 'may write', 'after', ''], ...rows], width),
    '',
    ...waveTable(summary, width),
    '',
    `  critical path (*)  ${summary.critical.join(' → ') || 'a single task'}`,
    `  estimate  ${dollars(summary.cost.likely)}, likely ${dollars(summary.cost.low)} to ${dollars(summary.cost.high)} (${basisText(summary)})`,
    '',
    '  why these models',
    ...summary.rows.map(row => `    ${row.task.head.id}  ${row.routing.because.join('; ')}`),
    ...section('mended', plan.mended),
    ...section('worth knowing', plan.warnings),
    ...section(
      'whose is this? no role may write there (roles: in kleiber.yml)',
      unowned.slice(0, MOST_FOLDERS).map(folderLine),
    ),
  ].join('\n');
}

/** Where the estimate comes from. */
function basisText({ rows }: PlanSummary): string {
  const learned = rows.filter(({ cost }) => cost.learnedFrom > 0).length;
  if (learned === 0) return 'too little landed here yet: built-in priors';
  return learned === rows.length
    ? 'from what landed here'
    : `${learned} of ${rows.length} tasks from what landed here, the others built-in priors`;
}

const MOST_FOLDERS = 8;

const folderLine = ({ folder, files }: UnownedFolder): string =>
  `${folder}  ${files} ${files === 1 ? 'file' : 'files'}`;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `  ${title}`, ...lines.map(line => `    ${line}`)];

/** Seed 2's table: what can run at the same time, by wave and tier, with the time it takes. */
function waveTable({ rows }: PlanSummary, width: number | null): string[] {
  const numbers = [...new Set(rows.map(row => row.wave))].sort((a, b) => a - b);
  const lines = numbers.map(wave => {
    const inWave = rows.filter(row => row.wave === wave);
    const cell = (tier: string): string =>
      inWave
        .filter(row => row.routing.tier === tier)
        .map(row => row.task.head.title)
        .join(', ') || '-';
    const low = Math.max(...inWave.map(row => row.minutes[0]));
    const high = Math.max(...inWave.map(row => row.minutes[1]));
    return [`wave ${wave}`, `${low}-${high} min`, ...TIERS.toReversed().map(cell)];
  });
  return table([['', 'time', ...TIERS.toReversed()], ...lines], width);
}

export const planJson = (summary: PlanSummary): Record<string, unknown> => ({
  tasks: summary.rows.map(row => ({
    ...row.task.head,
    wave: row.wave,
    critical: row.critical,
    tier: row.routing.tier,
    effort: row.routing.effort,
    because: row.routing.because,
    estimate_usd: { low: usdText(row.cost.low), likely: usdText(row.cost.likely), high: usdText(row.cost.high) },
    minutes: row.minutes,
  })),
  critical_path: summary.critical,
  estimate_usd: {
    low: usdText(summary.cost.low),
    likely: usdText(summary.cost.likely),
    high: usdText(summary.cost.high),
  },
});
