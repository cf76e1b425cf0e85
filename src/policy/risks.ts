/**
 * Finds risk by code, in a task's text, in the paths it names or touched and in its difference: a task cannot talk itself
 * out of it (seed 5, force opus + human review; seed 1, intervention triggers). Every function is pure.
 */
import type { ChangedFile } from '../domain/blocker.ts';
import type { FoundRisk } from '../domain/event.ts';
import { RISKS, type Risk } from '../domain/names.ts';
import type { Task } from '../domain/task.ts';
import { type ChangedLines, destructions, linesByFile } from './diff-lines.ts';
import { matchesGlob } from './glob.ts';
import { CHECK_FILES, CODE_ROWS, MANIFEST_ROWS, PATH_PATTERNS, PATH_WORDS, TEXT_ROWS } from './risk-rows.ts';

/** What a project calls risky itself, under `risks:` of kleiber.yml: it can only add. */
export type ProjectRisks = Partial<Record<Risk, { paths: readonly string[]; words: readonly string[] }>>;

/** Documents for people: words in them move no money. MDX runs code, so it is none. */
const isProse = (path: string): boolean => /\.(?:md|rst|adoc)$/i.test(path);

const isProseZone = (glob: string): boolean =>
  isProse(glob) || (/^docs?\//i.test(glob) && /(?:^|\/)(?:\*\*|\*|[^/.]*)$/.test(glob));

/** Looks and pictures of a login page log nobody in. */
const isAsset = (path: string): boolean => /\.(?:css|scss|less|svg|png|jpe?g|gif|ico|woff2?)$/i.test(path);

/**
 * By the name of the file, or in a folder of tests outside the source: code that ships is not hidden by a folder's name, so
 * a test that lies among the source and is not named as one counts as source.
 */
const isTest = (path: string): boolean =>
  /\.(?:test|spec|stories)\.\w+$|(?:^|\/)test_[^/]+\.py$|_test\.(?:go|py|rb|exs|dart|[cm]?[jt]sx?)$/i.test(path) ||
  (/(?:^|\/)(?:tests?|__tests__|specs?|e2e|fixtures|__mocks__)\//i.test(path) &&
    !/(?:^|\/)(?:src|lib|app|pages|server|public|cmd|internal|pkg)\//i.test(path));

const isSource = (path: string): boolean => !isProse(path) && !isAsset(path) && !isTest(path);

/** What the task says of itself; constraints are left out, because they name what must not be touched. */
export function textRisks(task: Task, project: ProjectRisks = {}): FoundRisk[] {
  const { head, body } = task;
  if (head.files.length > 0 && head.files.every(isProseZone)) return [];
  const text = [head.title, body.description, ...body.acceptanceCriteria.map(({ text }) => text), body.context].join(
    '\n',
  );
  const found = TEXT_ROWS.flatMap(([risk, words]) => {
    const hit = words.exec(text)?.[0];
    return hit === undefined ? [] : [{ risk, because: `the task says "${short(hit)}"` }];
  });
  const own = ownWords(project).flatMap(([risk, word]) =>
    holdsWord(text, word) ? [{ risk, because: `the task says "${word}" (kleiber.yml, risks.${risk})` }] : [],
  );
  return oneEach([...found, ...own]);
}

/** What the paths say; globs of a task are read the same way. Words in names of tests, documents and looks say nothing. */
export function pathRisks(paths: readonly string[], project: ProjectRisks = {}): FoundRisk[] {
  const sources = paths.filter(isSource);
  const found = paths
    .filter(path => !isProse(path))
    .flatMap(path => {
      const words = isSource(path) ? wordsOf(path) : new Set<string>();
      return [
        ...PATH_WORDS.filter(([, names]) => names.split(' ').some(name => words.has(name))),
        ...PATH_PATTERNS.filter(([, pattern]) => pattern.test(path)),
      ].map(([risk]) => ({ risk, because: `it touches ${path}` }));
    });
  const own = Object.entries(project).flatMap(([risk, { paths: globs }]) => {
    const hit = paths.find(path => globs.some(glob => matchesGlob(glob, path)));
    return hit === undefined ? [] : [{ risk: risk as Risk, because: `it touches ${hit} (kleiber.yml, risks.${risk})` }]; // the keys of this record are risks
  });
  return oneEach([...found, ...own, ...serviceRisk(sources)]);
}

/** What was really changed: the paths, and the lines of the patch (unified, as git prints it). */
export function diffRisks(files: readonly ChangedFile[], patch: string, project: ProjectRisks = {}): FoundRisk[] {
  const paths = files.map(file => file.path);
  const changed = linesByFile(patch);
  return oneEach([
    ...pathRisks(paths, project),
    ...checkRisk(paths, changed),
    ...changed.filter(({ path }) => isSource(path)).flatMap(lines => codeRisks(lines, project)),
  ]);
}

/** A difference that is too long to be read whole is not waved through. */
export const UNREAD_RISK: FoundRisk = { risk: 'security', because: 'the difference is too long to be read whole' };

function codeRisks({ path, added, removed }: ChangedLines, project: ProjectRisks): FoundRisk[] {
  const lines = [...added, ...removed];
  const text = lines.join('\n');
  const found = CODE_ROWS.flatMap(([risk, code]) => {
    const hit = code.exec(text)?.[0];
    return hit === undefined ? [] : [{ risk, because: `${path} has a changed line with "${short(hit)}"` }];
  });
  const own = ownWords(project).flatMap(([risk, word]) =>
    holdsWord(text, word)
      ? [{ risk, because: `${path} has a changed line with "${word}" (kleiber.yml, risks.${risk})` }]
      : [],
  );
  const destroyed = destructions(added).map(
    (what): FoundRisk => ({ risk: 'destructive_migration', because: `${path} has a new line with "${short(what)}"` }),
  );
  return [...found, ...destroyed, ...own];
}

/** Whoever changes what the checks run could make them green (seed 1, quality gates). */
function checkRisk(paths: readonly string[], changed: readonly ChangedLines[]): FoundRisk[] {
  const file =
    paths.find(path => CHECK_FILES.some(pattern => pattern.test(path))) ??
    changed.find(({ path, added, removed }) =>
      MANIFEST_ROWS.some(
        ([pattern, isHarmless]) => pattern.test(path) && [...added, ...removed].some(line => !isHarmless(line)),
      ),
    )?.path;
  return file === undefined ? [] : [{ risk: 'security', because: `it touches what the checks run: ${file}` }];
}

/** Two services, or three packages, in one task are a change of several services (seed 5, multi-service refactors). */
function serviceRisk(paths: readonly string[]): FoundRisk[] {
  const namesIn = (roots: string): string[] => [
    ...new Set(paths.flatMap(path => new RegExp(`^(?:${roots})/([^/*]+)/`).exec(path)?.[0] ?? [])),
  ];
  const services = namesIn('services|microservices|apps');
  const packages = namesIn('packages|libs|crates');
  const touched = [...(services.length >= 2 ? services : []), ...(packages.length >= 3 ? packages : [])];
  return touched.length === 0 ? [] : [{ risk: 'multi_service', because: `it touches ${touched.join(', ')} at once` }];
}

/** `LoginForm.tsx` has login, form, tsx. */
const wordsOf = (path: string): ReadonlySet<string> =>
  new Set(
    path
      .replace(/([a-z\d])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z\d]+/),
  );

const ownWords = (project: ProjectRisks): [Risk, string][] =>
  Object.entries(project).flatMap(([risk, { words }]) => words.map((word): [Risk, string] => [risk as Risk, word])); // the keys of this record are risks

/** A whole word or phrase, whatever its case. */
function holdsWord(text: string, word: string): boolean {
  const quoted = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\d])${quoted}(?![\\p{L}\\d])`, 'iu').test(text);
}

const short = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 60);

/** The first reason of each risk, in the order in which risks are listed. */
const oneEach = (found: readonly FoundRisk[]): FoundRisk[] =>
  RISKS.flatMap(risk => found.find(one => one.risk === risk) ?? []);
