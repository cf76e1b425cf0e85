/** Joins the commands: only the one that was named is loaded, and nothing here exits or prints by itself. */
import { Command, CommanderError } from 'commander';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import type { CommandEntry } from './command-entry.ts';
import { COMMANDS } from './commands.ts';
import { type Context, complain, contextFor } from './context.ts';
import { takeGlobalFlags } from './global-flags.ts';
import { helpText } from './help-text.ts';

/** Runs one command line (without node and script) and gives the exit code. */
export async function runProgram(given: readonly string[], outside: Context): Promise<ExitCode> {
  let code: ExitCode = 0;
  const { words: argv, context: flagged, close } = await takeGlobalFlags(given, outside);
  const context = contextFor(argv, flagged);
  const program = await buildProgram(argv, context, ended => {
    code = ended;
  });
  try {
    await program.parseAsync(withoutHelpForNobody(argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  } finally {
    close();
  }
}

/** Help about a word that is no command would be help about everything; without the flag the word is refused. */
function withoutHelpForNobody(argv: readonly string[]): string[] {
  const [first = ''] = argv;
  const isUnknown = !first.startsWith('-') && !COMMANDS.some(({ name }) => name === first);
  return isUnknown ? argv.filter(word => word !== '--help' && word !== '-h') : [...argv];
}

async function buildProgram(
  argv: readonly string[],
  context: Context,
  done: (code: ExitCode) => void,
): Promise<Command> {
  const named = argv.find(word => COMMANDS.some(({ name }) => name === word));
  const program = new Command('kleiber')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: text => context.stdout.write(text),
      writeErr: text => context.stderr.write(text),
      outputError: text => complain(context, asProblem(text, named)),
    });
  program.helpInformation = helpText;
  for (const entry of COMMANDS) await addCommand(program, entry, entry.name === named, context, done);
  return program;
}

/** The library's own words in kleiber's form: what is wrong, and the one command that helps. */
function asProblem(text: string, named: string | undefined): Problem {
  const [, suggestion] = /\(Did you mean (.*?)\?\)/.exec(text) ?? [];
  const what = text
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean[\s\S]*$/, '')
    .replace(/ is invalid\. Allowed choices are (.*)\.$/m, ' is invalid; expected one of $1')
    .replace(' is invalid. ', ' is invalid; expected ')
    .trimEnd();
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  const help = named === undefined ? 'kleiber --help' : `kleiber ${named} --help`;
  return problem(2, what + hint, [], [help]);
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
