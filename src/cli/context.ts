/** What a command gets from the process: where it runs, what it may print to, and how it is told to stop. */
import { neutralise } from '../domain/plain-text.ts';
import { asAscii, wantsAscii } from '../report/ascii.ts';
import { jsonValue } from '../report/json.ts';
import { type ExitCode, type Problem, problemJson, problemText } from '../report/problem.ts';

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** What has become of the one document that `--json` promises. */
export interface JsonAnswer {
  isSaid: boolean;
}

/** A step that takes longer than this after the first Ctrl-C, or after something broke, is stopped like after the second. */
export const PATIENCE_MS = 20_000;

export interface Context {
  cwd: string;
  environment: Readonly<Record<string, string | undefined>>;
  home: string;
  stdout: Stream;
  stderr: Stream;
  stdin: { isTTY?: boolean; read(): Promise<string> };
  /** Finish the current step, then stop. */
  stopping: AbortSignal;
  /** Stop now. */
  killed: AbortSignal;
  /** Where `--json` was given. */
  json?: JsonAnswer;
  /** Only answers and errors are printed. */
  isQuiet?: boolean;
}

/** Words before `--`: what follows is never a flag, whatever it looks like. */
export const flagWords = (words: readonly string[]): readonly string[] =>
  words.includes('--') ? words.slice(0, words.indexOf('--')) : words;

/** The context of these words: with `--json` a refusal is a document too. */
export const contextFor = (words: readonly string[], context: Context): Context =>
  flagWords(words).some(word => word === '--json' || word.startsWith('--json='))
    ? { ...context, json: { isSaid: false } }
    : context;

/** Terminal escapes in a text are shown, not obeyed. */
function shown({ environment }: Context, text: string): string {
  const harmless = neutralise(text);
  return `${wantsAscii(environment) ? asAscii(harmless) : harmless}\n`;
}

/** The answer, on stdout. */
export const say = (context: Context, text: string): void => {
  context.stdout.write(shown(context, text));
};

/** What is neither the answer nor an error, on stderr. */
export const note = (context: Context, text: string): void => {
  if (context.isQuiet !== true) context.stderr.write(shown(context, text));
};

/** What has gone wrong, on stderr. */
export const sayError = (context: Context, text: string): void => {
  context.stderr.write(shown(context, text));
};

/** Prints a problem and gives its exit code; who reads JSON gets it as the answer as well, unless there was another. */
export function complain(context: Context, problem: Problem): ExitCode {
  sayError(context, problemText(problem));
  if (context.json?.isSaid === false) sayJson(context, 'error', problemJson(problem));
  return problem.exitCode;
}

/** One JSON document on stdout, in the envelope that every reading command uses. */
export const sayJson = (context: Context, kind: string, body: Record<string, unknown>): void => {
  if (context.json !== undefined) context.json.isSaid = true;
  context.stdout.write(`${JSON.stringify({ schemaVersion: 1, kind, ...Object(jsonValue(body)) })}\n`);
};

/** Null when the output goes to a file or a pipe: nothing is cut there. */
export const widthOf = (context: Context): number | null =>
  context.stdout.isTTY === true ? (context.stdout.columns ?? 80) : null;

/** Somebody sits at a terminal and may be asked. */
export const canAsk = ({ stdin, stderr, environment }: Context): boolean =>
  stdin.isTTY === true && stderr.isTTY === true && environment.KLEIBER_NO_INPUT !== '1';

/** Asks yes or no on a terminal; anywhere else the answer is no, and the caller names the flag that says yes. */
export async function confirm(context: Context, question: string): Promise<boolean> {
  if (!canAsk(context)) return false;
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({ message: question, initialValue: false });
  return answer === true;
}
