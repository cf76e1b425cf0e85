/**
 * Zones: where a task may write. A zone blocks; it is checked at the tool and again on the tree difference of the
 * commit, because a command can write anywhere in its worktree.
 */
import type { ChangedFile } from '../domain/blocker.ts';
import { LOG_FILE, RECORD_ROOTS } from '../domain/record-paths.ts';
import type { Role } from '../domain/role.ts';
import type { TaskHead } from '../domain/task.ts';
import { asTree, globCovers, matchesGlob } from './glob.ts';
import type { TaskState } from './task-state.ts';

export interface Zone {
  /** A path must match one of these … */
  files: string[];
  /** … and one of these, unless the role has no paths of its own (null). */
  rolePaths: string[] | null;
  /** Paths outside that a person has allowed for this task. */
  widened: string[];
}

export function zoneOf(head: Pick<TaskHead, 'files'>, role: Role, widened: readonly string[]): Zone {
  const rolePaths = role.paths?.map(asTree) ?? null;
  const files = head.files.length > 0 ? head.files.map(asTree) : (rolePaths ?? []);
  return { files, rolePaths, widened: widened.map(asTree) };
}

/**
 * What the attempt at hand may write: the task's zone, or only the files whose conflict their owner resolves. Those lie in
 * the zone of the task as well, or they could not have been handed in.
 */
export const attemptZone = (
  head: Pick<TaskHead, 'files'>,
  role: Role,
  { resolving, widened }: Pick<TaskState, 'resolving' | 'widened'>,
): Zone =>
  resolving === null ? zoneOf(head, role, widened) : { files: resolving.files, rolePaths: null, widened: [] };

/** Never writable by an agent, whatever a task says: the record, git's own names, and what configures kleiber itself. */
const NEVER = [...RECORD_ROOTS.map(root => `${root}/**`), LOG_FILE, 'kleiber.yml', '.claude/**'];

/** Files that run code elsewhere; only a task that names them may touch them, a wildcard does not reach them. */
const NAMED_ONLY = [
  '**/.gitattributes',
  '.gitmodules',
  '.github/**',
  '.gitlab-ci.yml',
  '.circleci/**',
  '.husky/**',
  '.githooks/**',
  'Jenkinsfile',
  'azure-pipelines.yml',
  '.pre-commit-config.yaml',
  '.mcp.json',
  '.vscode/**',
  '.idea/**',
  '.devcontainer/**',
  '.envrc',
];

/** Names that some file system would take for `.git`. */
const isGitName = (segment: string): boolean =>
  /^(\.git|git~\d+)[. ]*(?::|$)/i.test(segment.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, ''));

/** Why a path may not be written, or null when it may. */
export function zoneFault(zone: Zone, path: string): string | null {
  if (path.includes('\ufffd')) return 'its name is not valid UTF-8';
  if (path.split('/').some(isGitName)) return 'it is a name that belongs to git';
  const lower = path.toLowerCase();
  if (NEVER.some(glob => matchesGlob(glob.toLowerCase(), lower))) return 'only kleiber writes there';
  if (zone.widened.some(glob => matchesGlob(glob, path))) return null;
  if (NAMED_ONLY.some(glob => matchesGlob(glob.toLowerCase(), lower)) && !isNamed(zone.files, path))
    return 'it runs code elsewhere, so only a task that names it may change it';
  if (!zone.files.some(glob => matchesGlob(glob, path)))
    return `the task may write ${zone.files.join(', ') || 'nothing'}`;
  if (zone.rolePaths !== null && !zone.rolePaths.some(glob => matchesGlob(glob, path)))
    return `the role works in ${zone.rolePaths.join(', ') || 'no folder of this repository'}`;
  return null;
}

/** Named means: the glob spells out the very segment that makes the path special. */
const isNamed = (globs: readonly string[], path: string): boolean =>
  globs.some(glob => glob.split('/').includes(specialSegment(path)) && matchesGlob(glob, path));

/** `.gitattributes` is special in any folder, everything else in the root. */
function specialSegment(path: string): string {
  const segments = path.split('/');
  const last = segments.at(-1) ?? '';
  return last.toLowerCase() === '.gitattributes' ? last : (segments[0] ?? '');
}

/** Every path of a difference that breaks the zone or the rules for modes, one sentence each. */
export function differenceFaults(zone: Zone, files: readonly ChangedFile[]): string[] {
  return files.flatMap(file => {
    if (file.mode === '160000') return [`${file.path} is a nested repository; those do not land`];
    const fault = zoneFault(zone, file.path);
    return fault === null ? [] : [`${file.path} is outside the zone: ${fault}`];
  });
}

/** Why a symbolic link may not land, or null: it must stay inside the repository, outside git's folder, and be relative. */
export function linkFault(path: string, target: string): string | null {
  if (target.startsWith('/')) return `${path} is a symbolic link to an absolute path`;
  const parts = target.split('/').filter(part => part !== '.' && part !== '');
  if (parts.some(isGitName)) return `${path} is a symbolic link into a folder of git`;
  const down = parts.findIndex(part => part !== '..');
  const climbs = down < 0 ? parts.length : down;
  // A name may be a link itself, and what is above a link is not what the text says.
  if (parts.slice(climbs).includes('..')) return `${path} is a symbolic link that climbs after a name`;
  return climbs > path.split('/').length - 1 ? `${path} is a symbolic link that leaves the repository` : null;
}

/** The globs of a task that reach outside its role's paths. */
export function globsOutsideRole(files: readonly string[], rolePaths: readonly string[] | null): string[] {
  if (rolePaths === null) return [];
  const trees = rolePaths.map(asTree);
  return files.filter(glob => !trees.some(tree => globCovers(tree, asTree(glob))));
}
