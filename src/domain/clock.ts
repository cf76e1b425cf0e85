/** Time as an argument: `now` is for people and dates, `monotonicMs` for durations, `sleep` ends early when stopped. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
