/** The record files of a checkout, as the conductor reads and writes them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordFiles } from '../conductor/edges.ts';
import { removeLeftovers } from '../record/leftovers.ts';
import { readRecordFile, writeRecordFile } from '../record/record-disk.ts';

/** The log only grows; everything else is far smaller. */
const MOST_BYTES = 64 * 1024 * 1024;

export function recordFiles(root: string): RecordFiles {
  const read = (path: string): Uint8Array | null => {
    const found = readRecordFile(root, path, MOST_BYTES);
    return found.ok ? found.value : null;
  };
  return {
    read,
    replace: async (path, bytes, expected) => {
      await writeRecordFile(root, path, bytes, expected);
    },
    remove: (path, expected) => {
      if (Buffer.from(read(path) ?? []).equals(expected)) rmSync(join(root, path), { force: true });
    },
    removeLeftovers: () => removeLeftovers(root),
  };
}
