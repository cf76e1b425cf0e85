/** A clock turned by hand: time passes only in `advance`, and sleepers wake in order. */
import type { Clock } from '../../src/domain/clock.ts';

interface Sleeper {
  at: number;
  wake: () => void;
}

export interface HandClock extends Clock {
  advance(ms: number): Promise<void>;
  sleeping(): number;
}

/** Lets everything that can go on without time go on. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

export function handClock(start = '2026-11-21T12:00:00.000Z'): HandClock {
  let elapsed = 0;
  let sleepers: Sleeper[] = [];
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const sleeper = { at: elapsed + ms, wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        sleepers = sleepers.filter(other => other !== sleeper);
        resolve();
      });
    });
  const advance = async (ms: number): Promise<void> => {
    const end = elapsed + ms;
    await settle();
    for (let next = earliest(sleepers, end); next !== null; next = earliest(sleepers, end)) {
      const due = next;
      elapsed = Math.max(elapsed, due.at);
      sleepers = sleepers.filter(other => other !== due);
      due.wake();
      await settle();
    }
    elapsed = end;
    await settle();
  };
  return {
    now: () => new Date(Date.parse(start) + elapsed),
    monotonicMs: () => elapsed,
    sleep,
    advance,
    sleeping: () => sleepers.length,
  };
}

function earliest(sleepers: readonly Sleeper[], end: number): Sleeper | null {
  const due = sleepers.filter(sleeper => sleeper.at <= end).toSorted((a, b) => a.at - b.at);
  return due[0] ?? null;
}
