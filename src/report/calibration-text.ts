/** The weekly review for a person: the table with its evidence, what it advises, what each sort of task costs. */
import { dollars, usdText } from '../domain/money.ts';
import type { TableMove } from '../domain/tier.ts';
import { type Evidence, EXPECTED_REWORK, type Finding, moveText, percent } from '../policy/calibrate.ts';
import type { Interval } from '../policy/interval.ts';
import type { Shadow, TypeRow } from '../policy/task-costs.ts';
import type { AttemptRecord } from '../policy/track-record.ts';
import { table } from './table.ts';

export interface Calibration {
  findings: readonly Finding[];
  moves: readonly TableMove[];
  types: readonly TypeRow[];
  attempts: readonly AttemptRecord[];
  /** What is only watched since a day; null where nothing is. */
  shadow: { since: string; moves: readonly TableMove[]; seen: Shadow } | null;
  lastReviewAt: string | null;
}

const range = ({ low, high }: Interval): string => `${Math.round(low * 100)}-${Math.round(high * 100)} %`;

export function calibrationText(found: Calibration, width: number | null): string {
  if (found.findings.length === 0)
    return 'nothing to review yet: no task has been tried. The review is weekly, once there is work to look at.';
  const parts = [
    table([HEAD, ...found.findings.map(findingCells)], width),
    ['', ...found.findings.flatMap(reasons)],
    typeLines(found.types, width),
    shadowLines(found.shadow),
    proposalLines(found.moves),
  ];
  return parts.flat().join('\n');
}

const HEAD = [
  'agent',
  'phase',
  'model',
  'tasks',
  'tries',
  'rework',
  '95 in 100',
  'first try',
  'escal.',
  'cost',
  'est.',
  'qual.',
  '',
];

function findingCells({ agent, phase, tier, isRow, evidence, interval, advice, to }: Finding): string[] {
  const { tasks, attempts, rework, firstTry, escalated, cost, quality } = evidence;
  return [
    agent,
    phase,
    isRow ? tier : `(${tier})`,
    String(tasks),
    String(attempts),
    percent(rework, tasks),
    tasks === 0 ? '-' : range(interval),
    percent(firstTry, tasks),
    percent(escalated, tasks),
    dollars(cost),
    againstEstimate(evidence),
    quality === null ? '-' : String(Math.round(quality)),
    to === null ? advice : `${advice} → ${to}`,
  ];
}

/** What was spent over what was foreseen for the same tasks. */
const againstEstimate = ({ cost, estimate }: Evidence): string =>
  estimate === 0 ? '-' : `${(cost / estimate).toFixed(1)}x`;

function reasons({ agent, phase, tier, evidence, strength, because, advice }: Finding): string[] {
  const weak =
    evidence.tasks === 0 ? '' : ` Evidence: ${strength}, ${evidence.tasks} ${evidence.tasks === 1 ? 'task' : 'tasks'}.`;
  const expected = EXPECTED_REWORK[tier];
  const wanted = expected === null ? '' : ` Expected of ${tier}: under ${expected * 100} %.`;
  return advice === 'NO DATA'
    ? []
    : [`  ${agent} ${phase} on ${tier}: ${advice}. ${because.join('; ')}.${weak}${wanted}`];
}

function typeLines(types: readonly TypeRow[], width: number | null): string[] {
  if (types.length === 0) return [];
  const rows = types.map(({ type, tier, evidence, landed, costPerLanded, escalation }) => [
    type,
    tier,
    `${landed} landed`,
    costPerLanded === null ? '-' : `${dollars(costPerLanded)} each`,
    `${percent(evidence.rework, evidence.tasks)} rework`,
    evidence.quality === null ? 'quality -' : `quality ${Math.round(evidence.quality)}`,
    `next escalates: ${Math.round(escalation.chance * 100)} % (${escalation.escalated} of ${escalation.tasks} seen, smoothed by 1 of 10)`,
  ]);
  return ['', 'cost and benefit by sort of task', ...table(rows, width)];
}

function shadowLines(shadow: Calibration['shadow']): string[] {
  if (shadow === null) return [];
  const { tasks, cost, wouldCost } = shadow.seen;
  return [
    '',
    `watched since ${shadow.since.slice(0, 10)}, not in use: ${shadow.moves.map(moveText).join('; ')}`,
    tasks.length === 0
      ? '  no task since then would have run elsewhere'
      : `  ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} would have run elsewhere, for about ${dollars(wouldCost)} instead of ${dollars(cost)}`,
  ];
}

function proposalLines(moves: readonly TableMove[]): string[] {
  if (moves.length === 0) return ['', 'nothing to change'];
  return ['', 'proposal, in use from the next plan on once it is applied', ...moves.map(move => `  ${moveText(move)}`)];
}

/** What can be done with a review that was only looked at. */
export const reviewHints = (moves: readonly TableMove[]): string =>
  moves.length === 0
    ? '  kleiber calibrate --apply    puts this review on record'
    : '  kleiber calibrate --apply    writes it to kleiber.yml and commits it\n  kleiber calibrate --shadow   only watches what it would choose and cost';

export const calibrationJson = (found: Calibration): Record<string, unknown> => ({
  lastReviewAt: found.lastReviewAt,
  findings: found.findings.map(({ evidence, interval, ...finding }) => ({
    ...finding,
    ...evidence,
    estimate: undefined,
    estimateUsd: usdText(evidence.estimate),
    reworkInterval: interval,
  })),
  proposal: found.moves,
  types: found.types.map(({ evidence, costPerLanded, ...row }) => ({
    ...row,
    tasks: evidence.tasks,
    rework: evidence.rework,
    quality: evidence.quality,
    cost: evidence.cost,
    costPerLandedUsd: costPerLanded === null ? null : usdText(costPerLanded),
  })),
  attempts: found.attempts,
  shadow: found.shadow === null ? null : { ...found.shadow, seen: shadowJson(found.shadow.seen) },
});

export const shadowJson = ({ tasks, cost, wouldCost }: Shadow): Record<string, unknown> => ({
  tasks: tasks.map(({ wouldCost: would, ...task }) => ({ ...task, wouldCostUsd: usdText(would) })),
  cost,
  wouldCostUsd: usdText(wouldCost),
});

/** What a watched table would have done with the work so far, line by line. */
export function shadowText({ tasks, cost, wouldCost }: Shadow, width: number | null): string {
  const rows = tasks.map(row => [
    row.task,
    row.used,
    `→ ${row.would}`,
    dollars(row.cost),
    `→ ${dollars(row.wouldCost)}`,
  ]);
  return [
    ...table(rows, width),
    `together ${dollars(wouldCost)} instead of ${dollars(cost)}, scaled by what the same work is estimated at; rework that would have been spared is not counted`,
  ].join('\n');
}
