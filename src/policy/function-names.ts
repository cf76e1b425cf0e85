/**
 * How functions are named, as far as code can tell: those that a file exports, by where the file lies, and those that are
 * given to an event, by their use (seed 5, naming conventions). Only names that are new with a difference are judged, and
 * what cannot be told, such as whether some function validates, stays with the reviewer.
 */
import type { Config } from '../domain/config.ts';
import { codeOnly } from './code-only.ts';
import { asTree, matchesGlob } from './glob.ts';

type FunctionNames = Config['conventions']['functions'];

/** A changed file on both sides of the difference; null where there is none. */
export interface SourceText {
  path: string;
  before: string | null;
  after: string | null;
}

export const isScript = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path) && !path.endsWith('.d.ts');

const isTest = (path: string): boolean => /\.(?:test|spec|stories)\.[cm]?[jt]sx?$/.test(path);

/** One sentence per name that breaks a declared convention. */
export function functionNameFaults(sources: readonly SourceText[], names: FunctionNames): string[] {
  if (names.handlers === undefined && Object.keys(names.exports).length === 0) return [];
  const known = new Set(sources.flatMap(({ before }) => functionsIn(before ?? '').map(({ name }) => name)));
  return sources.flatMap(({ path, after }) => {
    if (after === null || after.length > MOST_TEXT || !isScript(path) || isTest(path)) return [];
    const code = codeOnly(after);
    const added = functionsIn(code).filter(({ name }) => !known.has(name));
    return [...exportFaults(path, added, names.exports), ...handlerFaults(path, code, added, names.handlers)];
  });
}

/** A larger file is made by a machine. */
const MOST_TEXT = 300_000;

interface NamedFunction {
  name: string;
  line: number;
  isExported: boolean;
}

const NAME = '[A-Za-z_$][\\w$]*';
/** Only what is certainly a function: one whose parameters run over several lines is left alone. */
const FUNCTION_VALUE = `(?:async\\s*)?(?:function\\b|\\([^()\\n]*\\)\\s*(?::[^=\\n{]*)?=>|${NAME}\\s*=>|useCallback\\()`;
const DECLARATION = new RegExp(
  `^[ \\t]*(export\\s+)?(?:default\\s+)?(?:(?:async\\s+)?function\\s*\\*?\\s*(${NAME})|(?:const|let|var)\\s+(${NAME})\\s*(?::[^=\\n]*)?=\\s*${FUNCTION_VALUE})`,
);

const functionsIn = (code: string): NamedFunction[] =>
  code.split('\n').flatMap((text, index) => {
    const [, exported, declared, assigned] = DECLARATION.exec(text.slice(0, LONGEST_LINE)) ?? [];
    const name = declared ?? assigned;
    return name === undefined ? [] : [{ name, line: index + 1, isExported: exported !== undefined }];
  });

/** Longer lines are not written by hand. */
const LONGEST_LINE = 400;

/** `handle{Event}`, `{from}To{To}`: a capital begins a word in capitals, a small letter one without. */
export function namePattern(pattern: string): RegExp {
  const parts = pattern.split(/(\{\w+\})/).map(part => {
    if (!part.startsWith('{')) return part.replace(/\$/g, '\\$');
    return /^\{[A-Z]/.test(part) ? '[A-Z0-9][A-Za-z0-9]*' : '[a-z][A-Za-z0-9]*';
  });
  return new RegExp(`^${parts.join('')}$`);
}

const SOURCE = '(kleiber.yml, conventions.functions; seed 5, naming conventions)';

/** A name with a capital is a component or a class, unless that is what the pattern asks for. */
function exportFaults(path: string, added: readonly NamedFunction[], exports: FunctionNames['exports']): string[] {
  const rule = Object.entries(exports).find(([glob]) => matchesGlob(asTree(glob), path));
  if (rule === undefined) return [];
  const [glob, pattern] = rule;
  const isComponent = (name: string): boolean => /^[A-Z]/.test(name) && !/^(?:[A-Z]|\{[A-Z])/.test(pattern);
  return added
    .filter(({ name, isExported }) => isExported && !isComponent(name) && !namePattern(pattern).test(name))
    .map(
      ({ name, line }) =>
        `${path}:${line}: ${name} is exported from ${glob}, where functions are named ${pattern} ${SOURCE}`,
    );
}

/** `onClick={save}` and `addEventListener('click', save)`; what `onRender…` is given draws, and handles nothing. */
const EVENT_PROP = new RegExp(`\\b(on(?!Render)[A-Z]\\w*)=\\{\\s*(${NAME})\\s*\\}`, 'g');
const LISTENER = new RegExp(`\\b(addEventListener)\\(\\s*["'\`][^"'\`\\n]*["'\`]\\s*,\\s*(${NAME})\\s*[,)]`, 'g');

/** Judged is what the file itself defines: a function that only passes through has been named elsewhere. */
function handlerFaults(
  path: string,
  code: string,
  added: readonly NamedFunction[],
  pattern: FunctionNames['handlers'],
): string[] {
  if (pattern === undefined) return [];
  const uses = new Map([...code.matchAll(EVENT_PROP), ...code.matchAll(LISTENER)].map(([, to, name]) => [name, to]));
  return added.flatMap(({ name, line }) => {
    const to = uses.get(name);
    return to === undefined || namePattern(pattern).test(name)
      ? []
      : [`${path}:${line}: ${name} is given to ${to}, so it handles an event and is named ${pattern} ${SOURCE}`];
  });
}
