/** The task files of a checkout, parsed again only when their size, time or inode changed. */

import { hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../domain/result.ts';
import { faultOfFailure, readRecordFile } from '../record/record-disk.ts';
import { listTaskFiles } from '../record/record-folder.ts';
import { parseTaskFile } from '../record/task-file.ts';
import type { TaskFile, TaskFiles } from './board-keeper.ts';

interface Kept {
  stamp: string;
  file: TaskFile;
}

export function taskCache(root: string): TaskFiles {
  let kept = new Map<string, Kept>();
  return {
    all: () => {
      const { files, faults } = listTaskFiles(root);
      const next = new Map<string, Kept>();
      for (const { path } of files) {
        const stamp = stampOf(root, path);
        const known = kept.get(path);
        next.set(path, known?.stamp === stamp ? known : { stamp, file: readTaskFile(root, path) });
      }
      kept = next;
      const misplaced = faults.map(
        (fault): TaskFile => ({ path: fault.path, text: '', hash: '', outcome: fail([fault]) }),
      );
      return [...[...next.values()].map(entry => entry.file), ...misplaced];
    },
  };
}

/** Changes whenever the bytes may have changed. */
function stampOf(root: string, path: string): string {
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'gone' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function readTaskFile(root: string, path: string): TaskFile {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return { path, text: '', hash: '', outcome: fail([faultOfFailure(bytes.failure)]) };
  return {
    path,
    text: bytes.value.toString('utf8'),
    hash: hash('sha256', bytes.value, 'hex'),
    outcome: parseTaskFile(path, bytes.value),
  };
}
