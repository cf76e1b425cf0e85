/** `kleiber log`: what happened, in order. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Stored } from '../domain/event.ts';
import { datedLine, eventLine } from '../report/event-line.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Context, complain, say } from './context.ts';
import { followLog, jsonPrinter, type Printer, untilStopped } from './follow.ts';
import { paged } from './paged.ts';
import { openProject } from './project.ts';

interface LogFlags {
  follow?: boolean;
  json?: boolean;
  plain?: boolean;
  task?: string;
  last?: number;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('-f, --follow', 'go on with what happens from now on, until Ctrl-C')
    .option('--json', 'one event per line')
    .option('--plain', 'a line per event, columns divided by tabs: time in UTC, subject, what happened')
    .option('--task <id>', 'only what concerns this task')
    .option('-n, --last <n>', 'only the last n lines', (text: string) => {
      const value = Number(text);
      if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number, 1 or more');
      return value;
    })
    .action(async (flags: LogFlags) =>
      done(await (flags.follow ? log(flags, context) : paged(context, shown => log(flags, shown)))),
    );
}

const SUBJECT_WIDTH = 28;

const datedPrinter: Printer = stored => {
  const line = eventLine(stored);
  return line === null ? null : datedLine(line, SUBJECT_WIDTH);
};

const plainPrinter: Printer = stored => {
  const line = eventLine(stored);
  return line === null ? null : [line.at, line.subject, line.text].join('\t');
};

async function log(flags: LogFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const isWanted = ({ stream }: Stored): boolean => flags.task === undefined || stream.includes(flags.task);
    const events = project.value.baton.after(0).filter(isWanted);
    if (flags.task !== undefined && events.length === 0)
      return complain(context, problem(2, `nothing has happened to a task ${flags.task}`, [], ['kleiber status']));
    const printed = flags.json ? jsonPrinter : flags.plain ? plainPrinter : datedPrinter;
    const lines = events.flatMap(stored => printed(stored) ?? []);
    const follower = followLog(
      project.value.baton,
      context,
      () => '',
      stored => (isWanted(stored) ? printed(stored) : null),
    );
    for (const line of flags.last === undefined ? lines : lines.slice(-flags.last)) say(context, line);
    if (flags.follow) await untilStopped(context);
    follower.stop();
    return 0;
  } finally {
    project.value.close();
  }
}
