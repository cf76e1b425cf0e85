/**
 * Whether tests run enough of what was changed (seed 5, coverage targets): the share of lines of every changed source file,
 * held against `testing.coverage`. A file that no report names is not known, and what that means the project says.
 */
import { posix } from 'node:path';
import type { ChangedFile } from '../domain/blocker.ts';
import type { RunResult } from '../domain/check.ts';
import type { Config } from '../domain/config.ts';
import type { Result } from '../domain/result.ts';
import { codeOnly } from './code-only.ts';
import type { FileCoverage } from './coverage-report.ts';
import { asTree, matchesGlob } from './glob.ts';

export type CoverageRules = Pick<Config['testing'], 'coverage' | 'coverage_required' | 'coverage_except'>;

/** One report that the project names: what it says, or why it says nothing. */
export interface CoverageReport {
  path: string;
  read: Result<FileCoverage[], string>;
}

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte)$/;
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|rb|php|java|kt|scala|swift|dart|cs|c|cc|cpp)$/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|fixtures|__mocks__)\/|\.(?:test|spec|stories)\.\w+$|(?:^|\/)(?:test_[^/]+|conftest)\.py$|_test\.\w+$/i;
const NO_CODE = /\.d\.[cm]?ts$|\.types\.[cm]?ts$|(?:^|\/)[^/]+\.config\.[cm]?[jt]s$|(?:^|\/)setup\.py$/;
const FILE_MODE = /^100/;

/** The changed files that tests should run. */
export const changedSources = (files: readonly ChangedFile[], { coverage_except }: CoverageRules): string[] =>
  files
    .filter(({ status, mode }) => status !== 'deleted' && FILE_MODE.test(mode))
    .map(({ path }) => path)
    .filter(path => SOURCE.test(path) && !TEST.test(path) && !NO_CODE.test(path))
    .filter(path => !coverage_except.some(glob => matchesGlob(asTree(glob), path)));

