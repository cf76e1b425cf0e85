/** The real clock, for tests that run real processes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/domain/clock.ts';

export const realClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};
