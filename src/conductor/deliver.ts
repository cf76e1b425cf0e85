/** Delivery: what landed on the integration ref comes to the user's branch, always as a fast-forward. */
import { type Stored, type Target, targetStream } from '../domain/event.ts';
import { isRecordPath } from '../domain/record-paths.ts';
import { unreachable } from '../domain/result.ts';
import type { DeliveryOutcome, GitFailure } from '../git/git.ts';
import { appendTarget } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { refreshCheckout } from './record-checkout.ts';
import { catchUp } from './target.ts';

/** The user's own commits are looked for this often when nothing new waits for delivery. */
const LOOK_MS = 5_000;

export interface Courier {
  /** True when something was written. */
  deliver(target: Target, signal: AbortSignal): Promise<boolean>;
  /** What waits is tried once more at once, however short ago it was: the run ends, and nobody else may come for hours. */
  lastRound(): void;
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
    lastRound: () => lookedAt.clear(),
    deliver: async (target, signal) => {
      const tip = await edges.store.integrationTip(target.branch);
      const events = edges.holder.baton.read(targetStream(target.branch));
      const nowMs = edges.studio.clock.monotonicMs();
      const isNew = tip !== null && lastDelivered(events) !== tip;
      // A delivery that waits for a person is tried again at a walk: each try touches the user's index.
      const isUrgent = isNew && (said.get(target.branch) ?? '') === '';
      if (tip === null || (!isUrgent && nowMs - (lookedAt.get(target.branch) ?? -LOOK_MS) < LOOK_MS)) return false;
      lookedAt.set(target.branch, nowMs);
      const outcome = await edges.checkout.deliver(edges.store, target.branch, tip, isRecordPath);
      const isThrough = outcome.ok && THROUGH.has(outcome.value.kind);
      // Later ones come into the checkout with their record commit, because by then this has been said.
      const isFirst = (said.get(target.branch) ?? '') === '';
      const shown = !isThrough && isFirst && (await showRecord(target.branch, events, tip, edges));
      if (!outcome.ok) {
        sayOnce(target.branch, `landed work could not be delivered to ${target.branch} (${whyNot(outcome.failure)})`);
        return shown;
      }
      // What stood in the way may have been the record's own earlier files.
      if (shown && outcome.value.kind === 'waits_for_local_changes') return true;
      return await afterDelivery(target, tip, isNew, outcome.value, edges, signal, text =>
        sayOnce(target.branch, text),
      );
    },
  };
}

/** The user's branch has what landed. */
const THROUGH: ReadonlySet<DeliveryOutcome['kind']> = new Set(['delivered', 'up_to_date', 'ahead']);

/** The first line is the reason; what git prints after it are hints for somebody at a terminal. */
const whyNot = (failure: GitFailure): string =>
  failure.reason === 'git_failed' ? `${failure.command}: ${failure.detail.split('\n')[0]}` : failure.reason;

function lastDelivered(events: readonly Stored[]): string | null {
  const found = events.findLast(stored => stored.event.kind === 'delivered')?.event;
  return found?.kind === 'delivered' ? found.commit : null;
}

/** Whether all that is on the integration ref has come to the user's branch, so that what comes next will too. */
export function isFlowing(events: readonly Stored[], tip: string): boolean {
  const last = events.findLast(({ event }) => DELIVERY.has(event.kind))?.event;
  return last?.kind === 'delivered' && last.commit === tip;
}

const DELIVERY: ReadonlySet<string> = new Set(['delivered', 'caught_up', 'catch_up_failed']);

/** The newest commit that is known to have been the tip of the user's branch itself, and not only of the integration ref. */
function lastSeenTip(events: readonly Stored[]): string | null {
  const found = events.findLast(({ event }) => event.kind === 'delivered' || event.kind === 'caught_up')?.event;
  if (found?.kind === 'caught_up') return found.from;
  return found?.kind === 'delivered' ? found.commit : null;
}

/**
 * The record reaches the checkout even when delivery has to wait: a question is answered there. Before anything is known
 * of the user's branch, any record file may differ. True when a file was written.
 */
async function showRecord(
  branch: string,
  events: readonly Stored[],
  tip: string,
  edges: ConductorEdges,
): Promise<boolean> {
  const from = lastSeenTip(events);
  const paths =
    from === null
      ? await edges.store.listFiles(tip)
      : (await edges.store.changes(from, tip)).map(change => change.path);
  return await refreshCheckout(branch, tip, paths, edges);
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
      say('');
      return isNew && appendTarget(target.branch, { kind: 'delivered', commit: tip }, edges);
    case 'ahead':
      if (isNew && !appendTarget(target.branch, { kind: 'delivered', commit: tip }, edges)) return false;
      // What starts next is to be built on the user's own commits.
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
