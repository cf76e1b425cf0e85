/** One task file: read from disk, judged, and named by the hash of its bytes. */
import { hash } from 'node:crypto';
import { fail, ok, type Result } from '../domain/result.ts';
import type { FileFault } from './record.ts';
import { faultOfFailure, readRecordFile } from './record-disk.ts';
import { type ParsedTask, parseTaskFile } from './task-file.ts';

export interface ReadTask extends ParsedTask {
  /** sha256 of the file as read, in hexadecimal digits. */
  hash: string;
}

/** Reads and judges one task file; everything wrong with it, from its kind to its sections, is a list of faults. */
export function readTask(root: string, path: string): Result<ReadTask, FileFault[]> {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return fail([faultOfFailure(bytes.failure)]);
  const parsed = parseTaskFile(path, bytes.value);
  return parsed.ok ? ok({ ...parsed.value, hash: hash('sha256', bytes.value, 'hex') }) : parsed;
}
