/** `kleiber status`: where everything stands, what needs you first. */
import type { Command } from 'commander';
import { calendarOf } from '../agent/meter.ts';
import { currentHolder } from '../baton/hold.ts';
import { LEAD_STREAM, type Stored, targetStream } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { zoneOfSpend } from '../policy/budget.ts';
import type { ExitCode } from '../report/problem.ts';
import { type StatusFacts, statusJson, statusText } from '../report/status-text.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json', 'as JSON')
    .option('--exit-code', 'exit 3 when something needs you')
    .action(async (flags: { json?: boolean; exitCode?: boolean }) => done(await status(flags, context)));
}

async function status(flags: { json?: boolean; exitCode?: boolean }, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const view = project.value.keeper.look();
    const facts = factsOf(project.value, view.faults.length);
    if (flags.json) sayJson(context, 'status', statusJson(view.board, facts));
    else say(context, statusText(view.board, facts, widthOf(context)));
    for (const stream of project.value.baton.damaged())
      note(context, `the events of ${stream.stream} are damaged from ${stream.seq} on: ${stream.detail}`);
    const needsYou = [...view.board.values()].some(task => task.standing === 'blocked');
    return flags.exitCode && needsYou ? 3 : 0;
  } finally {
    project.value.close();
  }
}

function factsOf(project: Project, faults: number): StatusFacts {
  const { day, week } = calendarOf(systemClock.now());
  const standing = project.ledger.standings({ repository: '', plan: null, task: '', day, week }).day;
  const cap = nanoFromUsd(project.config.budget.day_usd);
  const spent = standing.settled + standing.open;
  const events = project.facts.branch === null ? [] : project.baton.read(targetStream(project.facts.branch));
  return {
    branch: project.facts.branch,
    trusted: project.trusted,
    today: { spent, cap, zone: zoneOfSpend(spent, cap) },
    faults,
    conducting: conductorOf(project),
    undelivered: undeliveredOf(events),
    baseline: baselineOf(events),
  };
}

function conductorOf(project: Project): string | null {
  const holder = currentHolder(project.baton, LEAD_STREAM);
  return holder === null || project.holder.liveness(holder) === 'dead'
    ? null
    : `conducting (pid ${holder.pid} on ${holder.host})`;
}

/** The integration ref has moved since the last delivery. */
function undeliveredOf(events: readonly Stored[]): string | null {
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
  return `the checks are ${last.validation.result.replaceAll('_', ' ')} on the base (${last.commit.slice(0, 9)}), so nothing new is started`;
}
