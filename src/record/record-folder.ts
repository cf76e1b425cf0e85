/** The task files of a repository: found by their places, read, and told apart by their ids. */
import { hash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import { AGENT_PATTERN, ID_PATTERN } from '../domain/task.ts';
import { fault } from './fault.ts';
import type { FileFault } from './record.ts';
import { failureOf, faultOfFailure, kindOf, readRecordFile } from './record-disk.ts';
import { type ParsedTask, parseTaskFile } from './task-file.ts';

/** A task file by its place; its content is judged by `readTask`. */
export interface TaskEntry {
  path: string;
  agent: string;
  id: string;
}

export interface ReadTask extends ParsedTask {
  /** sha256 of the file as read, in hexadecimal digits. */
  hash: string;
}

const EXAMPLE = 'tasks/engineer-backend/feat-001.md';

/** Reads and judges one task file; everything wrong with it, from its kind to its sections, is a list of faults. */
export function readTask(root: string, path: string): Result<ReadTask, FileFault[]> {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return fail([faultOfFailure(bytes.failure)]);
  const parsed = parseTaskFile(path, bytes.value);
  return parsed.ok ? ok({ ...parsed.value, hash: hash('sha256', bytes.value, 'hex') }) : parsed;
}

/** Editors' and systems' files, and the readme that explains a folder. */
const isOfNoConcern = (name: string): boolean => name.startsWith('.') || !name.endsWith('.md') || name === 'README.md';

/** In the order of their names. A folder that is gone by now is empty; one that cannot be read is a fault. */
function entriesOf(root: string, path: string, faults: FileFault[]): Dirent[] {
  try {
    const entries = readdirSync(join(root, path), { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const failure = failureOf(path, error);
    if (failure.reason !== 'absent') faults.push(faultOfFailure(failure));
    return [];
  }
}

function judgeEntry(agent: string, entry: Dirent): { file: TaskEntry } | { fault: FileFault } | null {
  const path = `tasks/${agent}/${entry.name}`;
  if (isOfNoConcern(entry.name) && !(entry.isDirectory() && !entry.name.startsWith('.'))) return null;
  if (!entry.isFile()) return { fault: faultOfFailure({ reason: 'not_a_file', path, found: kindOf(entry) }) };
  const id = entry.name.slice(0, -'.md'.length);
  if (ID_PATTERN.test(id)) return { file: { path, agent, id } };
  return {
    fault: fault(path, 1, 'the file name is no task id; expected lower-case letters, digits and hyphens', EXAMPLE),
  };
}

function judgeAgent(entry: Dirent): FileFault | null {
  const path = `tasks/${entry.name}`;
  if (entry.isDirectory() && AGENT_PATTERN.test(entry.name)) return null;
  if (entry.isDirectory()) return fault(path, 1, 'the folder name is no agent name', EXAMPLE);
  if (entry.isFile()) return fault(path, 1, 'a task file lies in the folder of its agent', EXAMPLE);
  return faultOfFailure({ reason: 'outside', path, at: path });
}

/**
 * All task files by name, in order, without opening one. Links, pipes, devices, deeper folders and wrong names are
 * faults; hidden files, files other than Markdown and readmes are passed over. No folder at all is no task at all.
 */
export function listTaskFiles(root: string): { files: TaskEntry[]; faults: FileFault[] } {
  const top = lstatSync(join(root, 'tasks'), { throwIfNoEntry: false });
  if (top === undefined) return { files: [], faults: [] };
  if (!top.isDirectory())
    return { files: [], faults: [faultOfFailure({ reason: 'outside', path: 'tasks', at: 'tasks' })] };
  const files: TaskEntry[] = [];
  const faults: FileFault[] = [];
  for (const agent of entriesOf(root, 'tasks', faults)) {
    if (agent.isFile() ? isOfNoConcern(agent.name) : agent.name.startsWith('.')) continue;
    const wrong = judgeAgent(agent);
    if (wrong !== null) faults.push(wrong);
    else collectTasks(root, agent.name, files, faults);
  }
  return { files, faults };
}

function collectTasks(root: string, agent: string, files: TaskEntry[], faults: FileFault[]): void {
  for (const entry of entriesOf(root, `tasks/${agent}`, faults)) {
    const judged = judgeEntry(agent, entry);
    if (judged === null) continue;
    if ('file' in judged) files.push(judged.file);
    else faults.push(judged.fault);
  }
}

/** A fault for every file whose id another agent's folder has too: ids name branches and events, so each counts once. */
export function findDuplicateIds(files: readonly TaskEntry[]): FileFault[] {
  const byId = Map.groupBy(files, ({ id }) => id);
  return [...byId.values()]
    .filter(same => same.length > 1)
    .flatMap(same =>
      same.map(({ path, id }) =>
        duplicate(
          path,
          id,
          same.filter(other => other.path !== path),
        ),
      ),
    );
}

const duplicate = (path: string, id: string, others: readonly TaskEntry[]): FileFault =>
  fault(
    path,
    1,
    `the id "${id}" is also that of ${others.map(other => other.path).join(', ')}`,
    `id: ${id}-2, in a file named ${id}-2.md`,
  );
