/** One file of the record on disk: read and written below a root, whole, and never through a link. */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import { fault } from './fault.ts';
import { FILE_LIMIT_BYTES } from './limits.ts';
import type { FileFault } from './record.ts';

/** Why a file of the record was not read or written. Paths are relative to the root. */
export type FolderFailure =
  | { reason: 'absent'; path: string }
  /** The path leaves the root, or goes through a link or through something that is no folder. */
  | { reason: 'outside'; path: string; at: string }
  | { reason: 'not_a_file'; path: string; found: string }
  | { reason: 'too_large'; path: string; bytes: number; limit: number }
  /** Somebody else's bytes stand where others were expected; they were left alone. */
  | { reason: 'changed'; path: string }
  | { reason: 'input_output'; path: string; detail: string };

const EXAMPLE = 'tasks/engineer-backend/feat-001.md';

/** The failure as a fault of the file, for lists of everything that is wrong. */
export function faultOfFailure(failure: FolderFailure): FileFault {
  const { path } = failure;
  switch (failure.reason) {
    case 'absent':
      return fault(path, 1, 'there is no such file', EXAMPLE);
    case 'outside':
      return fault(path, 1, `${failure.at} is a link or no folder; record files lie below the root`, EXAMPLE);
    case 'not_a_file':
      return fault(path, 1, `this is ${failure.found}; expected a regular file`, EXAMPLE);
    case 'too_large':
      return fault(path, 1, `the file has ${failure.bytes} bytes; at most ${failure.limit} are read`, EXAMPLE);
    case 'changed':
      return fault(path, 1, 'the file was changed by somebody else and was left alone', EXAMPLE);
    case 'input_output':
      return fault(path, 1, `the file cannot be read or written: ${failure.detail}`, EXAMPLE);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What stands at a place, in words. */
export function kindOf(
  entry: Pick<Dirent, 'isFile' | 'isSymbolicLink' | 'isDirectory' | 'isFIFO' | 'isSocket'>,
): string {
  if (entry.isFile()) return 'a file';
  if (entry.isSymbolicLink()) return 'a link';
  if (entry.isDirectory()) return 'a folder';
  if (entry.isFIFO()) return 'a pipe';
  return entry.isSocket() ? 'a socket' : 'a device';
}

const isPlainStep = (step: string): boolean =>
  step !== '' && step !== '.' && step !== '..' && !/[\\\0]/.test(step) && step.toLowerCase() !== '.git';

/** Walks every folder of a path with `lstat`; a link anywhere below the root, or a step that climbs, is refused. */
function walk(root: string, path: string, makes: boolean): Result<void, FolderFailure> {
  const steps = path.split('/');
  if (!steps.every(isPlainStep)) return fail({ reason: 'outside', path, at: path });
  for (let depth = 1; depth < steps.length; depth++) {
    const at = steps.slice(0, depth).join('/');
    const found = lstatSync(join(root, at), { throwIfNoEntry: false });
    if (found === undefined && !makes) return fail({ reason: 'absent', path });
    if (found === undefined) makeFolder(root, at);
    else if (!found.isDirectory()) return fail({ reason: 'outside', path, at });
  }
  return ok(undefined);
}

/** Without the flush of the folder a power cut takes the name away from a file that was flushed. */
function flushFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function makeFolder(root: string, at: string): void {
  mkdirSync(join(root, at), { recursive: true });
  flushFolder(join(root, at, '..'));
}

function readDescriptor(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Neither follows a last link nor waits for a pipe's other end. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readOpened(path: string, descriptor: number, limit: number): Result<Buffer, FolderFailure> {
  const found = fstatSync(descriptor);
  if (!found.isFile()) return fail({ reason: 'not_a_file', path, found: kindOf(found) });
  if (found.size > limit) return fail({ reason: 'too_large', path, bytes: found.size, limit });
  return ok(readDescriptor(descriptor, found.size));
}

/** What a system call's error means here; anything else thrown is a bug and goes on. */
export function failureOf(path: string, error: unknown): FolderFailure {
  const code = codeOf(error);
  if (code === 'ENOENT') return { reason: 'absent', path };
  if (code === 'ELOOP') return { reason: 'not_a_file', path, found: 'a link' };
  if (code === 'ENXIO') return { reason: 'not_a_file', path, found: 'a socket or a pipe' };
  if (code === '') throw error;
  return { reason: 'input_output', path, detail: detailOf(error) };
}

/** Reads one regular file of at most `limit` bytes; `path` is relative to the root, with `/` between its parts. */
export function readRecordFile(root: string, path: string, limit = FILE_LIMIT_BYTES): Result<Buffer, FolderFailure> {
  try {
    const walked = walk(root, path, false);
    return walked.ok ? readPlace(root, path, limit) : walked;
  } catch (error) {
    return fail(failureOf(path, error));
  }
}

/** The same for a file of a folder that was just listed, and so is one: ten thousand walks take a tenth of a second. */
export function readListedFile(root: string, path: string): Result<Buffer, FolderFailure> {
  try {
    return readPlace(root, path, FILE_LIMIT_BYTES);
  } catch (error) {
    return fail(failureOf(path, error));
  }
}

function readPlace(root: string, path: string, limit: number): Result<Buffer, FolderFailure> {
  const descriptor = openSync(join(root, path), READ_FLAGS);
  try {
    return readOpened(path, descriptor, limit);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the file's bytes are the expected ones; null expects that there is no file. */
function standsAsExpected(root: string, path: string, expected: Uint8Array | null): boolean {
  const found = readRecordFile(root, path, Math.max(FILE_LIMIT_BYTES, expected?.length ?? 0));
  if (!found.ok) return expected === null && found.failure.reason === 'absent';
  return expected !== null && found.value.equals(expected);
}

/** The library follows a link at the target's own place, and would replace a folder's content through it. */
function checkTarget(root: string, path: string): Result<void, FolderFailure> {
  const found = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return ok(undefined);
  return fail({ reason: 'not_a_file', path, found: kindOf(found) });
}

/** A disk that fills up can shorten a write without an error. */
function checkLength(root: string, path: string, length: number): Result<void, FolderFailure> {
  const { size } = lstatSync(join(root, path));
  return size === length
    ? ok(undefined)
    : fail({ reason: 'input_output', path, detail: `${size} of ${length} bytes were written` });
}

/**
 * Writes a whole file or leaves the old one: a temporary file beside it, flushed, renamed, and the folder flushed.
 * Missing folders are made. With `expected`, a file that holds other bytes than those (null: any file) is left alone.
 */
export async function writeRecordFile(
  root: string,
  path: string,
  content: string | Uint8Array,
  expected?: Uint8Array | null,
): Promise<Result<void, FolderFailure>> {
  const bytes = Buffer.from(content);
  try {
    const walked = walk(root, path, true);
    if (!walked.ok) return walked;
    const target = checkTarget(root, path);
    if (!target.ok) return target;
    if (expected !== undefined && !standsAsExpected(root, path, expected)) return fail({ reason: 'changed', path });
    // Loaded by those who write: most commands only read.
    const { default: writeFileAtomic } = await import('write-file-atomic');
    await writeFileAtomic(join(root, path), bytes);
    flushFolder(join(root, path, '..'));
    return checkLength(root, path, bytes.length);
  } catch (error) {
    return fail(failureOf(path, error));
  }
}
