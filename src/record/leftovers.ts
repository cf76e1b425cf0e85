/** Temporary files that a killed process left beside record files. */
import { type Dirent, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE, RECORD_ROOTS } from '../domain/record-paths.ts';

/** How a file that is about to replace a Markdown file is called until then. */
const LEFTOVER = /\.md\.\d{1,10}$/;

/**
 * Removes them. Only for whoever leads: nobody else writes there. `tasks` is left alone, because a planner writes its
 * files beside a running conductor.
 */
export function removeLeftovers(root: string): void {
  for (const folder of RECORD_ROOTS.filter(name => name !== 'tasks'))
    for (const entry of entriesBelow(join(root, folder))) if (LEFTOVER.test(entry.name)) remove(entry);
  for (const entry of entriesIn(root))
    if (entry.name.startsWith(`${LOG_FILE}.`) && LEFTOVER.test(entry.name)) remove(entry);
}

const remove = (entry: Dirent): void => {
  if (entry.isFile()) rmSync(join(entry.parentPath, entry.name), { force: true });
};

const entriesBelow = (folder: string): Dirent[] => list(folder, true);
const entriesIn = (folder: string): Dirent[] => list(folder, false);

function list(folder: string, recursive: boolean): Dirent[] {
  try {
    return readdirSync(folder, { recursive, withFileTypes: true });
  } catch {
    return []; // no such folder, or none that can be read: then nothing was written there either
  }
}
