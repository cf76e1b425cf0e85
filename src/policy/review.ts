/** Who must look at work before it lands, and what a reviewer judges it by. */

import type { Risk } from '../domain/names.ts';
import type { Task } from '../domain/task.ts';
import type { Priority, Tier } from '../domain/tier.ts';
import { higherTier, isAtLeast } from '../domain/tier.ts';
import type { Verdict } from '../domain/verdict.ts';
import { evidenceOf, type OwnRules } from './evidence.ts';
import type { Floor } from './floor.ts';
import { route } from './route.ts';
import type { ProjectTable } from './routing-table.ts';
import type { TaskState } from './task-state.ts';

/** One review on this tier or a stronger one settles all reasons. */
export interface ReviewDemand {
  tier: Tier;
  because: string[];
}

export interface ReviewQuestion {
  /** The tier that built what was handed in. */
  built: Tier;
  priority: Priority;
  /** On the longest path of its plan. */
  critical: boolean;
  /** The task's own and what code found. */
  risks: readonly Risk[];
}

/** Null when nobody has to review it. */
export function reviewNeeded({ built, priority, critical, risks }: ReviewQuestion): ReviewDemand | null {
  const named = [...new Set(risks)].join(', ');
  const rules: [boolean, Tier, string][] = [
    [built === 'haiku', 'sonnet', 'all haiku work is reviewed by sonnet (seed 1, quality gates)'],
    [
      built === 'sonnet' && critical,
      'opus',
      'sonnet work on the critical path is reviewed by opus (seed 1, quality gates)',
    ],
    [
      built === 'sonnet' && priority === 'p0',
      'opus',
      'p0 sonnet work is critical: reviewed by opus (seed 1, quality gates)',
    ],
    [risks.length > 0, 'opus', `${named}: reviewed by opus (seed 1, quality gates and intervention triggers)`],
  ];
  const hit = rules.filter(([applies]) => applies);
  if (hit.length === 0) return null;
  return {
    tier: hit.reduce<Tier>((tier, [, least]) => higherTier(tier, least), 'sonnet'),
    because: hit.map(([, , why]) => why),
  };
}

/** Everything that must be true of a submission beside proof and green checks. */
export interface GateDemand {
  floor: Floor;
  /** The tier that built it. */
  built: Tier;
  review: ReviewDemand | null;
}

/** `table` is the one that decides for this task. Work that nobody claimed has no builder and counts as haiku's. */
export function gateDemand(
  state: TaskState,
  card: { critical: boolean },
  task: Task,
  table: ProjectTable,
  own: OwnRules,
): GateDemand {
  const evidence = evidenceOf(state, card, task, own);
  const { floor } = route(task.head, table, evidence);
  const built = builtBy(state);
  const risks = [...task.head.risk, ...evidence.foundRisks.map(({ risk }) => risk)];
  const review = reviewNeeded({ built, priority: task.head.priority, critical: card.critical, risks });
  return { floor, built, review };
}

/** The weaker one, where the owner of a file has resolved a conflict in what another agent built. */
export function builtBy({ agent, attempts, submission }: Pick<TaskState, 'agent' | 'attempts' | 'submission'>): Tier {
  const last = attempts.find(({ attempt }) => attempt === submission?.attempt)?.route.tier ?? 'haiku';
  const own = attempts.findLast(attempt => attempt.agent === agent && attempt.outcome === 'submitted')?.route.tier;
  return own === undefined || isAtLeast(own, last) ? last : own;
}

/**
 * Why a verdict cannot count, in a sentence for the reviewer who is asked once more; null when it can. Numbers run from 1,
 * and whoever approves has found every criterion met.
 */
export function verdictFault({ decision, criteria, comments }: Omit<Verdict, 'commit'>, count: number): string | null {
  const numbers = criteria.map(({ number }) => number);
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter(number => !numbers.includes(number));
  if (missing.length > 0) return `criteria ${missing.join(', ')} are not judged; judge each number from 1 to ${count}`;
  if (numbers.length !== count) return `${numbers.length} judgements for ${count} criteria; judge each number once`;
  const unmet = criteria.filter(({ met }) => !met).map(({ number }) => number);
  if (decision === 'approve')
    return unmet.length === 0 ? null : `it approves although criteria ${unmet.join(', ')} are not met`;
  return unmet.length === 0 && comments.length === 0 ? 'it asks for changes and names none' : null;
}

/** What the next attempt is told of a verdict that sent it back. */
export function changesNote(verdict: Verdict, tier: Tier): string {
  const unmet = verdict.criteria
    .filter(({ met }) => !met)
    .map(({ number, text, note }) => `criterion ${number} (${text}) is not met: ${note}`);
  const comments = verdict.comments.map(({ file, line, text }) => `${file}${line === null ? '' : `:${line}`}: ${text}`);
  const what =
    verdict.decision === 'reject' ? 'rejects the work, and the next attempt starts from the base' : 'asks for changes';
  return `The reviewer (${tier}) ${what}:\n${[...comments, ...unmet].map(line => `- ${line}`).join('\n')}\n\n${verdict.summary}`;
}

const CHANGES_PER_STRIKE = 3;

/** A reviewer's wish is no failure of the model; the third one on the same task is. */
export const isThirdChange = ({ returns }: Pick<TaskState, 'returns'>): boolean =>
  (returns.filter(({ reason }) => reason === 'changes_requested').length + 1) % CHANGES_PER_STRIKE === 0;
