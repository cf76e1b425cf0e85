/**
 * Routing: task, table and evidence in; tier, effort and reasons out. Pure and total. Every step may only do what its
 * name says, and the floor comes last.
 */
import type { EscalationReason, FoundRisk } from '../domain/event.ts';
import type { TaskHead } from '../domain/task.ts';
import type { Effort, Route, Tier } from '../domain/tier.ts';
import { higherTier, isAtLeast, TIERS } from '../domain/tier.ts';
import type { BudgetZone } from './budget.ts';
import { type Floor, floorOf } from './floor.ts';
import { findRow, type ProjectTable, type TableRow, undemoted } from './routing-table.ts';

export interface RouteEvidence {
  /** Capability or premise failures so far: the tier of each attempt that failed. */
  strikes: readonly Tier[];
  /** On the longest path of its plan. */
  critical: boolean;
  /** The task carries a template; without one haiku has nothing to follow (seed 1, delegation to haiku). */
  hasTemplate: boolean;
  /** What code found in the task's text, its paths and its difference, beyond the task's own `risk`. */
  foundRisks: readonly FoundRisk[];
  /** The weakest tier that an escalation left open. */
  raisedTo: { tier: Tier; reason: EscalationReason } | null;
  /** What a person chose. */
  override: { tier: Tier; by: string; reason: string } | null;
  /** Who resolves a conflict in it, because the files are its own; null when its own agent works on it. */
  resolver: string | null;
  /** What in its text moves it to opus, as a sentence; null when nothing does. */
  trigger: string | null;
  /** Where the budget policy is `enforce`: how much of it is used up. Absent is as good as green. */
  zone?: BudgetZone;
}

/** Of an agent as such, before there is any task. */
export const NO_EVIDENCE: RouteEvidence = {
  strikes: [],
  critical: false,
  hasTemplate: false,
  foundRisks: [],
  raisedTo: null,
  override: null,
  resolver: null,
  trigger: null,
};

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
  const own = routeAs(head, project, evidence);
  const { resolver } = evidence;
  return resolver === null
    ? own
    : resolved(resolver, own.floor, routeAs({ ...head, agent: resolver }, project, evidence));
}

/** The owner of the files goes by its own row, and never below what the task itself demands. */
function resolved(resolver: string, demanded: Floor, theirs: Routing): Routing {
  const { tier, because } = byFloor(demanded, theirs);
  const floor: Floor = {
    tier: higherTier(demanded.tier, theirs.floor.tier),
    needsPerson: demanded.needsPerson || theirs.floor.needsPerson,
    because: [...new Set([...demanded.because, ...theirs.floor.because])],
  };
  const why = `${resolver} resolves the conflict in its files (seed 2, merge conflicts)`;
  return { ...theirs, tier, because: [...because, why], floor };
}

function routeAs(head: RoutedHead, project: ProjectTable, evidence: RouteEvidence): Routing {
  const row = findRow(project, head.phase, head.agent);
  const table: Step = { tier: row.tier, because: [`${row.tier} for ${row.agent} in ${head.phase} (${row.source})`] };
  const traited = byTrigger(evidence, byTraits(head, row, evidence, table));
  const floor = floorOf({ head, tableTier: higherTier(undemoted(row), traited.tier), ...evidence });
  const moved = byOverride(evidence, byPin(head, evidence, byRollback(project, byZone(head, evidence, traited))));
  const lifted = byFloor(floor, byEscalation(evidence, moved));
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

/** Seed 3's column "Escalate to Opus?" and the project's own words; it never lowers. */
const byTrigger = ({ trigger }: RouteEvidence, step: Step): Step =>
  trigger === null || step.tier === 'opus' ? step : move(step, 'opus', trigger);

/** What p0 and critical work keeps is the tier before this step, because a rollback would lower it too (seed 3). */
function byRollback(project: ProjectTable, step: Step): Step {
  if (project === 'manual' || project.rolledBack === undefined) return step;
  return move(step, 'sonnet', `the table is rolled back: ${project.rolledBack} (seed 3, rollback)`);
}

/** When money is short, what its traits allow goes to haiku, also where its row does not ask for them. */
function byZone(head: RoutedHead, evidence: RouteEvidence, step: Step): Step {
  const { zone = 'green' } = evidence;
  if (zone !== 'orange' && zone !== 'red') return step;
  if (step.tier !== 'sonnet' || !head.traits.repetitive || whyNotHaiku(head, evidence) !== null) return step;
  return move(step, 'haiku', `repetitive, short and reversible, in the ${zone} zone (seed 3, haiku-primary)`);
}

/** A pin raises freely and lowers only with a reason that is written down. */
function byPin(head: RoutedHead, { zone = 'green' }: RouteEvidence, step: Step): Step {
  if (head.model === undefined || head.model === step.tier) return step;
  if (isAtLeast(head.model, step.tier)) {
    if (zone === 'green' || head.override_reason !== undefined) return move(step, head.model, 'the task pins it');
    const why = `the pin to ${head.model} is ignored: raising in the ${zone} zone needs override_reason`;
    return { ...step, because: [...step.because, `${why} (seed 3, upgrade cautiously)`] };
  }
  return head.override_reason === undefined
    ? { ...step, because: [...step.because, `the pin to ${head.model} is ignored: lowering needs override_reason`] }
    : move(step, head.model, `the task pins it: ${head.override_reason}`);
}

/** A person's choice counts as a pin with its reason, and comes after the file's own (seed 3, manual override). */
function byOverride({ override }: RouteEvidence, step: Step): Step {
  if (override === null) return step;
  return move(step, override.tier, `${override.by} chose it: ${override.reason} (seed 3, manual override)`);
}

/** What was moved up in the middle stays up (seed 1, escalation path). */
function byEscalation({ raisedTo }: RouteEvidence, step: Step): Step {
  if (raisedTo === null || isAtLeast(step.tier, raisedTo.tier)) return step;
  return move(step, raisedTo.tier, `escalated: ${raisedTo.reason.replaceAll('_', ' ')} (seed 1, escalation path)`);
}

function byFloor(floor: Floor, step: Step): Step {
  return isAtLeast(step.tier, floor.tier) ? step : move(step, floor.tier, floor.because.join('; '));
}

/** A tier fails at a task when it has failed with its usual effort and with more. */
const TRIES = 2;

/**
 * Effort first, then the tier, and above the last one stands a person. Only what a tier has failed at itself counts against
 * it: what was raised past a tier begins afresh.
 */
function byStrikes(strikes: readonly Tier[], step: Step): Step & { effort: Effort; exhausted: boolean } {
  const failures = (tier: Tier): number => strikes.filter(struck => struck === tier).length;
  const open = TIERS.find(tier => isAtLeast(tier, step.tier) && failures(tier) < TRIES);
  const tier = open ?? 'opus';
  const effort = failures(tier) === 0 ? DEFAULT_EFFORT[tier] : 'high';
  const count = strikes.filter(struck => isAtLeast(struck, step.tier)).length;
  const why = `${tier} at ${effort} effort after ${count} strike${count === 1 ? '' : 's'}`;
  return { tier, effort, because: count === 0 ? step.because : [...step.because, why], exhausted: open === undefined };
}

const move = (step: Step, tier: Tier, why: string): Step => ({ tier, because: [...step.because, `${tier}: ${why}`] });
