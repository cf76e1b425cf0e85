/** Follows the event log and prints a line per event: the same lines for a run of one's own and for `kleiber log`. */
import cliTruncate from 'cli-truncate';
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { eventLine, lineText } from '../report/event-line.ts';
import { type Context, say, widthOf } from './context.ts';

const SUBJECT_WIDTH = 28;
const LOOK_MS = 200;

/** Prints what happened from now on until it is stopped; `stop` prints the rest first. */
export function followLog(baton: Baton, context: Context): { stop(): void } {
  let position = baton.position();
  const isNews = deliveryFilter();
  const width = widthOf(context);
  const print = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      const line = isNews(stored) ? eventLine(stored) : null;
      if (line === null) continue;
      const text = lineText(line, SUBJECT_WIDTH);
      say(context, width === null ? text : cliTruncate(text, width));
    }
  };
  const timer = setInterval(print, LOOK_MS);
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
