/**
 * Liveness beyond this machine: an owner elsewhere is dead when its heartbeat has not moved for the lease, measured on
 * this observer's own monotonic clock. Two machines' clocks are never compared.
 */
import type { Clock } from '../domain/clock.ts';
import type { Liveness, Owner } from '../domain/owner.ts';
import type { Baton } from './baton.ts';

export const BEAT_MS = 10_000;
export const LEASE_MS = 60_000;

/** Wraps the process table's judgement; only its `unknown` is looked into. */
export function heartbeatWatch(
  baton: Baton,
  clock: Clock,
  byProcessTable: (owner: Owner) => Liveness,
): (owner: Owner) => Liveness {
  const seen = new Map<string, { count: number; sinceMs: number }>();
  return owner => {
    const known = byProcessTable(owner);
    if (known !== 'unknown') return known;
    const key = JSON.stringify(owner);
    const count = baton.heartbeat(owner);
    const last = seen.get(key);
    if (last === undefined || last.count !== count) {
      seen.set(key, { count, sinceMs: clock.monotonicMs() });
      return 'unknown';
    }
    return clock.monotonicMs() - last.sinceMs > LEASE_MS ? 'dead' : 'unknown';
  };
}
