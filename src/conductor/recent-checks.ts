/** A short memory for checks that could not run. */
import type { Validation } from '../domain/check.ts';
import type { Clock } from '../domain/clock.ts';

/** "Could not run" is not kept in the baton, because what was missing may be there next time; this process waits before it looks again. */
export interface RecentChecks {
  recall(key: string): Validation | null;
  keep(key: string, validation: Validation): void;
}

const LOOK_AGAIN_MS = 60_000;

export function recentChecks(clock: Clock): RecentChecks {
  const kept = new Map<string, { validation: Validation; untilMs: number }>();
  return {
    recall: key => {
      const found = kept.get(key);
      return found !== undefined && found.untilMs > clock.monotonicMs() ? found.validation : null;
    },
    keep: (key, validation) => {
      kept.set(key, { validation, untilMs: clock.monotonicMs() + LOOK_AGAIN_MS });
    },
  };
}
