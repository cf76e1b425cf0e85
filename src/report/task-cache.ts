/**
 * The task files of a checkout, kept in memory by whoever works for long. Looking again costs a stat per folder; what a
 * doorbell names is looked at itself, and every file is, every two seconds, because an edit in place changes no folder.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { fail } from '../domain/result.ts';
import type { FileFault } from '../record/record.ts';
import { faultOfFailure, readRecordFile } from '../record/record-disk.ts';
import { listAgents, listTasksOf } from '../record/record-folder.ts';
import { parseTaskFile } from '../record/task-file.ts';
import type { TaskFile, TaskFiles } from './board-keeper.ts';
import { isSameStamp, readStamp } from './file-stamp.ts';

interface Kept {
  stamp: string;
  file: TaskFile;
}

interface KeptFolder {
  stamp: string;
  files: Map<string, Kept>;
  /** What lies there and is no task file. */
  misplaced: TaskFile[];
}

/** So old may the last look at every single file be. */
const CHECK_ALL_MS = 2_000;

export function taskCache(root: string, clock: Pick<Clock, 'now' | 'monotonicMs'>): TaskFiles {
  let top: { stamp: string; agents: string[]; misplaced: TaskFile[] } | null = null;
  let folders = new Map<string, KeptFolder>();
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let last: TaskFile[] = [];
  const suspects = new Set<string>();

  const look = (nowMs: number, everyFile: boolean): TaskFile[] => {
    const stamp = readStamp(join(root, 'tasks'), nowMs);
    if (top === null || !isSameStamp(top.stamp, stamp)) {
      const { agents, faults } = listAgents(root);
      top = { stamp, agents, misplaced: faults.map(faultyFile) };
    }
    const isSuspect = everyFile ? () => true : (path: string): boolean => suspects.has(path);
    folders = new Map(
      top.agents.map(agent => [agent, lookInto(root, agent, folders.get(agent), nowMs, isSuspect)] as const),
    );
    const found = [...folders.values()];
    const files = found.flatMap(folder => [...folder.files.values()].map(kept => kept.file));
    return [...files, ...top.misplaced, ...found.flatMap(folder => folder.misplaced)];
  };

  return {
    all: () => {
      const everyFile = clock.monotonicMs() - checkedAtMs >= CHECK_ALL_MS;
      if (everyFile) checkedAtMs = clock.monotonicMs();
      const files = look(clock.now().getTime(), everyFile);
      suspects.clear();
      if (!isSameList(files, last)) last = files;
      return last;
    },
    suspect: path => suspects.add(path),
    isCurrent: file => {
      const bytes = readRecordFile(root, file.path);
      const isSame = bytes.ok && hash('sha256', bytes.value, 'hex') === file.hash;
      if (!isSame) suspects.add(file.path);
      return isSame;
    },
  };
}

const isSameList = (a: readonly TaskFile[], b: readonly TaskFile[]): boolean =>
  a.length === b.length && a.every((file, at) => file === b[at]);

/** Files of a folder that has not changed are looked at only on suspicion; names that are new to it always are. */
function lookInto(
  root: string,
  agent: string,
  known: KeptFolder | undefined,
  nowMs: number,
  isSuspect: (path: string) => boolean,
): KeptFolder {
  const stamp = readStamp(join(root, 'tasks', agent), nowMs);
  const isSame = known !== undefined && isSameStamp(known.stamp, stamp);
  const listed = isSame ? null : listTasksOf(root, agent);
  const paths = listed?.files.map(entry => entry.path) ?? [...(known?.files.keys() ?? [])];
  const files = paths.map((path): [string, Kept] => {
    const kept = known?.files.get(path);
    return [path, kept !== undefined && !isSuspect(path) ? kept : lookAt(root, path, kept, nowMs)];
  });
  return { stamp, files: new Map(files), misplaced: listed?.faults.map(faultyFile) ?? known?.misplaced ?? [] };
}

function lookAt(root: string, path: string, known: Kept | undefined, nowMs: number): Kept {
  const stamp = readStamp(join(root, path), nowMs);
  if (known !== undefined && isSameStamp(known.stamp, stamp)) return known;
  const file = readTaskFile(root, path);
  // The same bytes are the same file to everybody who holds it.
  return { stamp, file: known !== undefined && known.file.hash === file.hash && file.hash !== '' ? known.file : file };
}

const faultyFile = (fault: FileFault): TaskFile => ({ path: fault.path, text: '', hash: '', outcome: fail([fault]) });

function readTaskFile(root: string, path: string): TaskFile {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return faultyFile(faultOfFailure(bytes.failure));
  return {
    path,
    text: bytes.value.toString('utf8'),
    hash: hash('sha256', bytes.value, 'hex'),
    outcome: parseTaskFile(path, bytes.value),
  };
}
