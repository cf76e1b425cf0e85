/** This process as somebody who may hold something. */
import type { Baton } from '../baton/baton.ts';
import { heartbeatWatch } from '../baton/heartbeat-watch.ts';
import type { Holder } from '../baton/hold.ts';
import { liveness, thisOwner } from '../baton/owner.ts';
import { processTable } from '../baton/process-table.ts';
import { systemClock } from './clock.ts';

export function holderOf(baton: Baton): Holder {
  const table = processTable();
  const owner = thisOwner(table);
  return {
    baton,
    owner,
    liveness: heartbeatWatch(baton, systemClock, other => liveness(other, owner, table)),
    at: () => systemClock.now().toISOString(),
  };
}
