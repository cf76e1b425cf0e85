/** A watchdog over a stream: the SDK's own timeout ends at the headers, and a quiet stream would hang for ever. */
import type { Clock } from '../domain/clock.ts';

export interface Silence {
  /** Aborts when nothing was heard for the whole time. */
  signal: AbortSignal;
  heard(): void;
  end(): void;
}

/** Listens from now on until `end`; sleeps on the given clock, once per silence and not once per event. */
export function watchSilence(clock: Clock, idleMs: number): Silence {
  const silent = new AbortController();
  const ended = new AbortController();
  let heardAt = clock.monotonicMs();
  const watch = async (): Promise<void> => {
    let quietMs = 0;
    while (!ended.signal.aborted && quietMs < idleMs) {
      await clock.sleep(idleMs - quietMs, ended.signal);
      quietMs = clock.monotonicMs() - heardAt;
    }
    if (!ended.signal.aborted) silent.abort();
  };
  void watch();
  return {
    signal: silent.signal,
    heard: () => {
      heardAt = clock.monotonicMs();
    },
    end: () => ended.abort(),
  };
}
