/** Which folders of a repository are projects of their own, judged by the manifests that lie in them. */

/** The tracked files of a repository (relative, with slashes) and the texts of those that `wantedTexts` asked for. */
export interface RepositoryListing {
  files: readonly string[];
  texts: ReadonlyMap<string, string>;
}

/** A folder with a manifest; `''` is the root. `names` are the files directly in it. */
export interface ProjectFolder {
  folder: string;
  names: ReadonlySet<string>;
}

const MANIFEST =
  /^(?:package\.json|pyproject\.toml|setup\.(?:cfg|py)|pytest\.ini|tox\.ini|requirements[\w.-]*\.txt|Cargo\.toml|go\.mod|Gemfile|composer\.json)$/;
export const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'] as const;

/** Folders whose projects are samples, copies or results, and not what people of this repository work on. */
const NOT_OURS =
  /^(?:tests?|specs?|__tests__|fixtures|__fixtures__|testdata|examples?|samples?|templates?|docs?|vendor|third_party|node_modules|dist|build|target|\..*)$/;

const DEEPEST_PROJECT = 3;
const MOST_PROJECTS = 40;

export const inFolder = (folder: string, path: string): string => (folder === '' ? path : `${folder}/${path}`);

export const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const isBelow = (folder: string, path: string): boolean => folder === '' || path.startsWith(`${folder}/`);

export function isOurs(folder: string): boolean {
  return folder === '' || !folder.split('/').some(part => NOT_OURS.test(part));
}

/** The root first, then by path. At most forty, which is more than a person would read in a preview. */
export function projectFolders(files: readonly string[]): ProjectFolder[] {
  const names = new Map<string, Set<string>>([['', new Set()]]);
  for (const path of files) {
    const folder = folderOf(path);
    const known = names.get(folder) ?? new Set<string>();
    names.set(folder, known.add(nameOf(path)));
  }
  return [...names]
    .filter(([folder, inside]) => folder === '' || isProject(folder, inside))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_PROJECTS)
    .map(([folder, inside]) => ({ folder, names: inside }));
}

const isProject = (folder: string, names: ReadonlySet<string>): boolean =>
  isOurs(folder) && folder.split('/').length <= DEEPEST_PROJECT && [...names].some(name => MANIFEST.test(name));

const isPythonTest = (path: string): boolean => /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(path);

/** Python's tests, and a few of them to tell two test runners apart. */
export const pythonTests = (files: readonly string[], folder: string): string[] =>
  files.filter(path => isBelow(folder, path) && isPythonTest(path));

const SAMPLED_TESTS = 8;

/** The files whose text `detect` needs; none of them is run. */
export function wantedTexts(files: readonly string[]): string[] {
  const manifests = projectFolders(files).flatMap(({ folder, names }) =>
    [...names].filter(name => MANIFEST.test(name)).map(name => inFolder(folder, name)),
  );
  const makefiles = files.filter(path => MAKEFILES.some(name => name === path));
  return [...manifests, ...makefiles, ...pythonTests(files, '').slice(0, SAMPLED_TESTS)];
}

/** What a `package.json` says that matters here; null where there is none, or where it is not JSON. */
export interface PackageManifest {
  scripts: Record<string, string>;
  dependencies: string[];
  packageManager: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const recordAt = (value: Record<string, unknown>, key: string): Record<string, unknown> => {
  const inner = value[key];
  return isRecord(inner) ? inner : {};
};

export function parsePackage(text: string | undefined): PackageManifest | null {
  if (text === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // A broken manifest is the user's to mend; it only has nothing to tell here.
    return null;
  }
  if (!isRecord(value)) return null;
  const scripts = Object.entries(recordAt(value, 'scripts')).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    scripts: Object.fromEntries(scripts),
    dependencies: ['dependencies', 'devDependencies', 'peerDependencies'].flatMap(key =>
      Object.keys(recordAt(value, key)),
    ),
    packageManager: typeof value.packageManager === 'string' ? value.packageManager : '',
  };
}
