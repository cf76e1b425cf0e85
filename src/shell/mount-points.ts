/** Makes the empty folders that dependency folders are mounted on, without ever following a link that an agent left. */
import { lstatSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { DependencyBind } from './sandbox.ts';

/** `ready` can be mounted; `gone` has no place in this worktree any more; `taken` is a file or link where the folder belongs. */
export type MountPoint = 'ready' | 'gone' | 'taken';

/**
 * A mount point behind a link would be made wherever the link leads, on the user's disk, so each part of the path must be
 * a folder. A parent that is something else means that the package moved; something else at the place itself would
 * be used instead of the real dependencies, and that is refused.
 */
export function prepareMountPoint(worktree: string, bind: DependencyBind): MountPoint {
  const parts = bind.at.split('/');
  if (isAbsolute(bind.at) || parts.some(part => part === '' || part === '.' || part === '..' || part === '.git')) {
    return 'taken';
  }
  let path = worktree;
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (!entry) mkdirSync(path);
    else if (!entry.isDirectory()) return index === parts.length - 1 ? 'taken' : 'gone';
  }
  return 'ready';
}
