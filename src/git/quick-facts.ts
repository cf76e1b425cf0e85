/**
 * The facts of an ordinary checkout, read from its files: a command that only looks need not start git four times for them.
 * Whatever is out of the ordinary, or could be, is left to git itself, which also says what is wrong.
 */
import { existsSync, lstatSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface QuickFacts {
  root: string;
  commonDir: string;
  branch: string;
  /** Which git would be asked. As long as it is the same file, what it said of itself still holds. */
  git: string;
}

/**
 * Settings of a repository that change where it lies, how its refs are stored or whether its objects are here, and
 * settings that come from elsewhere.
 */
const OUT_OF_THE_ORDINARY = /\bworktree|\bextensions\b|\bpromisor\b|\binclude|\bbare\b(?!\s*=\s*false\b)/i;
const HEAD = /^ref: refs\/heads\/([^\s]+)\n?$/;

/** Null when git has to be asked. `path` is where the search upwards begins, `searchPath` where git is looked for. */
export function quickFacts(path: string, searchPath: string): QuickFacts | null {
  try {
    const git = findGit(searchPath);
    const root = realpathSync.native(path) === path ? findRoot(path) : null;
    if (git === null || root === null) return null;
    const commonDir = join(root, '.git');
    if (!isOurs(lstatSync(root)) || !isOurs(lstatSync(commonDir))) return null;
    if (existsSync(join(commonDir, 'commondir'))) return null;
    if (OUT_OF_THE_ORDINARY.test(readFileSync(join(commonDir, 'config'), 'utf8'))) return null;
    const branch = HEAD.exec(readFileSync(join(commonDir, 'HEAD'), 'utf8'))?.[1];
    return branch === undefined ? null : { root, commonDir, branch, git };
  } catch {
    // Something is not where an ordinary checkout has it.
    return null;
  }
}

/** The closest folder with a `.git` folder; a file there, or a bare repository on the way, is git's to judge. */
function findRoot(path: string): string | null {
  const { dev } = lstatSync(path);
  for (let folder = path; ; folder = dirname(folder)) {
    // Git does not look beyond the file system it started on.
    if (lstatSync(folder).dev !== dev) return null;
    const found = lstatSync(join(folder, '.git'), { throwIfNoEntry: false });
    if (found !== undefined) return found.isDirectory() && isRepository(join(folder, '.git')) ? folder : null;
    if (isRepository(folder) || dirname(folder) === folder) return null;
  }
}

const isRepository = (folder: string): boolean =>
  ['HEAD', 'objects', 'refs'].every(name => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined);

/** Git wants a word from the user before it works in what belongs to somebody else. */
const isOurs = (found: Stats): boolean => found.uid === process.getuid?.();

function findGit(searchPath: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    if (!folder.startsWith('/')) return null;
    const path = join(folder, 'git');
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) return `${path}:${found.ctimeMs}:${found.size}:${found.ino}`;
  }
  return null;
}
