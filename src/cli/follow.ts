/** Follows the event log and prints a line per event: the same lines for a run of one's own and for `kleiber log`. */
import type { Baton } from '../baton/baton.ts';
import { eventLine, lineText } from '../report/event-line.ts';
import { type Context, say } from './context.ts';

const SUBJECT_WIDTH = 28;
const LOOK_MS = 200;

/** Prints what happened from now on until it is stopped; `stop` prints the rest first. */
export function followLog(baton: Baton, context: Context): { stop(): void } {
  let position = baton.position();
  const print = (): void => {
    for (const stored of baton.after(position)) {
      position = stored.position;
      const line = eventLine(stored);
      if (line !== null) say(context, lineText(line, SUBJECT_WIDTH));
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
