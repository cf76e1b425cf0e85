/** Tries in a folder what the record and the state rely on, because some file systems promise it and do not do it. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';

export interface Probed {
  /** `a.md` and `A.md` are two files. */
  tellsCase: boolean;
}

/** The first step that did not do what it should, in a few words. */
export function probeFolder(folder: string): Result<Probed, string> {
  let step = 'make a folder';
  let place: string | null = null;
  try {
    place = mkdtempSync(join(folder, '.kleiber-probe-'));
    const [file, link, moved] = ['a', 'b', 'c'].map(name => join(place ?? folder, name)) as [string, string, string];
    step = 'write a file and flush it';
    writeFileSync(file, 'x', { flag: 'wx', flush: true });
    step = 'link it under a second name';
    linkSync(file, link);
    step = 'put one file in the place of another';
    writeFileSync(moved, 'y');
    renameSync(file, moved);
    step = 'read back what was put there';
    if (readFileSync(moved, 'utf8') !== 'x' || existsSync(file)) return fail(`${step}: it is something else`);
    step = 'flush a folder';
    flush(place);
    return ok({ tellsCase: !existsSync(join(place, 'B')) });
  } catch (error) {
    return fail(`${step}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (place !== null) rmSync(place, { recursive: true, force: true });
  }
}

function flush(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
