/** A short memory for checks that were not green. */
import type { Validation } from '../domain/check.ts';
import type { Clock } from '../domain/clock.ts';

/**
 * Only green is kept in the baton: what was missing may be there next time, and red may have been the machine's fault.
 * This process waits a while before it runs the same checks on the same tree again.
 */
export interface RecentChecks {
  recall(key: string): Validation | null;
  keep(key: string, validation: Validation): void;
}

const LOOK_AGAIN_MS = { red: 600_000, could_not_run: 60_000, green: 0 } as const;

export function recentChecks(clock: Clock): RecentChecks {
  const kept = new Map<string, { validation: Validation; untilMs: number }>();
  return {
    recall: key => {
      const found = kept.get(key);
      return found !== undefined && found.untilMs > clock.monotonicMs() ? found.validation : null;
    },
    keep: (key, validation) => {
      kept.set(key, { validation, untilMs: clock.monotonicMs() + LOOK_AGAIN_MS[validation.result] });
    },
  };
}
