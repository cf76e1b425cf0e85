/** Reports that checks leave in their tree: never read or removed through a link, and no larger than a report is. */
import { existsSync, rmSync } from 'node:fs';
import { readRegularFile } from '../agent/tools/regular-file.ts';
import { resolvePath } from '../agent/tools/workspace.ts';
import type { CheckReports } from '../conductor/edges.ts';
import { fail, ok } from '../domain/result.ts';

const MOST_BYTES = 16 * 1024 * 1024;

export const checkReports: CheckReports = {
  forget: (root, path) => {
    const place = resolvePath({ root, zone: null }, path);
    if (place.ok) rmSync(place.absolute, { force: true, recursive: true });
  },
  read: (root, path) => {
    const place = resolvePath({ root, zone: null }, path);
    if (!place.ok) return fail('cannot be read: a link is in the way');
    const bytes = readRegularFile(place.absolute, MOST_BYTES);
    if (typeof bytes !== 'string') return ok(bytes.toString('utf8'));
    return fail(existsSync(place.absolute) ? `cannot be read: ${bytes}` : 'was not written by the checks');
  },
};
