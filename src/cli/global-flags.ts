/** Flags that every command takes: they change what a command may print or ask, never what it does. */
import { type Context, flagWords } from './context.ts';

const NO_INPUT = '--no-input';
const NO_PAGER = '--no-pager';
const QUIET: readonly string[] = ['-q', '--quiet'];
const DEBUG = '--debug';

export interface GlobalFlags {
  /** The words without these flags. */
  words: string[];
  context: Context;
  /** Ends what a flag has begun. */
  close(): void;
}

/** Words behind `--` are never flags. */
export async function takeGlobalFlags(given: readonly string[], outside: Context): Promise<GlobalFlags> {
  const flags = flagWords(given);
  const isOurs = (word: string): boolean => [NO_INPUT, NO_PAGER, DEBUG, ...QUIET].includes(word);
  const words = given.filter((word, index) => index >= flags.length || !isOurs(word));
  const context: Context = {
    ...outside,
    stderr: outside.stderr,
    isQuiet: flags.some(word => QUIET.includes(word)),
    environment: {
      ...outside.environment,
      ...(flags.includes(NO_INPUT) ? { KLEIBER_NO_INPUT: '1' } : {}),
      ...(flags.includes(NO_PAGER) ? { PAGER: '' } : {}),
    },
  };
  if (!flags.includes(DEBUG)) return { words, context, close: () => {} };
  const { openDebugLog } = await import('./debug-log.ts');
  const close = openDebugLog(words, context);
  return { words, context, close };
}
