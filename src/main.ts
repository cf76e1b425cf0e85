/** The process: arguments in, signals, exit code out. */
import { type Context, contextFor, PATIENCE_MS } from './cli/context.ts';
import { plainFlags, status } from './cli/status.ts';
import { VERSION } from './cli/version.ts';
import { type ExitCode, machineProblem, problemText } from './report/problem.ts';

const stopping = new AbortController();
const killed = new AbortController();

/** What a shell shows for a process that a signal has ended; a terminal that went away counts as an interruption. */
const ENDED_BY = { SIGINT: 130, SIGHUP: 130, SIGTERM: 143 } as const;
let endedBy = ENDED_BY.SIGINT as number;

/** Once: finish the step and hand back. Twice: stop now. */
function interrupt(signal: keyof typeof ENDED_BY): void {
  if (stopping.signal.aborted) killed.abort();
  else {
    endedBy = ENDED_BY[signal];
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
  if (argv[0] === '--help' || argv[0] === '-h' || (argv[0] === 'help' && argv.length === 1)) {
    const { helpText } = await import('./cli/help-text.ts');
    process.stdout.write(helpText());
    return 0;
  }
  if (process.platform === 'win32') {
    process.stderr.write('kleiber needs a Unix sandbox and process groups; on Windows use WSL2\n');
    return 2;
  }
  if (argv.length === 0) {
    const { welcome } = await import('./cli/welcome.ts');
    await welcome(contextOf());
    return stopped(0);
  }
  if (argv[0] === '__complete') {
    const { candidates } = await import('./cli/candidates.ts');
    const found = await candidates(argv.slice(1), contextOf());
    process.stdout.write(found.map(word => `${word}\n`).join(''));
    return 0;
  }
  // The command that is asked most often does without the library that reads command lines.
  if (argv[0] === 'status') {
    const flags = plainFlags(argv.slice(1));
    if (flags !== null) return stopped(await status(flags, contextFor(argv, contextOf())));
  }
  const { runProgram } = await import('./cli/program.ts');
  if (argv[0] === 'help') {
    const { topicText } = await import('./cli/help-topics.ts');
    const text = topicText(argv[1] ?? '');
    if (text !== null) process.stdout.write(text);
    if (text !== null) return 0;
  }
  const code = await runProgram(argv[0] === 'help' ? [argv[1] ?? '', '--help'] : argv, contextOf());
  return stopped(code);
}

/** What the machine refused has words and a command that helps; everything else that is thrown is a bug. */
function sayThrown(error: unknown): ExitCode {
  const refused = machineProblem(error);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${refused === null ? `kleiber: this is a bug, please report it\n${stack}` : problemText(refused)}\n`,
  );
  return refused?.exitCode ?? 1;
}

/** Nobody reads any more; the hang-up that comes with it has asked us to stop. */
const isClosedTerminal = (error: NodeJS.ErrnoException): boolean => error.code === 'EIO' && error.syscall === 'write';

const stopped = (code: number): number => (stopping.signal.aborted ? endedBy : code);

/** As `os.homedir` says, whose module is loaded only where the environment does not tell. */
const homeFolder = (): string => process.env.HOME || process.getBuiltinModule('node:os').homedir();

const contextOf = (): Context => ({
  cwd: process.cwd(),
  environment: process.env,
  home: homeFolder(),
  stdout: process.stdout,
  // Opening a stream takes a millisecond, and most commands need only one.
  get stderr() {
    return process.stderr;
  },
  stdin: {
    get isTTY() {
      return process.stdin.isTTY;
    },
    read: async () => (await import('node:stream/consumers')).text(process.stdin),
  },
  stopping: stopping.signal,
  killed: killed.signal,
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(signal));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough, as in `kleiber log | head`
  if (!isClosedTerminal(error)) throw error;
});
// Also what no command waits for, a timer's error for example, is said in the same words.
process.on('uncaughtException', error => {
  if (!isClosedTerminal(error)) process.exit(sayThrown(error));
});
// Not awaited at the top: the bundle is of the older kind of module, which starts in two thirds of the time.
main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = sayThrown(error);
  },
);
