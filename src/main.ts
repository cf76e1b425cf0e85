/** The process: arguments in, signals, exit code out. */
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Context } from './cli/context.ts';
import { VERSION } from './cli/version.ts';

const stopping = new AbortController();
const killed = new AbortController();

/** A step that takes longer than this after the first Ctrl-C is stopped like after the second. */
const PATIENCE_MS = 20_000;

/** Once: finish the step and hand back. Twice: stop now. */
function interrupt(): void {
  if (stopping.signal.aborted) killed.abort();
  else {
    process.stderr.write('\nfinishing the current step and handing back; once more stops at once\n');
    setTimeout(() => killed.abort(), PATIENCE_MS).unref();
  }
  stopping.abort();
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--version' || argv[0] === '-V') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (argv.length === 0 || argv[0] === '--help' || argv[0] === '-h' || (argv[0] === 'help' && argv.length === 1)) {
    const { helpText } = await import('./cli/commands.ts');
    process.stdout.write(helpText());
    return 0;
  }
  if (process.platform === 'win32') {
    process.stderr.write('kleiber needs a Unix sandbox and process groups; on Windows use WSL2\n');
    return 2;
  }
  const { runProgram } = await import('./cli/program.ts');
  const code = await runProgram(argv[0] === 'help' ? [argv[1] ?? '', '--help'] : argv, contextOf());
  return stopping.signal.aborted ? 130 : code;
}

const contextOf = (): Context => ({
  cwd: process.cwd(),
  environment: process.env,
  home: homedir(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: { isTTY: process.stdin.isTTY, read: () => text(process.stdin) },
  stopping: stopping.signal,
  killed: killed.signal,
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough, as in `kleiber log | head`
  throw error;
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `kleiber: this is a bug, please report it\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
