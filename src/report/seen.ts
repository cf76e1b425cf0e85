/** What one look at a repository sees, what it needs for that, and what it keeps of the log. */
import type { Baton } from '../baton/baton.ts';
import { CONTROL_STREAM, type Stored } from '../domain/event.ts';
import type { Board } from '../policy/board.ts';
import type { TaskBrief } from '../policy/task-brief.ts';
import type { IndexHead, LogMark } from './index-file.ts';
import type { StatusDigest } from './status-digest.ts';

/** The last event of each kind, by stream, for streams other than those of tasks. */
export type LatestEvents = ReadonlyMap<string, readonly Stored[]>;

export interface Glance {
  digest: StatusDigest;
  faults: number;
  latest: LatestEvents;
  /** Only where it was asked for. */
  board: Board<TaskBrief> | null;
}

export interface GlanceOptions {
  root: string;
  baton: Baton;
  /** The index as it was found, and where the new one goes. */
  index: IndexHead | null;
  indexPath: string;
  version: string;
  nowMs: number;
  /** The local date. */
  today: string;
  /** True when every task is shown: then every file is looked at. */
  wantsBoard: boolean;
  /** Kept in the index as it is. */
  memo: Record<string, string>;
}

/** All files are looked at this often, whether or not their folders have changed. */
export const CHECK_ALL_MS = 600_000;

export const TASK_PREFIX = 'task/';
export const isOfTask = (stored: Stored): boolean => stored.stream.startsWith(TASK_PREFIX);

export function markOf(news: readonly Stored[]): LogMark | null {
  const last = news.at(-1);
  return last === undefined ? null : { position: last.position, stream: last.stream, seq: last.seq, at: last.at };
}

export const listed = (latest: LatestEvents): IndexHead['latest'] =>
  [...latest].map(([stream, events]) => [stream, [...events]]);

/** Streams of worktrees and plans are many and nobody asks for them here. */
const isKept = (stream: string): boolean =>
  stream === 'lead' || stream === CONTROL_STREAM || stream.startsWith('target/');

export function withLatest(before: IndexHead['latest'], news: readonly Stored[]): LatestEvents {
  const latest = new Map(before.map(([stream, events]) => [stream, events]));
  for (const stored of news) {
    if (!isKept(stored.stream)) continue;
    const others = (latest.get(stored.stream) ?? []).filter(known => known.event.kind !== stored.event.kind);
    latest.set(stored.stream, [...others, stored]);
  }
  return latest;
}
