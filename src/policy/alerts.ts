/** What a person is told without asking: money that runs out and escalations that pile up, each subject once. */
import type { Stored } from '../domain/event.ts';
import { dollars, type NanoUsd } from '../domain/money.ts';
import { zoneOfSpend } from './budget.ts';
import { type CapUse, capName } from './cap-use.ts';
import { escalationOf } from './metrics.ts';
import type { TaskState } from './task-state.ts';
import type { TierUse } from './track-record.ts';

export interface Alert {
  /** The same subject is not told twice: it names the zone or the task, and its period. */
  subject: string;
  text: string;
}

export interface AlertQuestion {
  caps: readonly CapUse[];
  /** Spend of a day after which a person is asked (seed 5, cost guard). */
  guard: NanoUsd;
  states: Iterable<TaskState>;
  /** How every task has fared so far. */
  uses: readonly TierUse[];
}

/** Everything that is worth an alert as things stand, told already or not. */
export function alertsOf({ caps, guard, states, uses }: AlertQuestion): Alert[] {
  const day = caps.find(({ scope }) => scope === 'day');
  const isPastGuard = day !== undefined && day.settled >= guard;
  return [
    ...caps.flatMap(zoneAlert),
    ...(isPastGuard
      ? [
          {
            subject: `guard until ${day.until}`,
            text: `today has cost ${dollars(day.settled)}, over the guard of ${dollars(guard)}: nothing new is started until you say so`,
          },
        ]
      : []),
    ...[...states].flatMap(budgetStop),
    ...escalationAlert(uses),
  ];
}

function zoneAlert(cap: CapUse): Alert[] {
  const zone = zoneOfSpend(cap.settled, cap.cap);
  if (zone === 'green') return [];
  const share = Math.floor((100 * cap.settled) / cap.cap);
  const subject = `${zone} zone of ${capName(cap)} until ${cap.until}`;
  return [{ subject, text: `${zone} zone: ${share} % of ${capName(cap)} is used up, it begins anew on ${cap.until}` }];
}

/** A task that a cap has stopped; it stands still until a person raises the cap. */
function budgetStop({ id, stage, attempts }: TaskState): Alert[] {
  if (stage.kind !== 'blocked' || stage.blocker.type !== 'budget') return [];
  return [
    { subject: `cap of ${id}, attempt ${attempts.length}`, text: `${id} stopped at a cap: ${stage.blocker.problem}` },
  ];
}

/** Has no period of its own: it is over when the share is, and told again when it is crossed again (seed 3, week 2). */
const ESCALATIONS = 'escalations over 15 %';
const RECURRING: readonly string[] = [ESCALATIONS];

function escalationAlert(uses: readonly TierUse[]): Alert[] {
  const { hits, total, alert } = escalationOf(uses);
  if (alert === null) return [];
  const share = Math.round((100 * hits) / total);
  const text = `escalations are over 15 %: ${hits} of ${total} tasks (${share} %) went to a stronger model: kleiber calibrate (seed 3, escalation alerting)`;
  return [{ subject: ESCALATIONS, text }];
}

/** What is news after all that was told before: alerts to tell, and subjects that are over. */
export function alertNews(
  alerts: readonly Alert[],
  told: readonly Pick<Stored, 'event'>[],
): { tell: Alert[]; over: string[] } {
  const standing = new Set<string>();
  for (const { event } of told) {
    if (event.kind === 'alerted') standing.add(event.subject);
    if (event.kind === 'calmed') standing.delete(event.subject);
  }
  const isThere = (subject: string): boolean => alerts.some(alert => alert.subject === subject);
  return {
    tell: alerts.filter(({ subject }) => !standing.has(subject)),
    over: RECURRING.filter(subject => standing.has(subject) && !isThere(subject)),
  };
}
