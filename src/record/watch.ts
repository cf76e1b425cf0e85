/** A doorbell on the record's folders: a ring only means "look now", and a missed one costs a moment. */
import { join, relative, sep } from 'node:path';
import type { FSWatcher } from 'chokidar';

export interface RecordWatch {
  /** The existing files are known; changes from now on ring. Also settles when watching turns out to be impossible. */
  ready: Promise<void>;
  close(): Promise<void>;
  /** True once the system refused to watch everything; whoever polls anyway loses nothing but time. */
  readonly degraded: boolean;
}

/** Folders of the record hold agents' folders with files; one more, because a missing folder is counted from its parent. */
const DEPTH = 2;

async function open(root: string, folders: readonly string[]): Promise<FSWatcher> {
  // Ten milliseconds of start-up that only those who watch should pay.
  const { watch } = await import('chokidar');
  return watch(
    folders.map(folder => join(root, folder)),
    // Whole files appear by a rename, so neither an unlink nor a write has anything to wait for.
    { ignoreInitial: true, followSymlinks: false, atomic: false, awaitWriteFinish: false, depth: DEPTH },
  );
}

/**
 * Calls `ring` with the path, relative to the root, of every Markdown file that appears, changes or goes away below
 * `folders`, and of every folder that does. Folders that do not exist yet are waited for. Never throws and never rejects.
 */
export function watchRecord(root: string, folders: readonly string[], ring: (path: string) => void): RecordWatch {
  let isDegraded = false;
  let isClosed = false;
  const settled = Promise.withResolvers<void>();
  const degrade = (): void => {
    isDegraded = true;
    settled.resolve();
  };
  const opened = open(root, folders).then(watcher => {
    watcher.on('error', degrade).on('ready', () => settled.resolve());
    watcher.on('all', (event, path) => {
      const isBell = event.endsWith('Dir') || path.endsWith('.md');
      if (isBell && !isClosed) ring(relative(root, path).split(sep).join('/'));
    });
    return watcher;
  });
  opened.catch(degrade);
  return {
    ready: settled.promise,
    async close() {
      isClosed = true;
      settled.resolve();
      // A watcher that never opened has been reported as degraded and holds nothing.
      await opened.then(
        watcher => watcher.close(),
        () => undefined,
      );
    },
    get degraded() {
      return isDegraded;
    },
  };
}
