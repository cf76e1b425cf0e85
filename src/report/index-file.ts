/**
 * The head of the index: enough for a status as long as nothing has changed. It is only a cache, and is believed only with
 * the checksum that belongs to it, so a damaged file is an absent one.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Stored } from '../domain/event.ts';
import type { StatusDigest } from './status-digest.ts';

/** Raise it with every change of what stands in the file. */
const FORMAT = 4;

/** The last event that is in the index: the log of another database has another one in its place. */
export type LogMark = Pick<Stored, 'position' | 'stream' | 'seq' | 'at'>;

export interface IndexHead {
  /** The checkout whose files these are; a repository may have several. */
  root: string;
  digest: StatusDigest;
  faults: number;
  /** Folders with their stamps and their own faults; `tasks` is the first. */
  folders: [path: string, stamp: string, faults: number][];
  /** Files with their stamps. While these and the folders' are the same, the digest holds. */
  watched: [path: string, stamp: string][];
  /** When every single file was last looked at, in milliseconds since the epoch. */
  checkedAtMs: number;
  /** A worker waits for the work of others, so whoever lands or goes may concern it. */
  waitsForWork: boolean;
  /** Null when nothing has happened yet. */
  mark: LogMark | null;
  /** Of streams other than those of tasks: the last event of each kind, by place. */
  latest: [stream: string, events: Stored[]][];
  /** The stamp of the shelf that belongs to this head; null when there is none. */
  shelf: string | null;
  /** Short texts that the command keeps here for itself. */
  memo: Record<string, string>;
  /** The local date that standings were computed for: what is deferred is ready again on its day. */
  today: string;
}

interface HeadFile extends IndexHead {
  format: number;
  version: string;
}

/** Against torn and garbled files, not against people (FNV-1a). The module with a CRC takes longer to load than all the rest here. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return (sum >>> 0).toString(16);
}

/** Null when there is no index that this version of kleiber has written. */
export function readIndex(path: string, version: string): IndexHead | null {
  const [sum, text] = split(path);
  if (text === '' || checksum(text) !== sum) return null;
  const head: unknown = JSON.parse(text);
  const isOurs =
    typeof head === 'object' &&
    head !== null &&
    'format' in head &&
    head.format === FORMAT &&
    'version' in head &&
    head.version === version;
  // The checksum says that the text is whole, and the format that it was written from this very type.
  return isOurs ? (head as HeadFile) : null;
}

function split(path: string): [sum: string, text: string] {
  try {
    const whole = readFileSync(path, 'utf8');
    const border = whole.indexOf(' ');
    return [whole.slice(0, Math.max(0, border)), whole.slice(border + 1)];
  } catch {
    // No index, or no right to read it: it is made anew.
    return ['', ''];
  }
}

/** Whole or not at all. A place that cannot be written costs the next one its time, and nothing else. */
export function writeIndex(path: string, version: string, head: IndexHead): void {
  const file: HeadFile = { ...head, format: FORMAT, version };
  const text = JSON.stringify(file);
  // One name for all: what a killed process left is written over, and two at once are told by the checksum.
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, `${checksum(text)} ${text}`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // A full disk or a folder without rights: whoever looks next reads the files themselves.
    rmSync(temporary, { force: true });
  }
}
