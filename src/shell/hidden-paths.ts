/** What a command must never see, whatever stands on the user's PATH: credentials, private folders, kleiber's own state. */
import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Relative to HOME. A folder that holds one of these is never shown as a whole, and nothing inside one is shown. */
const PRIVATE = [
  '.ssh',
  '.aws',
  '.azure',
  '.gnupg',
  '.kube',
  '.docker',
  '.config',
  '.netrc',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pypirc',
  '.git-credentials',
  '.gitconfig',
  '.claude',
  '.claude.json',
  '.password-store',
  '.mozilla',
  '.thunderbird',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.cargo/config.toml',
  '.dotnet/corefx',
  '.gem/credentials',
  '.local/share/keyrings',
  '.local/state',
  '.bash_history',
  '.env',
];

export const isInside = (path: string, folder: string): boolean => {
  const rest = relative(folder, path);
  return rest === '' || !(rest === '..' || rest.startsWith(`..${sep}`) || isAbsolute(rest));
};

export interface HiddenPaths {
  home: string;
  /** Roots of the user's checkouts: never shown as a whole, single tool folders inside them may be. */
  repositoryRoots: readonly string[];
  /** Never shown, nor anything inside: kleiber's state folder, for example. */
  hidden: readonly string[];
}

/** The same with links resolved: a HOME that is a link must not hide its contents from these rules. */
export const resolveHiddenPaths = ({ home, repositoryRoots, hidden }: HiddenPaths): HiddenPaths => ({
  home: realPath(home) ?? home,
  repositoryRoots: repositoryRoots.map(root => realPath(root) ?? root),
  hidden: hidden.map(path => realPath(path) ?? path),
});

/** Where `path` really is; null if there is nothing, a link to nowhere, or a folder on the way that we may not enter. */
export function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    // What we can't reach can't be shown either, so the reason makes no difference.
    return null;
  }
}

/** Every path that nothing may show, or show the inside of. */
export const forbiddenPaths = ({ home, repositoryRoots, hidden }: HiddenPaths): string[] => [
  ...PRIVATE.map(name => join(home, name)),
  ...repositoryRoots.map(root => join(root, '.git')),
  ...hidden,
];

/** True if `path` may be bound whole: it neither holds nor lies in anything forbidden, and is not HOME or above it. */
export function canShow(path: string, hiddenPaths: HiddenPaths): boolean {
  const wholes = [hiddenPaths.home, ...hiddenPaths.repositoryRoots];
  if (wholes.some(whole => isInside(whole, path))) return false;
  return !forbiddenPaths(hiddenPaths).some(forbidden => isInside(forbidden, path) || isInside(path, forbidden));
}
