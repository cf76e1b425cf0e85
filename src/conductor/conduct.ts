/** The conductor's run: takes the lead when nobody living holds it, and ticks until it is told to stop. */
import { letGo, tryHold } from '../baton/hold.ts';
import { LEAD_STREAM } from '../domain/event.ts';
import { courier } from './deliver.ts';
import type { ConductorEdges } from './edges.ts';
import { tick } from './tick.ts';

export interface ConductOptions {
  /** Tick until nothing more can be done, or until stopped. */
  until: 'once' | 'stopped';
  stopping: AbortSignal;
  killed: AbortSignal;
}

/** False when somebody else leads: then nothing was done here. */
export async function conduct(options: ConductOptions, edges: ConductorEdges): Promise<boolean> {
  const courierHere = courier(edges);
  let leads = tryHold(edges.holder, LEAD_STREAM);
  try {
    while (!options.stopping.aborted) {
      leads ||= tryHold(edges.holder, LEAD_STREAM);
      const wrote = leads && (await tick(edges, courierHere, options.killed));
      if (wrote) continue;
      if (options.until === 'once') return leads;
      await edges.bell(options.stopping);
    }
    return leads;
  } finally {
    letGo(edges.holder, LEAD_STREAM);
  }
}
