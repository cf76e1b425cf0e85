/** Paths that no role may write: shown with every plan, because work on them would have nobody to do it. */
import { isRecordPath } from '../domain/record-paths.ts';
import type { Role } from '../domain/role.ts';
import { asTree, matchesGlob } from './glob.ts';

export interface UnownedFolder {
  /** `src/shared/`, or `.` for files at the top. */
  folder: string;
  files: number;
}

/** Folders, two levels deep, that hold files outside every role's paths; most files first. */
export function unownedFolders(files: readonly string[], roles: Iterable<Role>): UnownedFolder[] {
  const globs = [...roles].flatMap(role => (role.produces === 'change' ? (role.paths ?? []).map(asTree) : []));
  const counts = new Map<string, number>();
  for (const file of files) {
    if (isRecordPath(file) || isHidden(file) || globs.some(glob => matchesGlob(glob, file))) continue;
    const folder = file.split('/').slice(0, -1).slice(0, 2).join('/');
    const name = folder === '' ? '.' : `${folder}/`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([folder, count]) => ({ folder, files: count }))
    .sort((a, b) => b.files - a.files || (a.folder < b.folder ? -1 : 1));
}

/** Settings of tools, not work for a role. */
const isHidden = (file: string): boolean => file.startsWith('.') || file === 'kleiber.yml';
