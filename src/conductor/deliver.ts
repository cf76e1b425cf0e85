/** Delivery: what landed on the integration ref comes to the user's branch, always as a fast-forward. */
import { type Stored, type Target, targetStream } from '../domain/event.ts';
import { isRecordPath } from '../domain/record-paths.ts';
import { unreachable } from '../domain/result.ts';
import type { DeliveryOutcome } from '../git/git.ts';
import { appendTarget } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { refreshCheckout } from './record-checkout.ts';
import { catchUp } from './target.ts';

/** The user's own commits are looked for this often when nothing new waits for delivery. */
const LOOK_MS = 5_000;

export interface Courier {
  /** True when something was written. */
  deliver(target: Target, signal: AbortSignal): Promise<boolean>;
}

/** Remembers what it said last, so that a waiting delivery is announced once. */
export function courier(edges: ConductorEdges): Courier {
  const said = new Map<string, string>();
  const lookedAt = new Map<string, number>();
  const sayOnce = (branch: string, text: string): void => {
    if (said.get(branch) !== text && text !== '') edges.notice(text);
    said.set(branch, text);
  };
  return {
    deliver: async (target, signal) => {
      const tip = await edges.store.integrationTip(target.branch);
      const events = edges.holder.baton.read(targetStream(target.branch));
      const nowMs = edges.studio.clock.monotonicMs();
      const isNew = tip !== null && lastDelivered(events) !== tip;
      // A delivery that waits for a person is tried again at a walk: each try touches the user's index.
      const isUrgent = isNew && (said.get(target.branch) ?? '') === '';
      if (tip === null || (!isUrgent && nowMs - (lookedAt.get(target.branch) ?? -LOOK_MS) < LOOK_MS)) return false;
      lookedAt.set(target.branch, nowMs);
      const outcome = await edges.checkout.deliver(
        edges.store,
        target.branch,
        tip,
        await recordPaths(events, tip, edges),
      );
      if (!outcome.ok) {
        sayOnce(target.branch, `landed work could not be delivered to ${target.branch} (${outcome.failure.reason})`);
        return false;
      }
      return await afterDelivery(target, tip, isNew, outcome.value, edges, signal, text =>
        sayOnce(target.branch, text),
      );
    },
  };
}

function lastDelivered(events: readonly Stored[]): string | null {
  const found = events.findLast(stored => stored.event.kind === 'delivered')?.event;
  return found?.kind === 'delivered' ? found.commit : null;
}

/** The newest commit that is known to have been the tip of the user's branch itself, and not only of the integration ref. */
function lastSeenTip(events: readonly Stored[]): string | null {
  const found = events.findLast(({ event }) => event.kind === 'delivered' || event.kind === 'caught_up')?.event;
  if (found?.kind === 'caught_up') return found.from;
  return found?.kind === 'delivered' ? found.commit : null;
}

/**
 * Record files that differ from what the user's branch holds: those may lie untracked in the checkout already. Before
 * anything is known of that branch, any of them may.
 */
async function recordPaths(events: readonly Stored[], tip: string, edges: ConductorEdges): Promise<string[]> {
  const from = lastSeenTip(events);
  if (from === null) return (await edges.store.listFiles(tip)).filter(isRecordPath);
  if (from === tip) return [];
  const files = await edges.store.changes(from, tip);
  return files.map(file => file.path).filter(isRecordPath);
}

async function afterDelivery(
  target: Target,
  tip: string,
  isNew: boolean,
  outcome: DeliveryOutcome,
  edges: ConductorEdges,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  switch (outcome.kind) {
    case 'delivered':
      say('');
      return appendTarget(target.branch, { kind: 'delivered', commit: outcome.commit }, edges);
    case 'up_to_date':
      if (isNew && !appendTarget(target.branch, { kind: 'delivered', commit: tip }, edges)) return false;
      // The branch may be ahead: what starts next is to be built on the user's own commits.
      return (await catchUp(target, edges, signal, say)) || isNew;
    case 'diverged':
      return await catchUp(target, edges, signal, say);
    case 'waits_for_checkout':
      say(`landed work waits: ${outcome.detail}`);
      return false;
    case 'waits_for_local_changes':
      if (await refreshCheckout(target.branch, tip, outcome.files, edges)) return true;
      say(
        `landed work waits for your own changes to ${outcome.files.join(', ')}; commit or stash them, nothing of yours was touched`,
      );
      return false;
    default:
      return unreachable(outcome);
  }
}
