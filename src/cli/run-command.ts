/** Runs one of kleiber's own commands in this process, on a context of the caller's making. */
import { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import type { Context } from './context.ts';

/** What every command module offers. */
interface Definition {
  define(command: Command, context: Context, done: (code: ExitCode) => void): void;
}

/** The arguments are those that a person would type; a wrong one is a bug of the caller and is thrown. */
export async function runCommand(
  { define }: Definition,
  parameters: readonly string[],
  context: Context,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const command = new Command().exitOverride();
  define(command, context, given => {
    code = given;
  });
  await command.parseAsync([...parameters], { from: 'user' });
  return code;
}
