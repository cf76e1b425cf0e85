/** Delivery: what landed on the integration ref comes to the user's branch, always as a fast-forward. */
import { type Stored, type Target, targetStream } from '../domain/event.ts';
import { isRecordPath } from '../domain/record-paths.ts';
import { unreachable } from '../domain/result.ts';
import { type DeliveryOutcome, whyGit } from '../git/git.ts';
import { isUnderWay } from '../policy/task-state.ts';
import { appendTarget } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { refreshCheckout } from './record-checkout.ts';
import { catchUp } from './target.ts';

/** The user's own commits are looked for this often when nothing new waits for delivery. */
const LOOK_MS = 5_000;
/** While work goes on, what is only told of it waits this long for more: each delivery looks at the whole checkout. */
const TOGETHER_MS = 1_000;

export interface Courier {
  /** True when something was written. Runs no checks, so gates may be passed meanwhile. */
  deliver(target: Target): Promise<boolean>;
  /** Brings in what the user has committed, where a delivery has met it. True when something was written. */
  catchUp(target: Target, signal: AbortSignal): Promise<boolean>;
  /** Whether what comes onto the integration ref, whose tip is `tip`, will come to the user's branch by itself. */
  isFlowing(branch: string, tip: string): boolean;
  /** Nothing waits for more, and what waits for a person is tried once more: the run ends, and nobody else may come for hours. */
  lastRound(): void;
}

/** What this process knows of the way to one branch. */
interface Way {
  /** What was said last of a delivery that waits, so that it is said once; empty when nothing waits, null before the first try. */
  said: string | null;
  lookedAtMs: number;
  /** The user's newest commit as far as it was looked at; null before the first try. */
  userTip: string | null;
  /** Since when there is something to deliver. */
  newSinceMs: number | null;
  /** The user's branch has commits that the integration ref lacks. */
  isBehind: boolean;
}

export function courier(edges: ConductorEdges): Courier {
  const ways = new Map<string, Way>();
  let togetherMs = TOGETHER_MS;
  const wayTo = (branch: string): Way => {
    const way = ways.get(branch) ?? {
      said: null,
      lookedAtMs: -LOOK_MS,
      userTip: null,
      newSinceMs: null,
      isBehind: false,
    };
    ways.set(branch, way);
    return way;
  };
  return {
    lastRound: () => {
      togetherMs = 0;
      for (const way of ways.values()) way.lookedAtMs = -LOOK_MS;
    },
    isFlowing: (branch, tip) => {
      const { said } = wayTo(branch);
      return said === null ? wasDelivered(edges.holder.baton.read(targetStream(branch)), tip) : said === '';
    },
    deliver: async target => {
      const tip = await edges.store.integrationTip(target.branch);
      if (tip === null) return false;
      const [way, news] = [wayTo(target.branch), await newsOf(target.branch, tip, edges)];
      const nowMs = edges.studio.clock.monotonicMs();
      if (news.isNew) way.newSinceMs ??= nowMs;
      if (!isDue(way, news, togetherMs, nowMs)) return false;
      Object.assign(way, { lookedAtMs: nowMs, newSinceMs: null, userTip: news.userTip });
      return await tryDelivery(target, tip, news.isNew, way, edges);
    },
    catchUp: async (target, signal) => {
      const way = wayTo(target.branch);
      if (!way.isBehind) return false;
      way.isBehind = false;
      return await catchUp(target, edges, signal, text => sayOnce(way, text, edges));
    },
  };
}

function sayOnce(way: Way, text: string, edges: ConductorEdges): void {
  if (way.said !== text && text !== '') edges.notice(text);
  way.said = text;
}

interface News {
  /** Something is on the integration ref that was not delivered. */
  isNew: boolean;
  /** More than the record of it. */
  hasLanded: boolean;
  isWorkedOn: boolean;
  userTip: string | null;
}

async function newsOf(branch: string, tip: string, { holder, keeper, checkout }: ConductorEdges): Promise<News> {
  const last = lastDelivered(holder.baton.read(targetStream(branch)));
  const isNew = last?.commit !== tip;
  const states = [...keeper.look().states.values()];
  return {
    isNew,
    hasLanded: isNew && holder.baton.after(last?.position ?? 0).some(({ event }) => event.kind === 'landed'),
    isWorkedOn: states.some(state => state.target.branch === branch && isUnderWay(state)),
    userTip: await checkout.tip(branch),
  };
}

