/** What a person decides for the whole repository: one control event after the state that the person saw. */
import { CONTROL_STREAM, type ControlEvent } from '../domain/event.ts';
import { type Controls, foldControls } from '../policy/controls.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import type { Project } from './project.ts';

const MOST_TRIES = 20;

/**
 * Writes the event that `choose` makes of what stands now; a text instead of an event says that nothing has to change.
 * Others write to this stream too, so a lost place is decided anew.
 */
export function decide(
  choose: (controls: Controls) => ControlEvent | string,
  said: string,
  project: Project,
  context: Context,
): ExitCode {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const events = project.baton.read(CONTROL_STREAM);
    const event = choose(foldControls(events));
    if (typeof event === 'string') {
      say(context, event);
      return 0;
    }
    const place = { stream: CONTROL_STREAM, seq: (events.at(-1)?.seq ?? 0) + 1 };
    if (project.baton.append({ ...place, event, at: systemClock.now().toISOString() }) !== 'appended') continue;
    say(context, said);
    return 0;
  }
  return complain(
    context,
    problem(1, 'the log could not be written: its control events are damaged', [], ['kleiber doctor']),
  );
}
