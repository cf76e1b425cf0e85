/**
 * What a project has switched on under `conventions:` and `testing:`, held against the files of a difference: names of
 * created files and tables, stories and integration tests (seed 5, naming conventions and testing requirements).
 */
import type { ChangedFile } from '../domain/blocker.ts';
import type { Config } from '../domain/config.ts';
import { asTree, matchesGlob } from './glob.ts';

type Rules = Pick<Config, 'conventions' | 'testing'>;

/** Sentences for the proof, one per broken rule. `has` tells whether the commit holds a path. */
export function conventionFaults(
  files: readonly ChangedFile[],
  rules: Rules,
  has: (path: string) => boolean,
): string[] {
  const { conventions, testing } = rules;
  const created = files.filter(file => file.status === 'created').map(file => file.path);
  const kept = files.filter(file => file.status !== 'deleted').map(file => file.path);
  return [
    ...(conventions.files ? created.flatMap(path => fileNameFault(path) ?? []) : []),
    ...(testing.components_need_stories ? created.flatMap(path => storyFault(path, testing.components, has)) : []),
    ...(testing.endpoints_need_integration_tests ? integrationFaults(kept, testing) : []),
  ];
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const isTest = (path: string): boolean => /\.(?:test|spec|stories)\.[cm]?[jt]sx?$/.test(path);

/** Frameworks give these names a meaning, so a project cannot choose them. */
const GIVEN_NAMES = new Set([
  'index',
  'page',
  'layout',
  'loading',
  'error',
  'route',
  'template',
  'default',
  'main',
  'not-found',
]);

/** Components `PascalCase.tsx`, other code `camelCase.ts`, tests `*.test.ts` or `*.spec.ts`; a sort such as `.types` may follow. */
export function fileNameFault(path: string): string | null {
  const name = nameOf(path);
  if (/^types\.[cm]?tsx?$/.test(name))
    return `${path}: shared types are named after what they describe, such as order.types.ts (seed 5, naming conventions)`;
  const [, stem, ending] = /^(.+?)((?:\.[a-z]+)*\.[cm]?[jt]sx?)$/.exec(name) ?? [];
  if (stem === undefined || ending === undefined || ending.endsWith('.d.ts') || GIVEN_NAMES.has(stem)) return null;
  if (/[-_.](?:test|spec)$/i.test(stem))
    return `${path}: tests are named *.test or *.spec (seed 5, naming conventions)`;
  if (/\.[jt]sx$/.test(ending) && !isTest(path) && !/^[A-Z][A-Za-z0-9]*$/.test(stem))
    return `${path}: components are named in PascalCase, such as UserProfile.tsx (seed 5, naming conventions)`;
  if (!/sx$/.test(ending) && !isTest(path) && !/^[a-z][A-Za-z0-9]*$/.test(stem))
    return `${path}: files are named in camelCase, such as formatDate.ts (seed 5, naming conventions)`;
  return null;
}

const isIn = (path: string, globs: readonly string[]): boolean => globs.some(glob => matchesGlob(asTree(glob), path));

function storyFault(path: string, components: readonly string[], has: (path: string) => boolean): string[] {
  if (!/\.[jt]sx$/.test(path) || isTest(path) || !/^[A-Z]/.test(nameOf(path)) || !isIn(path, components)) return [];
  const [, stem, ending] = /^(.*)(\.[jt]sx)$/.exec(path) ?? [];
  const wanted = [`${stem}.stories${ending}`, `${stem}.stories${ending?.slice(0, -1)}`];
  return wanted.some(has) ? [] : [`${path} has no story; expected ${wanted[0]} (seed 5, engineer-frontend)`];
}

/** Which endpoint a test is about is for the reviewer to judge; that there is one is not. */
function integrationFaults(kept: readonly string[], testing: Rules['testing']): string[] {
  const endpoint = kept.find(path => isIn(path, testing.endpoints) && !isTest(path));
  if (endpoint === undefined || kept.some(path => isIn(path, testing.integration_tests))) return [];
  return [
    `${endpoint} is an endpoint, and no integration test in ${testing.integration_tests.join(', ')} came with it (seed 5, engineer-backend)`,
  ];
}

/** Words that begin a line of a table which is no column. */
const NO_COLUMN = /^(?:primary|foreign|unique|check|constraint|key|index|exclude|like|fulltext|spatial|period)$/i;

/** The columns that `create table` and `add column` name. */
function columnsOf(sql: string): string[] {
  const heads = [...sql.matchAll(/\bcreate\s+table\b[^(;]*\(/gi)];
  const parts = heads.flatMap(({ 0: head, index }) => partsOfList(sql.slice(index + head.length)));
  const listed = parts.map(part => /^\s*["`]?([\w$]+)/.exec(part)?.[1] ?? '');
  const added = [...sql.matchAll(/\badd\s+column\s+(?:if\s+not\s+exists\s+)?["`]?([\w$]+)/gi)].map(
    ([, name = '']) => name,
  );
  return [...listed, ...added].filter(name => name !== '' && !NO_COLUMN.test(name));
}

/** What stands between the commas of a list, up to the bracket that closes it; commas in inner brackets split nothing. */
function partsOfList(text: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const [piece] of text.matchAll(/[(),]|[^(),]+/g)) {
    depth += piece === '(' ? 1 : piece === ')' ? -1 : 0;
    if (depth < 0) break;
    if (piece === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${piece}`);
  }
  return parts;
}

/** Columns are in snake_case, tables plural in it, indexes `idx_<table>_<columns>`; `text` is a created SQL file. */
export function databaseFaults(path: string, text: string): string[] {
  const sql = text.replace(/--.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  const tables = [...sql.matchAll(/\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?:\w+\.)?["`]?([\w$]+)/gi)];
  const indexes = [
    ...sql.matchAll(
      /\bcreate\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?["`]?(\w+)["`]?\s+on\b/gi,
    ),
  ];
  return [
    ...columnsOf(sql).flatMap(name =>
      /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)
        ? []
        : [`${path}: the column ${name} is not named in snake_case, such as created_at (seed 5, database)`],
    ),
    ...tables.flatMap(([, name = '']) =>
      /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*s$/.test(name)
        ? []
        : [`${path}: the table ${name} is not named in plural snake_case, such as user_accounts (seed 5, database)`],
    ),
    ...indexes.flatMap(([, name = '']) =>
      /^idx_[a-z0-9]+(?:_[a-z0-9]+)+$/.test(name)
        ? []
        : [`${path}: the index ${name} is not named idx_<table>_<columns>, such as idx_users_email (seed 5, database)`],
    ),
  ];
}
