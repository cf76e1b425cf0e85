/** Refs as git's own files hold them, which is where git looks first: a process for forty bytes is the exception. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ID = /^([0-9a-f]{40}|[0-9a-f]{64})\n$/;
const ON_A_BRANCH = /^ref: (refs\/heads\/[^\s]+)\n$/;

/**
 * Git renames these files into their places, so each is a whole one or none. Read at once: behind the thousand files that
 * a watcher asks for, forty bytes would wait. Empty when there is none.
 */
function textOf(gitDir: string, name: string): string {
  try {
    return readFileSync(join(gitDir, name), 'utf8');
  } catch {
    // Packed, kept in another form, or not there.
    return '';
  }
}

/** The tip of a ref; null where git has to be asked. */
export const looseTip = (commonDir: string, ref: string): string | null => ID.exec(textOf(commonDir, ref))?.[1] ?? null;

/** Whether a ref is at a commit, in a file of its own or packed. */
export const isRefAt = (commonDir: string, ref: string, commit: string): boolean =>
  textOf(commonDir, ref) === `${commit}\n` || textOf(commonDir, 'packed-refs').includes(`\n${commit} ${ref}\n`);

/** The full name of the branch that is checked out; null where git has to be asked, or on no branch. */
export const headRef = (gitDir: string): string | null => ON_A_BRANCH.exec(textOf(gitDir, 'HEAD'))?.[1] ?? null;
