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

/** Words behind `--` are never flags. Without one of ours everything is what it was: a context that is copied opens its streams. */
export async function takeGlobalFlags(given: readonly string[], outside: Context): Promise<GlobalFlags> {
  const before = flagWords(given);
  const flags = before.filter(isOurs);
  if (flags.length === 0) return { words: [...given], context: outside, close: () => {} };
  const words = given.filter((word, index) => index >= before.length || !isOurs(word));
  const context: Context = {
    ...outside,
    isQuiet: flags.some(word => QUIET.includes(word)),
    environment: {
      ...outside.environment,
      ...(flags.includes(NO_INPUT) ? { KLEIBER_NO_INPUT: '1' } : {}),
      ...(flags.includes(NO_PAGER) ? { PAGER: '' } : {}),
    },
  };
  const openDebugLog = flags.includes(DEBUG) ? (await import('./debug-log.ts')).openDebugLog : null;
  return { words, context, close: openDebugLog?.(words, context) ?? (() => {}) };
}

/** As they are typed, long and short. */
export const GLOBAL_FLAGS: readonly string[] = [NO_INPUT, NO_PAGER, DEBUG, ...QUIET];

const isOurs = (word: string): boolean => GLOBAL_FLAGS.includes(word);
