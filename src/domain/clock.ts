/** Time as an argument: `now` is for people and dates, `monotonicMs` for durations, `sleep` ends early when stopped. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** So long nothing has to happen before what can wait is done. */
export const QUIET_MS = 150;

/** Waits until something may have happened, for `mostMs` at the longest; false when nothing did. */
export type Bell = (signal: AbortSignal, mostMs?: number) => Promise<boolean>;

/** Does what can wait until there is news, and then stops it. True when it came to its end. */
export async function unlessNews(
  work: (signal: AbortSignal) => Promise<void>,
  bell: Bell,
  stopping: AbortSignal,
): Promise<boolean> {
  const [news, over] = [new AbortController(), new AbortController()];
  const working = work(news.signal).finally(() => over.abort());
  // Whatever it throws is for who awaits it below.
  working.catch(() => {});
  const either = AbortSignal.any([stopping, over.signal]);
  while (!over.signal.aborted && !news.signal.aborted) if ((await bell(either)) || stopping.aborted) news.abort();
  await working;
  return !news.signal.aborted;
}
