/** `kleiber status`: where everything stands, what needs you first. */
import type { Command } from 'commander';
import { calendarOf } from '../agent/meter.ts';
import { LEAD_STREAM, type Stored, targetStream } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { zoneOfSpend } from '../policy/budget.ts';
import { glance } from '../report/glance.ts';
import type { ExitCode } from '../report/problem.ts';
import type { Glance } from '../report/seen.ts';
import { type StatusFacts, statusJson, statusText } from '../report/status-text.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { type Outlook, openOutlook } from './outlook.ts';
import { VERSION } from './version.ts';

export interface StatusFlags {
  json?: boolean;
  exitCode?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json', 'as JSON')
    .option('--exit-code', 'exit 3 when something needs you')
    .action(async (flags: StatusFlags) => done(await status(flags, context)));
}

/** The flags of a plain command line; null for anything that needs help, an error message or another spelling. */
export function plainFlags(words: readonly string[]): StatusFlags | null {
  const flags: StatusFlags = {};
  for (const word of words) {
    if (word === '--json') flags.json = true;
    else if (word === '--exit-code') flags.exitCode = true;
    else return null;
  }
  return flags;
}

export async function status(flags: StatusFlags, context: Context): Promise<ExitCode> {
  const outlook = await openOutlook(context);
  if (!outlook.ok) return complain(context, outlook.failure);
  try {
    const seen = await lookFrom(outlook.value, flags.json === true);
    const facts = await factsOf(outlook.value, seen);
    if (seen.board !== null && flags.json) sayJson(context, 'status', statusJson(seen.board, facts));
    else say(context, await statusText(seen.digest, facts, widthOf(context)));
    for (const stream of outlook.value.baton.damaged())
      note(context, `the events of ${stream.stream} are damaged from ${stream.seq} on: ${stream.detail}`);
    return flags.exitCode && seen.digest.asks !== null ? 3 : 0;
  } finally {
    outlook.value.close();
  }
}

const lookFrom = (outlook: Outlook, wantsBoard: boolean): Promise<Glance> =>
  glance({
    root: outlook.root,
    baton: outlook.baton,
    index: outlook.index,
    indexPath: outlook.places.index,
    version: VERSION,
    nowMs: systemClock.now().getTime(),
    wantsBoard,
    memo: outlook.memo,
  });

async function factsOf(outlook: Outlook, seen: Glance): Promise<StatusFacts> {
  const { day, week } = calendarOf(systemClock.now());
  const standing = outlook.ledger.standings({ repository: '', plan: null, task: '', day, week }).day;
  const cap = nanoFromUsd(outlook.dayUsd);
  const spent = standing.settled + standing.open;
  const events = outlook.branch === null ? [] : (seen.latest.get(targetStream(outlook.branch)) ?? []);
  return {
    branch: outlook.branch,
    trusted: outlook.trusted,
    today: { spent, cap, zone: zoneOfSpend(spent, cap) },
    faults: seen.faults,
    conducting: await conductorOf(outlook, seen.latest.get(LEAD_STREAM) ?? []),
    undelivered: undeliveredOf(events),
    baseline: baselineOf(events),
  };
}

async function conductorOf(outlook: Outlook, lead: readonly Stored[]): Promise<string | null> {
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

function baselineOf(events: readonly Stored[]): string | null {
  const last = events.findLast(stored => stored.event.kind === 'baseline')?.event;
  if (last?.kind !== 'baseline' || last.validation.result === 'green') return null;
  return `the checks ${last.validation.result === 'red' ? 'are red' : 'could not run'} on the base (${last.commit.slice(0, 9)}), so nothing new is started`;
}