/**
 * What landed is delivered at once, and what the user commits is looked at at once; what is only told, as soon as nobody
 * works or it has waited for more. A delivery that waits for a person is tried at a walk: each try touches the user's index.
 */
function isDue(way: Way, { hasLanded, isWorkedOn, userTip }: News, togetherMs: number, nowMs: number): boolean {
  const isLookDue = nowMs - way.lookedAtMs >= LOOK_MS;
  if ((way.said ?? '') !== '') return isLookDue;
  if (hasLanded || userTip !== way.userTip) return true;
  if (way.newSinceMs === null) return isLookDue;
  return !isWorkedOn || nowMs - way.newSinceMs >= togetherMs;
}

async function tryDelivery(
  target: Target,
  tip: string,
  isNew: boolean,
  way: Way,
  edges: ConductorEdges,
): Promise<boolean> {
  const outcome = await edges.checkout.deliver(edges.store, target.branch, tip, isRecordPath);
  const isThrough = outcome.ok && THROUGH.has(outcome.value.kind);
  // Later ones come into the checkout with their record commit, because by then this has been said.
  const isFirst = (way.said ?? '') === '';
  const shown = !isThrough && isFirst && (await showRecord(target.branch, tip, edges));
  if (!outcome.ok) {
    sayOnce(way, `landed work could not be delivered to ${target.branch} (${whyGit(outcome.failure)})`, edges);
    return shown;
  }
  // What stood in the way may have been the record's own earlier files.
  if (shown && outcome.value.kind === 'waits_for_local_changes') return true;
  return await afterDelivery(target, tip, isNew, outcome.value, way, edges);
}

/** The user's branch has what landed. */
const THROUGH: ReadonlySet<DeliveryOutcome['kind']> = new Set(['delivered', 'up_to_date', 'ahead']);

function lastDelivered(events: readonly Stored[]): { commit: string; position: number } | null {
  const found = events.findLast(stored => stored.event.kind === 'delivered');
  return found?.event.kind === 'delivered' ? { commit: found.event.commit, position: found.position } : null;
}

/** Whether all that is on the integration ref has come to the user's branch. */
function wasDelivered(events: readonly Stored[], tip: string): boolean {
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
async function showRecord(branch: string, tip: string, edges: ConductorEdges): Promise<boolean> {
  const from = lastSeenTip(edges.holder.baton.read(targetStream(branch)));
  const paths =
    from === null
      ? await edges.store.listFiles(tip)
      : (await edges.store.changes(from, tip)).map(change => change.path);
  return await refreshCheckout(branch, tip, paths, edges);
}

async function afterDelivery(
  { branch }: Target,
  tip: string,
  isNew: boolean,
  outcome: DeliveryOutcome,
  way: Way,
  edges: ConductorEdges,
): Promise<boolean> {
  switch (outcome.kind) {
    case 'delivered':
      way.userTip = outcome.commit;
      sayOnce(way, '', edges);
      return appendTarget(branch, { kind: 'delivered', commit: outcome.commit }, edges);
    case 'up_to_date':
      sayOnce(way, '', edges);
      return isNew && appendTarget(branch, { kind: 'delivered', commit: tip }, edges);
    case 'ahead':
      // What starts next is to be built on the user's own commits.
      way.isBehind = true;
      return isNew && appendTarget(branch, { kind: 'delivered', commit: tip }, edges);
    case 'diverged':
      way.isBehind = true;
      return false;
    case 'waits_for_checkout':
      sayOnce(way, `landed work waits: ${outcome.detail}`, edges);
      return false;
    case 'waits_for_local_changes':
      if (await refreshCheckout(branch, tip, outcome.files, edges)) return true;
      sayOnce(
        way,
        `landed work waits for your own changes to ${outcome.files.join(', ')}; commit or stash them, nothing of yours was touched`,
        edges,
      );
      return false;
    default:
      return unreachable(outcome);
  }
}
