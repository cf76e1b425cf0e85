/** Time as an argument: `now` is for people and dates, `monotonicMs` for durations, `sleep` ends early when stopped. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** So long nothing has to happen before what can wait is done. */
export const QUIET_MS = 300;

/** Waits until something may have happened, for `mostMs` at the longest; false when nothing did. */
export type Bell = (signal: AbortSignal, mostMs?: number) => Promise<boolean>;
