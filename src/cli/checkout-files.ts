/** Reads and writes single files of the user's checkout, never through a symbolic link and never above it. */
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InitEdges, PathKind } from './init.ts';

const LARGEST_TEXT = 1024 * 1024;

function kindAt(path: string): PathKind {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'absent';
  if (found.isSymbolicLink()) return 'symlink';
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'other';
}

/** Any folder on the way that is a link leads elsewhere, so that the file counts as a link too. */
function kindBelow(root: string, path: string): PathKind {
  const parts = path.split('/');
  const isLinked = parts
    .slice(0, -1)
    .some((_part, index) => kindAt(join(root, ...parts.slice(0, index + 1))) === 'symlink');
  return isLinked ? 'symlink' : kindAt(join(root, path));
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Bytes that are no text would not survive being written back.
    return null;
  }
}

/** `root` is the top of the work tree; paths are relative to it, with slashes. */
export function checkoutFiles(root: string): Pick<InitEdges, 'readText' | 'kindOf' | 'writeText'> {
  const kindOf = (path: string): PathKind => kindBelow(root, path);
  return {
    kindOf,
    readText(path) {
      if (kindOf(path) !== 'file' || lstatSync(join(root, path)).size > LARGEST_TEXT) return null;
      return decode(readFileSync(join(root, path)));
    },
    writeText(path, text) {
      const target = join(root, path);
      mkdirSync(dirname(target), { recursive: true });
      const temporary = join(dirname(target), `.kleiber-${process.pid}.tmp`);
      try {
        writeFileSync(temporary, text, { flag: 'wx', flush: true });
        // A rename replaces a link that somebody put there meanwhile instead of following it.
        renameSync(temporary, target);
      } finally {
        rmSync(temporary, { force: true });
      }
    },
  };
}
