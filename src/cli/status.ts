/** `kleiber status`: where everything stands, what needs you first. */
import type { Command } from 'commander';
import { capUses } from '../agent/cap-uses.ts';
import { calendarOf } from '../agent/meter.ts';
import { CONTROL_STREAM, LEAD_STREAM, type Stored, targetStream } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { zoneOfCaps } from '../policy/cap-use.ts';
import { foldControls, reviewOverdueDays } from '../policy/controls.ts';
import { glance } from '../report/glance.ts';
import type { ExitCode } from '../report/problem.ts';
import type { Glance } from '../report/seen.ts';
import { type StatusFacts, statusJson, statusText } from '../report/status-text.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { type Outlook, openOutlook } from './outlook.ts';
import { VERSION } from './version.ts';

export interface StatusFlags {
  /** A text names the fields that are wanted. */
  json?: boolean | string;
  exitCode?: boolean;
  plain?: boolean;
  watch?: boolean;
  agent?: string;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json [fields]', 'as JSON; with names, such as id,state,cost_usd, only these of each task')
    .option('--plain', 'a line per task, columns divided by tabs: id, state, agent, cost in dollars, title')
    .option('--exit-code', 'exit 3 when something needs you')
    .option('--watch', 'again whenever something has happened')
    .option('--agent <name>', 'one agent: completed, current, blocked, next')
    .action(async (flags: StatusFlags) => done(await status(flags, context)));
}

/** The flags of a plain command line; null for anything that needs help, an error message or another spelling. */
export function plainFlags(words: readonly string[]): StatusFlags | null {
  const flags: StatusFlags = {};
  for (const word of words) {
    if (word === '--json') flags.json = true;
    else if (word === '--exit-code') flags.exitCode = true;
    else if (word === '--plain') flags.plain = true;
    else return null;
  }
  return flags;
}

export async function status(flags: StatusFlags, context: Context): Promise<ExitCode> {
  if (flags.watch) {
    const { watchStatus } = await import('./status-watch.ts');
    return await watchStatus(again => status({ ...flags, watch: false }, again), context);
  }
  // The whole board of one agent takes modules that the quick look does without.
  if (flags.agent !== undefined)
    return (await import('./status-agent.ts')).statusOfAgent(flags.agent, flags.json !== undefined, context);
  const outlook = await openOutlook(context);
  if (!outlook.ok) return complain(context, outlook.failure);
  try {
    // Who waits for a choice stands in no row of the index, and a person who chooses every model has few tasks.
    const seen = await lookFrom(
      outlook.value,
      flags.json !== undefined || flags.plain === true || outlook.value.isManual,
    );
    const facts = await factsOf(outlook.value, seen);
    if (seen.board !== null && flags.json !== undefined) {
      const told = statusJson(seen.board, facts);
      if (typeof flags.json === 'string')
        return (await import('./status-fields.ts')).sayFields(flags.json, told, context);
      sayJson(context, 'status', told);
    } else if (seen.board !== null && flags.plain)
      (await import('./status-fields.ts')).sayPlain(statusJson(seen.board, facts), context);
    else say(context, await statusText(seen.digest, facts, widthOf(context)));
    for (const stream of outlook.value.baton.damaged())
      note(context, `the events of ${stream.stream} are damaged from ${stream.seq} on: ${stream.detail}`);
    return flags.exitCode && seen.digest.asks !== null ? 3 : 0;
  } finally {
    outlook.value.close();
  }
}

export const lookFrom = (outlook: Outlook, wantsBoard: boolean): Promise<Glance> =>
  glance({
    root: outlook.root,
    baton: outlook.baton,
    index: outlook.index,
    indexPath: outlook.places.index,
    version: VERSION,
    nowMs: systemClock.now().getTime(),
    today: calendarOf(systemClock.now()).day,
    wantsBoard,
    memo: outlook.memo,
  });

