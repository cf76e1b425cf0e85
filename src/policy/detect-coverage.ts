/** Whether a repository has a tool that tells what its tests run, and where that tool writes its report: from manifests alone. */
import { inFolder, type ProjectFolder, parsePackage, type RepositoryListing } from './project-folders.ts';

export interface DetectedCoverage {
  /** Paths of the reports, relative to the root. */
  reports: string[];
  /** The checks write all of them as they are; otherwise `how` says what would. */
  isWritten: boolean;
  /** One line per project, for people. */
  how: string[];
}

interface Found {
  report: string;
  isWritten: boolean;
  how: string;
}

const LCOV = 'coverage/lcov.info';
const SUMMARY = 'coverage/coverage-summary.json';

/** A tool by the packages that bring it, the words of a test script that write its report, and a command that would. */
const SCRIPT_TOOLS: { packages: string[]; writes: RegExp; how: string }[] = [
  {
    packages: ['@vitest/coverage-v8', '@vitest/coverage-istanbul'],
    writes: /--coverage\b.*--coverage\.reporter[= ](?:lcov|lcovonly|json-summary)\b/,
    how: 'vitest run --coverage --coverage.reporter=lcov',
  },
  {
    packages: ['c8'],
    writes: /\bc8\b.*(?:--reporter|-r)[= ](?:lcov|lcovonly|json-summary)\b/,
    how: 'c8 --reporter=lcov npm test',
  },
  {
    packages: ['nyc'],
    writes: /\bnyc\b.*--reporter[= ](?:lcov|lcovonly|json-summary)\b/,
    how: 'nyc --reporter=lcov npm test',
  },
  // Without a choice of reporters jest writes lcov.
  { packages: ['jest'], writes: /\bjest\b(?!.*--coverageReporters).*--coverage\b/, how: 'jest --coverage' },
];

/** Node's own runner writes lcov to the destination that stands in the same place of its row as the reporter does. */
function nodeReport(script: string): string | null {
  if (!script.includes('--experimental-test-coverage')) return null;
  const all = (option: string): string[] =>
    [...script.matchAll(new RegExp(`--${option}=(\\S+)`, 'g'))].map(([, value]) => value ?? '');
  const place = all('test-reporter').indexOf('lcov');
  const destination = place < 0 ? undefined : all('test-reporter-destination')[place];
  return destination !== undefined && /^[\w./-]+\.\w+$/.test(destination) ? destination.replace(/^\.\//, '') : null;
}

function inScripts({ folder }: ProjectFolder, listing: RepositoryListing): Found | null {
  const path = inFolder(folder, 'package.json');
  const manifest = parsePackage(listing.texts.get(path));
  if (manifest === null) return null;
  const script = manifest.scripts.test ?? '';
  const own = nodeReport(script);
  if (own !== null) return { report: inFolder(folder, own), isWritten: true, how: `script test of ${path}` };
  const tool = SCRIPT_TOOLS.find(({ packages }) => packages.some(name => manifest.dependencies.includes(name)));
  if (tool === undefined) return null;
  const isWritten = tool.writes.test(script);
  const report = isWritten && /json-summary/.test(script) && !/lcov/.test(script) ? SUMMARY : LCOV;
  return {
    report: inFolder(folder, report),
    isWritten,
    how: isWritten ? `script test of ${path}` : inProject(folder, tool.how),
  };
}

const PYTHON_MANIFEST = /^(?:pyproject\.toml|setup\.(?:cfg|py)|pytest\.ini|tox\.ini|requirements[\w.-]*\.txt)$/;

function inPython({ folder, names }: ProjectFolder, listing: RepositoryListing): Found | null {
  const texts = [...names].filter(name => PYTHON_MANIFEST.test(name)).map(name => inFolder(folder, name));
  const all = texts.map(path => listing.texts.get(path) ?? '').join('\n');
  if (!/\bpytest-cov\b|--cov\b/.test(all)) return null;
  const form = /--cov-report[= ](lcov|json)\b/.exec(all)?.[1];
  const report = inFolder(folder, `coverage.${form ?? 'lcov'}`);
  const how = inProject(folder, 'python3 -m pytest --cov --cov-report=lcov');
  return form === undefined
    ? { report, isWritten: false, how }
    : { report, isWritten: true, how: `--cov-report=${form} of pytest` };
}

const inProject = (folder: string, command: string): string => (folder === '' ? command : `in ${folder}: ${command}`);

const MOST_REPORTS = 20;

/** Null where no tool is in sight. */
export function detectCoverage(
  projects: readonly ProjectFolder[],
  listing: RepositoryListing,
): DetectedCoverage | null {
  const found = projects
    .flatMap(project => [inScripts(project, listing) ?? [], inPython(project, listing) ?? []].flat())
    .slice(0, MOST_REPORTS);
  // Half of them written would make the other half unknown in every change.
  const isWritten = found.every(one => one.isWritten);
  return found.length === 0
    ? null
    : { reports: found.map(({ report }) => report), isWritten, how: found.map(({ how }) => how) };
}

export const coverageReason = ({ reports, isWritten, how }: DetectedCoverage): string =>
  isWritten
    ? `coverage of changed files: ${reports.join(', ')} (${how.join('; ')})`
    : `coverage of changed files could be checked: let a check write ${reports.join(', ')} (${how.join('; ')}), then see testing: in kleiber.yml`;
