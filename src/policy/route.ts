/**
 * Routing: task, table and evidence in; tier, effort and reasons out. Pure and total. Every step may only do what its
 * name says, and the floor comes last.
 */
import type { TaskHead } from '../domain/task.ts';
import type { Effort, Route, Tier } from '../domain/tier.ts';
import { higherTier, isAtLeast, TIERS } from '../domain/tier.ts';
import { type Floor, floorOf } from './floor.ts';
import { findRow, type ProjectTable, type TableRow } from './routing-table.ts';

export interface RouteEvidence {
  /** Capability or premise failures so far. */
  strikes: number;
  /** On the longest path of its plan. */
  critical: boolean;
  /** The task carries a template; without one haiku has nothing to follow (seed 1, delegation to haiku). */
  hasTemplate: boolean;
}

export interface Routing extends Route {
  floor: Floor;
  /** Strikes have used up every tier: only a person can move it now. */
  exhausted: boolean;
}

type RoutedHead = Pick<
  TaskHead,
  'agent' | 'phase' | 'priority' | 'risk' | 'review' | 'traits' | 'model' | 'override_reason'
>;

interface Step {
  tier: Tier;
  because: string[];
}

const DEFAULT_EFFORT: Record<Tier, Effort> = { haiku: 'low', sonnet: 'medium', opus: 'medium' };

export function route(head: RoutedHead, project: ProjectTable, evidence: RouteEvidence): Routing {
  const row = findRow(project, head.phase, head.agent);
  const table: Step = { tier: row.tier, because: [`${row.tier} for ${row.agent} in ${head.phase} (${row.source})`] };
  const traited = byTraits(head, row, evidence, table);
  const floor = floorOf({ head, tableTier: higherTier(row.tier, traited.tier), critical: evidence.critical });
  const moved = byPin(head, traited);
  const lifted = byFloor(floor, moved);
  const climbed = byStrikes(evidence.strikes, lifted);
  const final = byFloor(floor, climbed);
  return { tier: final.tier, effort: climbed.effort, because: final.because, floor, exhausted: climbed.exhausted };
}

/** The decision tree of seed 1 and the document rule of seed 5, for rows that allow it. */
function byTraits(head: RoutedHead, row: TableRow, evidence: RouteEvidence, step: Step): Step {
  if (!row.byTraits) return step;
  const { traits } = head;
  if (traits.doc !== undefined)
    return move(step, DOCUMENT_TIER[traits.doc], `a document, ${traits.doc} (seed 5, content & documentation)`);
  if (traits.architectural) return move(step, 'opus', 'it needs architectural decisions (seed 1, decision tree)');
  if (traits.complete_feature)
    return move(step, higherTier('sonnet', row.tier), 'it is a complete feature (seed 1, decision tree)');
  if (!traits.repetitive) return step;
  const missing = whyNotHaiku(head, evidence);
  return missing === null
    ? move(
        step,
        'haiku',
        'it is repetitive, short, reversible and has a template (seed 1, decision tree; seed 5, haiku)',
      )
    : { ...step, because: [...step.because, `stays ${step.tier}: repetitive, but ${missing}`] };
}

const DOCUMENT_TIER = { draft: 'sonnet', polish: 'opus', internal: 'haiku' } as const;

/** Haiku by traits needs all of seed 5's conditions and seed 1's template. */
function whyNotHaiku({ traits }: RoutedHead, evidence: RouteEvidence): string | null {
  if (!evidence.hasTemplate) return 'it has no template to follow (seed 1)';
  if (traits.reversible !== true) return 'it is not marked fully reversible (seed 5)';
  if (traits.minutes === undefined || traits.minutes >= 10) return 'it is not under 10 minutes (seed 5)';
  return null;
}

/** A pin raises freely and lowers only with a reason that is written down. */
function byPin(head: RoutedHead, step: Step): Step {
  if (head.model === undefined || head.model === step.tier) return step;
  if (isAtLeast(head.model, step.tier)) return move(step, head.model, 'the task pins it');
  return head.override_reason === undefined
    ? { ...step, because: [...step.because, `the pin to ${head.model} is ignored: lowering needs override_reason`] }
    : move(step, head.model, `the task pins it: ${head.override_reason}`);
}

function byFloor(floor: Floor, step: Step): Step {
  return isAtLeast(step.tier, floor.tier) ? step : move(step, floor.tier, floor.because.join('; '));
}

/** Effort first, then the tier: each tier has two rungs, and above the last one stands a person. */
function byStrikes(strikes: number, step: Step): Step & { effort: Effort; exhausted: boolean } {
  const rungs = TIERS.filter(tier => isAtLeast(tier, step.tier)).flatMap(tier => [
    { tier, effort: DEFAULT_EFFORT[tier] },
    { tier, effort: 'high' as const },
  ]);
  const rung = rungs[Math.min(strikes, rungs.length - 1)] ?? { tier: step.tier, effort: DEFAULT_EFFORT[step.tier] };
  const because =
    strikes === 0
      ? step.because
      : [...step.because, `${rung.tier} at ${rung.effort} effort after ${strikes} strike${strikes === 1 ? '' : 's'}`];
  return { tier: rung.tier, effort: rung.effort, because, exhausted: strikes >= rungs.length };
}

const move = (step: Step, tier: Tier, why: string): Step => ({ tier, because: [...step.because, `${tier}: ${why}`] });
