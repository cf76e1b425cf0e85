/** Follows the event log and prints a line per event: the same lines for a run of one's own and for `kleiber log`. */
import cliTruncate from 'cli-truncate';
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { eventLine, lineText } from '../report/event-line.ts';
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
export function followLog(baton: Baton, context: Context, goingOn: () => string): { stop(): void } {
  let position = baton.position();
  let saidMs = systemClock.monotonicMs();
  const isNews = deliveryFilter();
  const width = widthOf(context);
  const print = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      // An alert has been told where it was raised, on stderr.
      const line = isNews(stored) && stored.event.kind !== 'alerted' ? eventLine(stored) : null;
      if (line === null) continue;
      saidMs = systemClock.monotonicMs();
      const text = lineText(line, SUBJECT_WIDTH);
      say(context, width === null ? text : cliTruncate(text, width));
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
