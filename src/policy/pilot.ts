/** Seed 3's first validation run: easy work for the agents of tier 1, and the four things that have to come out of it. */
import type { NanoUsd } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { PHASES } from '../domain/tier.ts';
import { type PlanFault, type RoutingRules, routePlanned } from './check-plan.ts';
import { findRow, type ProjectTable } from './routing-table.ts';
import { complexityOf } from './task-kind.ts';
import type { TierUse } from './track-record.ts';

const MOST_COMPLEX = 2;

/** Agents that the table puts on haiku somewhere: seed 3's tier 1. */
export const pilotAgents = (agents: readonly string[], table: ProjectTable): string[] =>
  agents.filter(agent => PHASES.some(phase => findRow(table, phase, agent).tier === 'haiku'));

/** Why there can be no pilot now, whatever is planned; null when nothing is in the way. */
export function pilotHindrance(agents: readonly string[], table: ProjectTable): string | null {
  if (table !== 'manual' && table.rolledBack !== undefined)
    return `the table is rolled back to sonnet (${table.rolledBack}), and a pilot is for haiku`;
  return pilotAgents(agents, table).length > 0 ? null : 'the table puts no agent on haiku, and a pilot is for haiku';
}

/** What the planner is told besides the request. */
export const pilotRequest = (request: string, agents: readonly string[]): string => `${request}

This is a pilot run. Plan only the part of the request that fits these limits, and nothing else:
- only these agents: ${agents.join(', ')}
- only trivial or simple tasks: at most 10 minutes each, reversible, no architectural decision, at most 6 acceptance criteria
- no task of priority p0, and none with a risk of any kind`;

/**
 * What the planner was told, checked by code. The longest path of a plan of easy tasks says nothing; critical here is p0, a
 * risk, or a person who has to approve (seed 3, selection criteria).
 */
export function pilotFaults(tasks: readonly Task[], rules: RoutingRules): PlanFault[] {
  return tasks.flatMap(task => {
    const { head } = task;
    const row = findRow(rules.table, head.phase, head.agent);
    const complexity = complexityOf(task);
    // p0 has a sentence of its own, so what else there is must not hide behind it.
    const { tier, floor } = routePlanned({ ...task, head: { ...head, priority: 'p1' } }, false, rules);
    const problems = [
      ...(row.tier === 'haiku'
        ? []
        : [`${head.agent} is on ${row.tier} in ${head.phase}; a pilot takes agents of tier 1 (haiku) only`]),
      ...(complexity <= MOST_COMPLEX ? [] : [`its complexity is ${complexity}; a pilot takes 1 and 2`]),
      ...(head.priority === 'p0' ? ['p0 is critical; a pilot takes nothing critical'] : []),
      ...(floor.tier === 'haiku' && !floor.needsPerson
        ? []
        : [`${floor.because.join('; ') || 'a person has to approve it'}; a pilot takes nothing critical`]),
      ...(row.tier === 'haiku' && floor.tier === 'haiku' && tier !== 'haiku'
        ? [`it comes out on ${tier}; a pilot is for haiku`]
        : []),
    ];
    return problems.map(problem => ({ task: head.id, problem }));
  });
}

/** Seed 3's four success criteria of a first run, and where each can be looked up. */
export const PILOT_CRITERIA = {
  rework: ['haiku completes the work without major rework', 'kleiber metrics --plan'],
  logging: ['token logging works', 'kleiber log'],
  display: ['the budget display is accurate', 'kleiber budget'],
  confidence: ['you are confident in the quality of haiku', 'kleiber note <agent> <phase> "…"'],
} as const;

export interface Criterion {
  text: string;
  /** Null while nobody can tell. */
  met: boolean | null;
  /** What was seen, or how to see it. */
  seen: string;
}

/** What a pilot came to. Costs are those of its attempts, as the ledger and as the log have them. */
export interface PilotOutcome {
  uses: readonly TierUse[];
  open: number;
  requests: number;
  assumed: number;
  booked: NanoUsd;
  logged: NanoUsd;
}

/** The last one nobody can measure. */
export function pilotCriteria(outcome: PilotOutcome): Criterion[] {
  const { uses, open, requests, assumed, booked, logged } = outcome;
  const haiku = uses.filter(use => use.isJudged && use.tier === 'haiku');
  const good = haiku.filter(use => use.hasLanded && !use.isRework).length;
  return [
    {
      text: PILOT_CRITERIA.rework[0],
      met: open > 0 || haiku.length === 0 ? null : good / haiku.length > 0.8,
      seen:
        open > 0
          ? `${open} ${open === 1 ? 'task is' : 'tasks are'} still open`
          : `${good} of ${haiku.length} landed without rework`,
    },
    {
      text: PILOT_CRITERIA.logging[0],
      met: requests === 0 ? null : assumed === 0,
      seen: `${requests - assumed} of ${requests} requests booked with their real usage: ${PILOT_CRITERIA.logging[1]}`,
    },
    {
      text: PILOT_CRITERIA.display[0],
      met: requests === 0 || open > 0 ? null : booked === logged,
      seen: `${booked === logged ? 'ledger and log agree' : 'ledger and log differ'}: ${PILOT_CRITERIA.display[1]}`,
    },
    {
      text: PILOT_CRITERIA.confidence[0],
      met: null,
      seen: `yours to say: ${PILOT_CRITERIA.confidence[1]}`,
    },
  ];
}
