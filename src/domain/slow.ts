/** What takes long says so; what is quick shows by its result. */
import type { Clock } from './clock.ts';

const SLOW_MS = 2_000;

/** Gives what the work gives; `notice` is told once when it has not come after two seconds. */
export async function tellIfSlow<Value>(
  work: Promise<Value>,
  text: string,
  clock: Pick<Clock, 'sleep'>,
  notice: (text: string) => void,
): Promise<Value> {
  const over = new AbortController();
  void clock.sleep(SLOW_MS, over.signal).then(() => {
    if (!over.signal.aborted) notice(text);
  });
  try {
    return await work;
  } finally {
    over.abort();
  }
}
