/** The commands of a repository that prove a change: only those that its own manifests name, never one that starts something. */
import {
  inFolder,
  isBelow,
  MAKEFILES,
  nameOf,
  type ProjectFolder,
  parsePackage,
  pythonTests,
  type RepositoryListing,
} from './project-folders.ts';

/** A command that must pass; `because` says which file names it. */
export interface DetectedCheck {
  name: string;
  command: string;
}

interface FoundCheck extends DetectedCheck {
  folder: string;
  because: string;
}

interface Found {
  checks: FoundCheck[];
  /** One line each about what was seen and not taken. */
  leftOut: string[];
}

type Ecosystem = (project: ProjectFolder, listing: RepositoryListing) => Found;

const nothing: Found = { checks: [], leftOut: [] };

const one = (project: ProjectFolder, name: string, command: string, because: string): Found => ({
  checks: [{ name, command, folder: project.folder, because }],
  leftOut: [],
});

/** Words that reach a shell. */
const quoted = (word: string): string => (/^[\w./@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const RUNNERS: [file: string, manager: string][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** The package manager of a folder: what its lock file or its manifest says, else that of the root. */
function packageManager(project: ProjectFolder, listing: RepositoryListing): string {
  const said = parsePackage(listing.texts.get(inFolder(project.folder, 'package.json')))?.packageManager ?? '';
  const locked = RUNNERS.find(([file]) => project.names.has(file))?.[1];
  if (locked) return locked;
  const named = /^(npm|pnpm|yarn|bun)@/.exec(said)?.[1];
  if (named) return named;
  const rootLock = RUNNERS.find(([file]) => listing.files.includes(file))?.[1];
  return rootLock ?? 'npm';
}

const SCRIPTS: [name: string, scripts: string[]][] = [
  ['test', ['test']],
  ['lint', ['lint']],
  ['types', ['typecheck', 'types', 'type-check', 'check-types', 'check:types']],
];

/** Why a script proves nothing or never ends; null when it is fit. */
function unfit(script: string): string | null {
  if (script.includes('no test specified')) return 'is the placeholder of npm init';
  if (/--watch(?:All)?(?![=\w-])|--watch(?:All)?=true|\s-w\b/.test(script)) return 'watches and never ends';
  return /\bng test\b/.test(script) && !/--watch=false/.test(script) ? 'watches and never ends' : null;
}

const runScript = (manager: string, name: string): string =>
  name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`;

const javascript: Ecosystem = (project, listing) => {
  const path = inFolder(project.folder, 'package.json');
  const manifest = parsePackage(listing.texts.get(path));
  if (manifest === null) {
    return { checks: [], leftOut: listing.texts.has(path) ? [`${path} is not JSON, so its scripts are left out`] : [] };
  }
  const found: Found = { checks: [], leftOut: [] };
  for (const [name, scripts] of SCRIPTS) {
    const script = scripts.find(candidate => manifest.scripts[candidate] !== undefined);
    if (script === undefined) continue;
    const text = manifest.scripts[script] ?? '';
    const reason = unfit(text);
    if (reason) found.leftOut.push(`${path}: script ${script} is left out, because it ${reason}`);
    else {
      // Create React App watches unless it believes that it runs in CI.
      const prefix = text.includes('react-scripts test') ? 'CI=true ' : '';
      const command = prefix + runScript(packageManager(project, listing), script);
      found.checks.push({ name, command, folder: project.folder, because: `script ${script} of ${path}` });
    }
  }
  return found;
};

const PYTHON_MANIFEST = /^(?:pyproject\.toml|setup\.(?:cfg|py)|pytest\.ini|tox\.ini|requirements[\w.-]*\.txt)$/;

/** A virtual environment of the project comes first, where there is one. */
const PYTHON = 'PATH="$PWD/.venv/bin:$PATH" python3';

/** Where pytest is named: its own file, a section of a shared one, or a requirement. */
function pytestSource(project: ProjectFolder, listing: RepositoryListing): string | null {
  if (project.names.has('pytest.ini')) return inFolder(project.folder, 'pytest.ini');
  const configured = [...project.names]
    .filter(name => PYTHON_MANIFEST.test(name))
    .find(name => /\bpytest\b/.test(listing.texts.get(inFolder(project.folder, name)) ?? ''));
  if (configured) return inFolder(project.folder, configured);
  return listing.files.find(path => isBelow(project.folder, path) && nameOf(path) === 'conftest.py') ?? null;
}

/** Tests that only unittest's own classes hold need nothing installed. */
const isPlainUnittest = (text: string): boolean =>
  /\bunittest\b/.test(text) && !/\bpytest\b/.test(text) && !/^(?:async )?def test_/m.test(text);

/** Where discovery starts: a folder that holds all tests; as part of a package it needs to know the top. */
function unittestStart({ folder }: ProjectFolder, tests: readonly string[], files: readonly string[]): string {
  const tops = new Set(tests.map(path => (folder === '' ? path : path.slice(folder.length + 1)).split('/')[0] ?? ''));
  const [top = ''] = tops;
  if (tops.size !== 1 || top.endsWith('.py')) return '';
  return files.includes(inFolder(folder, `${top}/__init__.py`)) ? ` -s ${quoted(top)} -t .` : ` -s ${quoted(top)}`;
}

/** Without a manifest only the usual place of tests at the root makes a Python project. */
const isPython = (project: ProjectFolder, tests: readonly string[]): boolean =>
  [...project.names].some(name => PYTHON_MANIFEST.test(name)) ||
  (project.folder === '' && tests.some(path => /^(?:tests?\/)?[^/]*$/.test(path)));

const python: Ecosystem = (project, listing) => {
  const tests = pythonTests(listing.files, project.folder);
  if (!isPython(project, tests)) return nothing;
  const source = pytestSource(project, listing);
  if (source) return one(project, 'pytest', `${PYTHON} -m pytest`, `${source} names pytest`);
  if (tests.length === 0) return nothing;
  const samples = tests.flatMap(path => listing.texts.get(path) ?? []);
  if (samples.length > 0 && samples.every(isPlainUnittest)) {
    const command = `${PYTHON} -m unittest discover${unittestStart(project, tests, listing.files)}`;
    return one(project, 'unittest', command, `${tests[0]} uses unittest and nothing else`);
  }
  return one(project, 'pytest', `${PYTHON} -m pytest`, `${tests[0]} is a test, and nothing names another runner`);
};

const cargo: Ecosystem = (project, listing) => {
  if (!project.names.has('Cargo.toml')) return nothing;
  const path = inFolder(project.folder, 'Cargo.toml');
  const isWorkspace = /^\[workspace\]/m.test(listing.texts.get(path) ?? '');
  return one(project, 'cargo test', isWorkspace ? 'cargo test --workspace' : 'cargo test', path);
};

const go: Ecosystem = project =>
  project.names.has('go.mod') ? one(project, 'go test', 'go test ./...', inFolder(project.folder, 'go.mod')) : nothing;

const ruby: Ecosystem = (project, listing) => {
  if (!project.names.has('Gemfile')) return nothing;
  const has = (folder: string): boolean =>
    listing.files.some(path => isBelow(inFolder(project.folder, folder), path) && path.endsWith('.rb'));
  if (has('spec'))
    return one(project, 'rspec', 'bundle exec rspec', `${inFolder(project.folder, 'spec')} and the Gemfile`);
  if (!project.names.has('Rakefile') || !has('test')) return nothing;
  return one(project, 'rake test', 'bundle exec rake test', `${inFolder(project.folder, 'Rakefile')} and test/`);
};

const php: Ecosystem = (project, listing) => {
  if (!project.names.has('composer.json')) return nothing;
  const path = inFolder(project.folder, 'composer.json');
  const script = parsePackage(listing.texts.get(path))?.scripts.test;
  if (script !== undefined) return one(project, 'composer test', 'composer test', `script test of ${path}`);
  const settings = ['phpunit.xml', 'phpunit.xml.dist'].find(name => project.names.has(name));
  return settings ? one(project, 'phpunit', 'vendor/bin/phpunit', inFolder(project.folder, settings)) : nothing;
};

/** A target with a rule, not a variable: `test:` and `test: build`, but not `test := x`. */
const hasTarget = (text: string, target: string): boolean => new RegExp(`^${target}\\s*::?(?!=)`, 'm').test(text);

/** Targets of the root's Makefile, where nothing better proves the same. */
function makeChecks(listing: RepositoryListing, taken: readonly FoundCheck[]): Found {
  const path = MAKEFILES.find(name => listing.files.includes(name));
  const text = path === undefined ? undefined : listing.texts.get(path);
  if (path === undefined || text === undefined) return nothing;
  const found: Found = { checks: [], leftOut: [] };
  for (const [name, targets] of [
    ['test', ['test', 'check']],
    ['lint', ['lint']],
  ] as const) {
    const target = targets.find(candidate => hasTarget(text, candidate));
    const better = taken.find(check => check.folder === '' && (check.name === 'lint') === (name === 'lint'));
    if (target === undefined) continue;
    if (better) found.leftOut.push(`${path}: target ${target} is left out, because ${better.command} is there`);
    else found.checks.push({ name, command: `make ${target}`, folder: '', because: `target ${target} of ${path}` });
  }
  return found;
}

/** Go modules do not include the modules below them; everywhere else the project above runs what lies inside it. */
const ECOSYSTEMS: [ecosystem: Ecosystem, coversInside: boolean][] = [
  [javascript, true],
  [python, true],
  [cargo, true],
  [go, false],
  [ruby, true],
  [php, true],
];

const MOST_CHECKS = 12;
const LONGEST_NAME = 40;

const isCovered = (check: FoundCheck, above: readonly FoundCheck[]): boolean =>
  above.some(({ name, folder }) => name === check.name && folder !== check.folder && isBelow(folder, check.folder));

/** The command started in its folder, under a name that is told apart from the others. */
function placed({ name, command, folder }: FoundCheck): DetectedCheck {
  if (folder === '') return { name, command };
  const shown = folder.slice(name.length + 1 - LONGEST_NAME);
  return { name: `${name} ${shown}`, command: `cd ${quoted(folder)} && ${command}` };
}

/** Checks in the order of their folders, and a reason for each that was taken or left out. */
export function detectChecks(
  projects: readonly ProjectFolder[],
  listing: RepositoryListing,
): { checks: DetectedCheck[]; reasons: string[] } {
  const taken: FoundCheck[] = [];
  const reasons: string[] = [];
  for (const [ecosystem, coversInside] of ECOSYSTEMS) {
    for (const { checks, leftOut } of projects.map(project => ecosystem(project, listing))) {
      taken.push(...checks.filter(check => !coversInside || !isCovered(check, taken)));
      reasons.push(...leftOut);
    }
  }
  const made = makeChecks(listing, taken);
  const all = [...taken, ...made.checks].slice(0, MOST_CHECKS);
  const cut = taken.length + made.checks.length - all.length;
  return {
    checks: all.map(placed),
    reasons: [
      ...all.map(check => `${placed(check).name}: ${placed(check).command} (${check.because})`),
      ...reasons,
      ...made.leftOut,
      ...(cut > 0 ? [`${cut} more checks are left out; kleiber.yml takes any number`] : []),
      ...(all.length === 0 ? ['no command was found that proves a change; nothing lands until checks: names one'] : []),
    ],
  };
}
