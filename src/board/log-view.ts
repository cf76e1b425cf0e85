/** The log as lines for the page: the words of `kleiber log`, with the position to go back to. */
import type { Stored } from '../domain/event.ts';
import { eventLine } from '../report/event-line.ts';
import type { LogLine } from './view.ts';

const TASK_PREFIX = 'task/';

export function logLines(events: readonly Stored[]): LogLine[] {
  return events.flatMap(stored => {
    const line = eventLine(stored);
    if (line === null) return [];
    const task = stored.stream.startsWith(TASK_PREFIX) ? stored.stream.slice(TASK_PREFIX.length) : null;
    return [
      { position: stored.position, at: stored.at, subject: line.subject, task, glyph: line.glyph, text: line.text },
    ];
  });
}
