/** Puts a report where a person wants it, whole or not at all. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Null when it is there; else why not. A report of the same name is replaced. */
export function writeReport(path: string, text: string): string | null {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
    return null;
  } catch (error) {
    rmSync(beside, { force: true });
    return error instanceof Error ? error.message : String(error);
  }
}