/** False where a file surely has nothing to run, such as types alone; where nobody can tell it has. */
export function hasCode(path: string, text: string): boolean {
  if (SCRIPT.test(path))
    return /\b(?:function|class|const|let|var|enum|return|await|if|for|while|new)\b/.test(codeOnly(text));
  if (path.endsWith('.py')) return /^[ \t]*(?!#|from\b|import\b|"""|''')\S/m.test(text);
  return true;
}

/** Every scripting language of the web counts as one: what measures one of them measures all. */
const familyOf = (path: string): string => (SCRIPT.test(path) ? 'script' : posix.extname(path));

export interface CoverageQuestion {
  /** Changed sources, each with code in it. */
  changed: readonly string[];
  reports: readonly CoverageReport[];
  /** All paths of the tree that was checked. */
  tree: ReadonlySet<string>;
  /** Where that tree lay while the checks ran: what absolute names begin with. */
  roots: readonly string[];
  rules: CoverageRules;
}

export interface CoverageVerdict {
  result: RunResult;
  /** Files with their shares, for whoever has to mend it. */
  text: string;
}

/** Null when nothing was changed that these reports are about. */
export function coverageVerdict(question: CoverageQuestion): CoverageVerdict | null {
  const { reports, rules } = question;
  const table = coverageTable(question);
  const isMeasured = measuredBy(reports);
  const files = question.changed.filter(isMeasured).map(path => judge(path, table.get(path), rules));
  if (files.length === 0) return null;
  const of = (wanted: JudgedFile['standing']): JudgedFile[] => files.filter(({ standing }) => standing === wanted);
  const [below, unknown, met] = [of('below'), of('unknown'), of('met')];
  const unread = reports.flatMap(({ path, read }) => (read.ok ? [] : [`${path} ${read.failure}`]));
  const details = [...below, ...unknown, ...met].map(({ path, text }) => `  ${path}  ${text}`);
  return {
    result: resultOf(below.length, unknown.length, unread.length === reports.length, rules),
    text: [headline(below, unknown, met, rules), ...details, ...unread].join('\n'),
  };
}

const MOST_NAMED = 3;

const named = (files: readonly JudgedFile[]): string => {
  const more = files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : '';
  return `${files
    .slice(0, MOST_NAMED)
    .map(({ path, share }) => `${path} ${share}`.trimEnd())
    .join(', ')}${more}`;
};

/** All of it in a line, for those who read no more. */
function headline(
  below: readonly JudgedFile[],
  unknown: readonly JudgedFile[],
  met: readonly JudgedFile[],
  { coverage }: CoverageRules,
): string {
  if (below.length > 0) return `tests run less than ${coverage} % of the lines of ${named(below)}`;
  if (unknown.length > 0) return `no report tells what tests run of ${named(unknown)}`;
  return `tests run ${coverage} % or more of the lines of ${named(met)}`;
}

/** Where nothing can be read the checks are to mend, and not the work. */
function resultOf(
  below: number,
  unknown: number,
  nothingRead: boolean,
  { coverage_required }: CoverageRules,
): RunResult {
  if (below > 0) return 'red';
  if (unknown === 0) return 'green';
  if (!coverage_required) return 'could_not_tell';
  return nothingRead ? 'could_not_run' : 'red';
}

interface JudgedFile {
  path: string;
  standing: 'met' | 'below' | 'unknown';
  /** `79.9 %`; empty where nobody knows. */
  share: string;
  text: string;
}

function judge(path: string, found: Omit<FileCoverage, 'file'> | undefined, { coverage }: CoverageRules): JudgedFile {
  if (found === undefined)
    return { path, standing: 'unknown', share: '', text: 'in no report, so no test is known to run it' };
  const { covered, lines } = found;
  const standing = covered * 100 >= coverage * lines ? 'met' : 'below';
  const share = shareText(covered, lines);
  return { path, standing, share, text: lines === 0 ? 'no line to run' : `${share} (${covered} of ${lines} lines)` };
}

/** Rounded down, so that what misses a border by a hair never reads as if it had met it. */
const shareText = (covered: number, lines: number): string =>
  lines === 0 ? '' : `${Math.floor((1000 * covered) / lines) / 10} %`;

/** Languages that some report names a file of; without any report all of them count. */
function measuredBy(reports: readonly CoverageReport[]): (path: string) => boolean {
  const families = new Set(
    reports.flatMap(({ read }) => (read.ok ? read.value.map(({ file }) => familyOf(file)) : [])),
  );
  return path => families.size === 0 || families.has(familyOf(path));
}

/** What is known of each path of the tree; the better of two reports counts, because each may have run other tests. */
function coverageTable(question: CoverageQuestion): Map<string, Omit<FileCoverage, 'file'>> {
  const table = new Map<string, Omit<FileCoverage, 'file'>>();
  for (const { path: report, read } of question.reports)
    for (const { file, covered, lines } of read.ok ? read.value : []) {
      const path = pathOf(file, report, question);
      const before = path === null ? undefined : table.get(path);
      const isBetter = before === undefined || covered * before.lines > before.covered * lines;
      if (path !== null && isBetter) table.set(path, { covered, lines });
    }
  return table;
}

/**
 * The path of the tree that a report means. Tools write names relative to the folder they ran in, which is the report's own
 * or one above it: the nearest one in which there is such a file.
 */
function pathOf(file: string, report: string, { tree, roots }: CoverageQuestion): string | null {
  if (file.startsWith('/')) {
    const root = roots.find(folder => file.startsWith(`${folder}/`));
    const path = root === undefined ? '' : posix.normalize(file.slice(root.length + 1));
    return tree.has(path) ? path : null;
  }
  for (let folder = posix.dirname(report); ; folder = posix.dirname(folder)) {
    const path = posix.normalize(posix.join(folder, file));
    if (tree.has(path)) return path;
    if (folder === '.' || folder === '/') return null;
  }
}
