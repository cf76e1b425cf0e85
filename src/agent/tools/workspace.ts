/** The worktree as the file tools see it: relative paths only, every component walked, no link followed out of it. */
import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Zone, zoneFault } from '../../policy/zones.ts';

export interface Workspace {
  /** Absolute path of the worktree on this machine. */
  root: string;
  /** Null for agents that only read. */
  zone: Zone | null;
}

export type PathOutcome = { ok: true; absolute: string; relative: string } | { ok: false; why: string };

/** Turns what a model wrote into a path inside the worktree. `/workspace/x` is accepted, because commands show it so. */
export function resolvePath(workspace: Workspace, given: string): PathOutcome {
  const trimmed = given.replace(/^\/workspace(?:\/|$)/, '').replace(/^(?:\.\/)+/, '');
  if (trimmed.includes('\0')) return { ok: false, why: 'a path has no NUL in it' };
  if (trimmed.startsWith('/')) return { ok: false, why: `${given} is outside the worktree; paths are relative to it` };
  const parts = trimmed.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..'))
    return { ok: false, why: `${given} climbs; paths are relative to the worktree and never contain ..` };
  if (parts.some(part => part.toLowerCase() === '.git'))
    return { ok: false, why: `${given} belongs to git, which kleiber runs for you` };
  const fault = pathFault(workspace.root, parts);
  if (fault !== null) return { ok: false, why: fault };
  return { ok: true, absolute: join(workspace.root, ...parts), relative: parts.join('/') };
}

/** A component that is a link is refused whether it stays inside or not, since it can be changed between look and use. */
function pathFault(root: string, parts: readonly string[]): string | null {
  let path = root;
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    const shown = parts.slice(0, index + 1).join('/');
    if (stat.isSymbolicLink())
      return `${shown} (to ${readlinkSync(path)}) is a symbolic link; use the path it points to`;
    if (!stat.isDirectory() && index < parts.length - 1) return `${shown} is no folder, so nothing lies below it`;
  }
  return null;
}

/** Why this path may not be written, in words for the model; null when it may. */
export function whyNotWritable(workspace: Workspace, relative: string): string | null {
  if (workspace.zone === null) return 'this role only reads';
  const fault = zoneFault(workspace.zone, relative);
  return fault === null
    ? null
    : `${relative} is outside your zone: ${fault}. If the task needs it, call block with type out_of_zone and name the paths.`;
}
