/** Follows the event log and prints a line per event: the same lines for a run of one's own and for `kleiber log`. */
import cliTruncate from 'cli-truncate';
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { eventLine, lineText } from '../report/event-line.ts';
import { jsonValue } from '../report/json.ts';
import { systemClock } from './clock.ts';
import { type Context, note, say, widthOf } from './context.ts';

const SUBJECT_WIDTH = 28;
const LOOK_MS = 200;

/** Whoever waits for a sign of life, a person or a CI job that kills what is silent, gets one this often. */
const PULSE_MS = 60_000;

/**
 * Prints what happened from now on until it is stopped; `stop` prints the rest first. When nothing has happened for a
 * minute it says what is going on, or nothing where `goingOn` has nothing to say.
 */
export function followLog(
  baton: Baton,
  context: Context,
  goingOn: () => string,
  printer: Printer = linePrinter(context),
): { stop(): void } {
  let position = baton.position();
  let saidMs = systemClock.monotonicMs();
  const print = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      const text = printer(stored);
      if (text === null) continue;
      saidMs = systemClock.monotonicMs();
      say(context, text);
    }
  };
  const pulse = (): void => {
    if (systemClock.monotonicMs() - saidMs < PULSE_MS) return;
    saidMs = systemClock.monotonicMs();
    const text = goingOn();
    if (text !== '') note(context, text);
  };
  const timer = setInterval(() => {
    print();
    pulse();
  }, LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      print();
    },
  };
}

/** What is printed of an event; null for one that is not worth a line. */
export type Printer = (stored: Stored) => string | null;

function linePrinter(context: Context): Printer {
  const isNews = deliveryFilter();
  const width = widthOf(context);
  return stored => {
    // An alert has been told where it was raised, on stderr.
    const line = isNews(stored) && stored.event.kind !== 'alerted' ? eventLine(stored) : null;
    if (line === null) return null;
    const text = lineText(line, SUBJECT_WIDTH);
    return width === null ? text : cliTruncate(text, width);
  };
}

/** For programs: every event, one per line. */
export const jsonPrinter: Printer = stored => JSON.stringify(jsonValue(stored));

/** Until it is stopped, which is how somebody who follows goes away. */
export const untilStopped = ({ stopping }: Context): Promise<void> =>
  new Promise<void>(resolve => {
    if (stopping.aborted) resolve();
    else stopping.addEventListener('abort', () => resolve(), { once: true });
  });

/** Most deliveries carry record files only; the one that brings landed work to the branch is the one to tell. */
function deliveryFilter(): (stored: Stored) => boolean {
  let hasLanded = false;
  return ({ event }) => {
    hasLanded ||= event.kind === 'landed' || event.kind === 'caught_up';
    const isNews = event.kind !== 'delivered' || hasLanded;
    if (event.kind === 'delivered') hasLanded = false;
    return isNews;
  };
}
