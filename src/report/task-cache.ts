/**
 * The task files of a checkout, kept in memory by whoever works for long. Looking again costs a stat per folder; what a
 * doorbell names is looked at itself, and every file is, every two seconds, because an edit in place changes no folder.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { fail } from '../domain/result.ts';
import { cardOf } from '../policy/board.ts';
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

  /** True when something may have changed. */
  const look = (nowMs: number, everyFile: boolean): boolean => {
    const stamp = readStamp(join(root, 'tasks'), nowMs);
    const isSameTop = top !== null && isSameStamp(top.stamp, stamp);
    if (top === null || !isSameTop) {
      const { agents, faults } = listAgents(root);
      top = { stamp, agents, misplaced: faults.map(faultyFile) };
    }
    const before = folders;
    const isSuspect = (path: string): boolean => everyFile || suspects.has(path);
    const hasSuspect = (folder: string): boolean =>
      everyFile || [...suspects].some(path => path.startsWith(`${folder}/`));
    folders = new Map(
      top.agents.map(agent => {
        const known = before.get(agent);
        return [agent, lookInto(root, agent, known, nowMs, hasSuspect(`tasks/${agent}`) ? isSuspect : null)] as const;
      }),
    );
    suspects.clear();
    return !isSameTop || [...folders].some(([agent, folder]) => before.get(agent) !== folder);
  };
  const list = (): TaskFile[] => {
    const found = [...folders.values()];
    const files = found.flatMap(folder => Array.from(folder.files.values(), kept => kept.file));
    return [...files, ...(top?.misplaced ?? []), ...found.flatMap(folder => folder.misplaced)];
  };

  return {
    all: () => {
      const age = clock.monotonicMs() - checkedAtMs;
      // Where a bell has rung somebody waits for an answer, so what only has to be done now and then waits a little more.
      const everyFile = age >= (suspects.size > 0 ? 2 * CHECK_ALL_MS : CHECK_ALL_MS);
      if (everyFile) checkedAtMs = clock.monotonicMs();
      const files = look(clock.now().getTime(), everyFile) ? list() : last;
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

/**
 * Files of a folder that has not changed are looked at only on suspicion, and without any (null) the folder is what it was;
 * names that are new to it always are.
 */
function lookInto(
  root: string,
  agent: string,
  known: KeptFolder | undefined,
  nowMs: number,
  isSuspect: ((path: string) => boolean) | null,
): KeptFolder {
  const stamp = readStamp(join(root, 'tasks', agent), nowMs);
  const isSame = known !== undefined && isSameStamp(known.stamp, stamp);
  if (isSame && isSuspect === null) return known;
  const listed = isSame ? null : listTasksOf(root, agent);
  const paths = listed?.files.map(entry => entry.path) ?? [...(known?.files.keys() ?? [])];
  const files = paths.map((path): [string, Kept] => {
    const kept = known?.files.get(path);
    return [path, kept !== undefined && isSuspect?.(path) !== true ? kept : lookAt(root, path, kept, nowMs)];
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

const faultyFile = (fault: FileFault): TaskFile => ({
  path: fault.path,
  text: '',
  hash: '',
  outcome: fail([fault]),
  right: null,
});

function readTaskFile(root: string, path: string): TaskFile {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return faultyFile(faultOfFailure(bytes.failure));
  const outcome = parseTaskFile(path, bytes.value);
  const text = bytes.value.toString('utf8');
  const file: TaskFile = { path, text, hash: hash('sha256', bytes.value, 'hex'), outcome, right: null };
  if (!outcome.ok) return file;
  const { task } = outcome.value;
  return { ...file, right: { file: { ...file, task }, card: cardOf(task) } };
}
