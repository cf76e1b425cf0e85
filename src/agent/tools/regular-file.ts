/** Reads a file that somebody else has made: only a regular one, without following a link and without blocking on a pipe. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** The bytes, or why not. */
export function readRegularFile(absolute: string, mostBytes: number): Buffer | string {
  let handle: number;
  try {
    handle = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return 'there is no such file'; // whatever kept it from opening, there is nothing to read here
  }
  try {
    const stat = fstatSync(handle);
    if (stat.isDirectory()) return 'this is a folder; use list';
    if (!stat.isFile()) return 'this is not a regular file';
    if (stat.size > mostBytes) return `this file has ${stat.size} bytes; read at most ${mostBytes}`;
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}
