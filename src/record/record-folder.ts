/** The task files of a repository: found by their places and told apart by their ids. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_PATTERN, ID_PATTERN } from '../domain/names.ts';
import { fault } from './fault.ts';
import type { FileFault } from './record.ts';
import { failureOf, faultOfFailure, kindOf } from './record-disk.ts';

/** A task file by its place; its content is judged by `parseTaskFile`. */
export interface TaskEntry {
  path: string;
  agent: string;
  id: string;
}

const EXAMPLE = 'tasks/engineer-backend/feat-001.md';

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
  const { agents, faults } = listAgents(root);
  const lists = agents.map(agent => listTasksOf(root, agent));
  return {
    files: lists.flatMap(list => list.files),
    faults: [...faults, ...lists.flatMap(list => list.faults)],
  };
}

/** The agents that have a folder of tasks, in order, and what else lies beside them. */
export function listAgents(root: string): { agents: string[]; faults: FileFault[] } {
  const top = lstatSync(join(root, 'tasks'), { throwIfNoEntry: false });
  if (top === undefined) return { agents: [], faults: [] };
  if (!top.isDirectory())
    return { agents: [], faults: [faultOfFailure({ reason: 'outside', path: 'tasks', at: 'tasks' })] };
  const agents: string[] = [];
  const faults: FileFault[] = [];
  for (const entry of entriesOf(root, 'tasks', faults)) {
    if (entry.isFile() ? isOfNoConcern(entry.name) : entry.name.startsWith('.')) continue;
    const wrong = judgeAgent(entry);
    if (wrong === null) agents.push(entry.name);
    else faults.push(wrong);
  }
  return { agents, faults };
}

/** The task files of one agent, in order. */
export function listTasksOf(root: string, agent: string): { files: TaskEntry[]; faults: FileFault[] } {
  const files: TaskEntry[] = [];
  const faults: FileFault[] = [];
  for (const entry of entriesOf(root, `tasks/${agent}`, faults)) {
    const judged = judgeEntry(agent, entry);
    if (judged === null) continue;
    if ('file' in judged) files.push(judged.file);
    else faults.push(judged.fault);
  }
  return { files, faults };
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
