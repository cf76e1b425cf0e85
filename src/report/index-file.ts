/**
 * The index on disk: a head that is enough as long as nothing has changed, and a long body for when something has. It is
 * only a cache. Each part is read only with the checksum that belongs to it, so a damaged file is an absent one.
 */
import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Stored } from '../domain/event.ts';
import type { StatusDigest } from './status-digest.ts';

/** Raise it with every change of what stands in the file. */
const FORMAT = 1;

/** The last event that is in the index: the log of another database has another one in its place. */
export type LogMark = Pick<Stored, 'position' | 'stream' | 'seq' | 'at'>;

export interface IndexHead {
  /** The checkout whose files these are; a repository may have several. */
  root: string;
  digest: StatusDigest;
  faults: number;
  /** Folders and files with their stamps; while all are the same, the digest holds. */
  folders: [path: string, stamp: string][];
  watched: [path: string, stamp: string][];
  /** When every single file was last looked at, in milliseconds since the epoch. */
  checkedAtMs: number;
  /** Null when nothing has happened yet. */
  mark: LogMark | null;
  /** Of streams other than those of tasks: the last event of each kind, by place. */
  latest: [stream: string, events: Stored[]][];
  /** Short texts that the command keeps here for itself. */
  memo: Record<string, string>;
}

interface HeadLine extends IndexHead {
  format: number;
  version: string;
  /** Checksum of the body. */
  body: number;
}

export interface IndexFile {
  head: IndexHead;
  /** The body's JSON text; null when it is not what the head says. */
  body(): string | null;
}

/** FNV-1a, for the short head: against torn and garbled files, not against people. */
function headSum(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(16);
}

/** Loaded only by those who touch the long body: it is a tenth of a status. */
const bodySum = (text: string): number => process.getBuiltinModule('node:zlib').crc32(text);

/** Enough for the head of any board whose rows have ordinary titles. */
const FIRST_READ_BYTES = 256 * 1024;

/** The beginning of a file up to the first line end; a file that cannot be read has none. */
function firstLine(path: string): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'r');
    const bytes = Buffer.allocUnsafe(FIRST_READ_BYTES);
    const filled = readSync(descriptor, bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, filled).indexOf('\n');
    return end >= 0 ? bytes.toString('utf8', 0, end) : (wholeText(path)?.split('\n')[0] ?? null);
  } catch {
    // No index, or no right to read it: it is made anew.
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function wholeText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The same as above.
    return null;
  }
}

/** What a line with a right checksum says; only this program, in this version, has written it. */
function parseHead(line: string, version: string): HeadLine | null {
  const space = line.indexOf(' ');
  const text = line.slice(space + 1);
  if (space < 0 || headSum(text) !== line.slice(0, space)) return null;
  const head: unknown = JSON.parse(text);
  const isOurs =
    typeof head === 'object' &&
    head !== null &&
    'format' in head &&
    head.format === FORMAT &&
    'version' in head &&
    head.version === version;
  // The checksum says that the text is whole, and the format that it was written from this very type.
  return isOurs ? (head as HeadLine) : null;
}

/** Null when there is no index that this version of kleiber has written. */
export function readIndex(path: string, version: string): IndexFile | null {
  const line = firstLine(path);
  const head = line === null ? null : parseHead(line, version);
  if (line === null || head === null) return null;
  return {
    head,
    body: () => {
      const text = wholeText(path);
      const body = text?.startsWith(`${line}\n`) ? text.slice(line.length + 1) : '';
      return bodySum(body) === head.body ? body : null;
    },
  };
}

/** Whole or not at all. A place that cannot be written costs the next one its time, and nothing else. */
export function writeIndex(path: string, version: string, head: IndexHead, body: string): void {
  const line: HeadLine = { ...head, format: FORMAT, version, body: bodySum(body) };
  const text = JSON.stringify(line);
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, `${headSum(text)} ${text}\n${body}`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // A full disk or a folder without rights: whoever looks next reads the files themselves.
    rmSync(temporary, { force: true });
  }
}
