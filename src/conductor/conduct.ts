/** The conductor's run: takes the lead when nobody living holds it, and ticks until it is told to stop. */
import { letGo, tryHold } from '../baton/hold.ts';
import { allEnded } from '../domain/all-ended.ts';
import { QUIET_MS, unlessNews } from '../domain/clock.ts';
import { LEAD_STREAM } from '../domain/event.ts';
import { takeAnswers } from './answers.ts';
import type { Beside } from './beside.ts';
import { tidyCheckTrees } from './checks.ts';
import { courier } from './deliver.ts';
import type { ConductorEdges } from './edges.ts';
import { tick } from './tick.ts';
import { validatorRounds } from './validator.ts';

export interface ConductOptions {
  /** Tick until nothing more can be done, or until stopped. */
  until: 'once' | 'stopped';
  stopping: AbortSignal;
  killed: AbortSignal;
  /** Asked when it is stopped: is what was handed in at the very end still to be proven, landed, recorded and delivered? */
  isToFinish?: () => boolean;
}

/** False when somebody else leads: then nothing was done here. Nothing goes on any more when it has ended. */
export async function conduct(options: ConductOptions, edges: ConductorEdges): Promise<boolean> {
  try {
    const ticking = tickUntilStopped(options, edges);
    const drained = ticking.catch(() => undefined).then(() => drain(edges.beside));
    const [leads] = await allEnded([ticking, drained]);
    return leads;
  } finally {
    letGo(edges.holder, LEAD_STREAM);
  }
}

/** Until no conversation goes on beside; what the first of them threw is thrown when the last is over. */
async function drain(beside: Beside): Promise<void> {
  const errors: unknown[] = [];
  while (beside.isBusy()) await beside.next().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

async function tickUntilStopped(options: ConductOptions, edges: ConductorEdges): Promise<boolean> {
  const courierHere = courier(edges);
  const rounds = validatorRounds(edges);
  if (options.until === 'once') courierHere.lastRound();
  let leads = takeLead(edges);
  let isTidy = true;
  while (!options.stopping.aborted) {
    leads ||= takeLead(edges);
    const moved = leads && (await tick(edges, courierHere, options.killed));
    // It has a pace of its own, so a branch on which one thing lands after the other is looked at too.
    const walked = leads && (await rounds.walk(options.killed));
    if (moved || walked) {
      isTidy = false;
      continue;
    }
    if (options.until === 'stopped') isTidy = await rest(isTidy || !leads, options.stopping, edges);
    else if (!(await edges.beside.next())) return leads;
  }
  const { isToFinish = () => false } = options;
  courierHere.lastRound();
  while (leads && isToFinish() && ((await tick(edges, courierHere, options.killed)) || (await edges.beside.next())));
  return leads;
}

/** Until there is news; what can wait is done when there has been none for a moment. */
async function rest(isTidy: boolean, stopping: AbortSignal, edges: ConductorEdges): Promise<boolean> {
  const rang = await edges.bell(stopping, isTidy ? undefined : QUIET_MS);
  if (isTidy || rang || stopping.aborted) return isTidy;
  return await unlessNews(signal => tidyCheckTrees(edges, signal), edges.bell, stopping);
}

function takeLead(edges: ConductorEdges): boolean {
  if (!tryHold(edges.holder, LEAD_STREAM)) return false;
  edges.record.removeLeftovers();
  // Typed while nobody led: workers that look right after this must not find everything at rest.
  takeAnswers(edges.keeper.look(), edges);
  return true;
}
