/** What a person is told about money without asking: each subject once. */
import { NANO_PER_USD, type NanoUsd } from '../domain/money.ts';
import { zoneOfSpend } from './budget.ts';
import { type CapUse, capName } from './cap-use.ts';
import type { TaskState } from './task-state.ts';

export interface Alert {
  /** The same subject is never told twice: it names the zone or the task, and its period. */
  subject: string;
  text: string;
}

export interface AlertQuestion {
  caps: readonly CapUse[];
  /** Spend of a day after which a person is asked (seed 5, cost guard). */
  guard: NanoUsd;
  states: Iterable<TaskState>;
}

/** Everything that is worth an alert as things stand; what was told already is left out by the caller. */
export function alertsOf({ caps, guard, states }: AlertQuestion): Alert[] {
  const day = caps.find(({ scope }) => scope === 'day');
  const isPastGuard = day !== undefined && day.settled >= guard;
  return [
    ...caps.flatMap(zoneAlert),
    ...(isPastGuard
      ? [
          {
            subject: `guard until ${day.until}`,
            text: `today has cost $${(guard / NANO_PER_USD).toFixed(2)}: nothing new is started until you say so`,
          },
        ]
      : []),
    ...[...states].flatMap(budgetStop),
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
