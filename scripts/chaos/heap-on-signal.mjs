/** Loaded into a kleiber process with `--expose-gc`: at every SIGUSR2 it collects and tells its heap, in bytes, on a line of a file. */
import { appendFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  appendFileSync(process.env.LOAD_HEAP, `${heapUsed}\t${rss}\n`);
});
