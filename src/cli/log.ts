/** `kleiber log`: what happened, in order. */
import { type Command, InvalidArgumentError } from 'commander';
import { datedLine, eventLine } from '../report/event-line.ts';
import { jsonValue } from '../report/json.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Context, complain, say } from './context.ts';
import { openProject } from './project.ts';

interface LogFlags {
  json?: boolean;
  task?: string;
  last?: number;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json', 'one event per line')
    .option('--task <id>', 'only what concerns this task')
    .option('-n, --last <n>', 'only the last n lines', (text: string) => {
      const value = Number(text);
      if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number, 1 or more');
      return value;
    })
    .action(async (flags: LogFlags) => done(await log(flags, context)));
}

async function log(flags: LogFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const wanted = flags.task;
    const events = project.value.baton
      .after(0)
      .filter(stored => wanted === undefined || stored.stream.includes(wanted));
    if (wanted !== undefined && events.length === 0)
      return complain(context, problem(2, `nothing has happened to a task ${wanted}`, [], ['kleiber status']));
    const lines = flags.json
      ? events.map(stored => JSON.stringify(jsonValue(stored)))
      : events.flatMap(stored => eventLine(stored) ?? []).map(line => datedLine(line, 28));
    for (const line of flags.last === undefined ? lines : lines.slice(-flags.last)) say(context, line);
    return 0;
  } finally {
    project.value.close();
  }
}
