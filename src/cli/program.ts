/** Joins the commands: only the one that was named is loaded, and nothing here exits or prints by itself. */
import { Command, CommanderError } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import { COMMANDS, type CommandEntry, helpText } from './commands.ts';
import type { Context } from './context.ts';

/** Runs one command line (without node and script) and gives the exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = await buildProgram(argv, context, given => {
    code = given;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

async function buildProgram(
  argv: readonly string[],
  context: Context,
  done: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command('kleiber').exitOverride().configureOutput({
    writeOut: text => context.stdout.write(text),
    writeErr: text => context.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'kleiber: ')),
  });
  program.helpInformation = helpText;
  const named = argv.find(word => !word.startsWith('-'));
  for (const entry of COMMANDS) await addCommand(program, entry, entry.name === named, context, done);
  return program;
}

async function addCommand(
  program: Command,
  entry: CommandEntry,
  isNamed: boolean,
  context: Context,
  done: (code: ExitCode) => void,
): Promise<void> {
  const command = program
    .command(entry.name)
    .summary(entry.summary)
    .description(entry.summary)
    .exitOverride()
    .addHelpText('beforeAll', `Examples\n${entry.examples.map(example => `  ${example}`).join('\n')}\n`);
  if (!isNamed) return;
  const module = await entry.load();
  module.define(command, context, done);
}
