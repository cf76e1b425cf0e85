/** Text files of a checkout that kleiber goes by but does not own: its settings, the roles, a project's words for agents. */
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ok, type Result } from '../domain/result.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { refused } from './fault.ts';
import { FILE_LIMIT_BYTES } from './limits.ts';
import type { FileFault } from './record.ts';

/**
 * The text at a path below the root; null when there is none. A link is followed inside of the checkout and never out of
 * it, because a stranger's repository would show a model whatever this user can read; no pipe is waited for.
 */
export function readProjectText(root: string, path: string): Result<string | null, FileFault[]> {
  try {
    const place = realpathSync(join(root, path));
    if (!place.startsWith(`${realpathSync(root)}${sep}`))
      return refused(path, 1, 'this is a link that leads out of the repository', 'put a copy of the file in its place');
    const bytes = readRegular(path, place);
    return bytes.ok ? decodeUtf8(path, bytes.value) : bytes;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok(null);
    return refused(path, 1, `the file cannot be read (${code})`, `ls -l ${path}`);
  }
}

function readRegular(path: string, place: string): Result<Buffer, FileFault[]> {
  const descriptor = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) return refused(path, 1, 'this is no regular file', 'a text file');
    if (found.size > FILE_LIMIT_BYTES)
      return refused(
        path,
        1,
        `the file has ${found.size} bytes; at most ${FILE_LIMIT_BYTES} are read`,
        'a shorter file',
      );
    return ok(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}
