/** Work that a process does beside its work, every so often. */

/**
 * Does something again and again. A run that fails is tried again next time, and said the first time in a row: a checkout that
 * is being moved is not the end of a night's work.
 */
export function repeat(
  everyMs: number,
  action: () => Promise<void>,
  say: (why: string) => void,
): { stop(): Promise<void> } {
  let current: Promise<void> | null = null;
  let failed = false;
  const once = async (): Promise<void> => {
    try {
      await action();
      failed = false;
    } catch (error) {
      if (!failed) say(error instanceof Error ? error.message : String(error));
      failed = true;
    } finally {
      current = null;
    }
  };
  const timer = setInterval(() => {
    current ??= once();
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await current;
    },
  };
}
