/** What a command says of itself, and what its module must offer. */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import type { Context } from './context.ts';

/** A command module declares its options on `command`; the action it sets gives an exit code through `done`. */
export interface CommandModule {
  define(command: Command, context: Context, done: (code: ExitCode) => void): void;
}

export interface CommandEntry {
  name: string;
  usage: string;
  summary: string;
  group: 'Start' | 'Every day' | 'Look' | 'Maintain';
  examples: [string, string];
  load(): Promise<CommandModule>;
}

/** A row of the table of commands. */
export function entry(
  group: CommandEntry['group'],
  name: string,
  usage: string,
  summary: string,
  examples: [string, string],
  load: CommandEntry['load'],
): CommandEntry {
  return { name, usage, summary, group, examples, load };
}
