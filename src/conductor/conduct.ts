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
  /** Asked when it is stopped: is what was handed in at the very end still to be proven, landed, recorded and delivered? */
  isToFinish?: () => boolean;
}

/** False when somebody else leads: then nothing was done here. */
export async function conduct(options: ConductOptions, edges: ConductorEdges): Promise<boolean> {
  const courierHere = courier(edges);
  let leads = takeLead(edges);
  try {
    while (!options.stopping.aborted) {
      leads ||= takeLead(edges);
      const wrote = leads && (await tick(edges, courierHere, options.killed));
      if (wrote) continue;
      if (options.until === 'once') return leads;
      await edges.bell(options.stopping);
    }
    const { isToFinish = () => false } = options;
    while (leads && isToFinish() && (await tick(edges, courierHere, options.killed)));
    return leads;
  } finally {
    letGo(edges.holder, LEAD_STREAM);
  }
}

function takeLead(edges: ConductorEdges): boolean {
  if (!tryHold(edges.holder, LEAD_STREAM)) return false;
  edges.record.removeLeftovers();
  return true;
}
