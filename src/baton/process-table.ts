/** The real process table of this machine. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { fail, ok, type Result } from '../domain/result.ts';

/** `absent`: there is no such thing. `unreadable`: it could not be found out, for example with too many files open. */
export type ReadFailure = { reason: 'absent' } | { reason: 'unreadable' };

/** What has to be read from a machine to tell which of its processes live. */
export interface ProcessTable {
  host: string;
  pid: number;
  readText(path: string): Result<string, ReadFailure>;
  readLink(path: string): Result<string, ReadFailure>;
  /** The output of a system program; a non-zero exit is `absent`, a program that cannot be run is `unreadable`. */
  run(program: string, parameters: string[]): Result<string, ReadFailure>;
}

export const processTable = (): ProcessTable => ({
  host: hostname(),
  pid: process.pid,
  readText: path => reading(() => readFileSync(path, 'utf8')),
  readLink: path => reading(() => readlinkSync(path)),
  run,
});

function reading(read: () => string): Result<string, ReadFailure> {
  try {
    return ok(read());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // A process that ends between opening and reading its entry says "no such process".
    return fail({ reason: code === 'ENOENT' || code === 'ESRCH' ? 'absent' : 'unreadable' });
  }
}

/** With a fixed language and time zone, because the answers are compared as text. */
function run(program: string, parameters: string[]): Result<string, ReadFailure> {
  const done = spawnSync(program, parameters, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' }, timeout: 5000 });
  if (done.error || done.status === null) return fail({ reason: 'unreadable' });
  return done.status === 0 ? ok(done.stdout) : fail({ reason: 'absent' });
}