/** What the status screen needs of an outlook; the board has the same facts from an open project. */
export type FactsSource = Pick<Outlook, 'baton' | 'ledger' | 'branch' | 'trusted' | 'budget' | 'isManual'>;

export async function factsOf(outlook: FactsSource, seen: Glance): Promise<StatusFacts> {
  const caps = capUses(outlook.ledger, outlook, systemClock.now());
  const today = caps.find(({ scope }) => scope === 'day');
  const spent = (today?.settled ?? 0) + (today?.open ?? 0);
  const cap = nanoFromUsd(outlook.budget.day_usd);
  const events = outlook.branch === null ? [] : (seen.latest.get(targetStream(outlook.branch)) ?? []);
  return {
    branch: outlook.branch,
    trusted: outlook.trusted,
    today: { spent, cap, zone: zoneOfCaps(caps) },
    faults: seen.faults,
    conducting: await conductorOf(outlook, seen.latest.get(LEAD_STREAM) ?? []),
    undelivered: undeliveredOf(events),
    baseline: baselineOf(events),
    ...decidedFacts(outlook, seen),
  };
}

/** What a person has decided for all work, and when the next review of the table is due. */
function decidedFacts(
  outlook: FactsSource,
  seen: Glance,
): Pick<StatusFacts, 'paused' | 'rolledBack' | 'unchosen' | 'review'> {
  const latest = [...(seen.latest.get(CONTROL_STREAM) ?? [])].sort((a, b) => a.seq - b.seq);
  const { paused, rolledBack, lastReviewAt } = foldControls(latest);
  const hasLanded = seen.digest.groups.some(({ title, count }) => title === 'landed' && count > 0);
  const firstWorkAt = hasLanded ? (outlook.baton.after(0, 1)[0]?.at ?? null) : null;
  const overdue = reviewOverdueDays(lastReviewAt, firstWorkAt, systemClock.now().getTime());
  const waiting = outlook.isManual ? [...(seen.board?.values() ?? [])] : [];
  return {
    paused,
    rolledBack,
    unchosen: waiting
      .filter(({ standing, state }) => standing === 'ready' && (state?.chosen ?? null) === null)
      .map(({ card }) => card.id),
    review: overdue === null ? null : { overdue, last: lastReviewAt },
  };
}

async function conductorOf(outlook: FactsSource, lead: readonly Stored[]): Promise<string | null> {
  const last = lead.at(-1)?.event;
  if (last?.kind !== 'held') return null;
  // Asking who lives takes modules that are not needed while nobody leads.
  const { holderOf } = await import('./holder.ts');
  return holderOf(outlook.baton).liveness(last.owner) === 'dead'
    ? null
    : `conducting (pid ${last.owner.pid} on ${last.owner.host})`;
}

/** The integration ref has moved since the last delivery: a sentence about it, or null. `events` are those of the branch. */
export function undeliveredOf(events: readonly Stored[]): string | null {
  const failed = events.findLast(stored => stored.event.kind === 'catch_up_failed');
  const delivered = events.findLast(stored => stored.event.kind === 'delivered' || stored.event.kind === 'caught_up');
  if (failed?.event.kind === 'catch_up_failed' && failed.seq > (delivered?.seq ?? 0))
    return `✗ your own new commits do not fit landed work: ${failed.event.detail.split('\n')[0]}`;
  const recorded = events.findLast(stored => stored.event.kind === 'recorded');
  return recorded !== undefined && recorded.seq > (delivered?.seq ?? 0)
    ? '· landed work is not on your branch yet: kleiber conduct --once'
    : null;
}

/** A sentence about a base whose checks are not green, or null; `events` are those of the branch. */
export function baselineOf(events: readonly Stored[]): string | null {
  const last = events.findLast(stored => stored.event.kind === 'baseline')?.event;
  if (last?.kind !== 'baseline' || last.validation.result === 'green') return null;
  return `the checks ${last.validation.result === 'red' ? 'are red' : 'could not run'} on the base (${last.commit.slice(0, 9)}), so nothing new is started`;
}
