/** Reads TypeScript sources into the few facts that the house rules judge. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';

/** Root of the project. */
export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A syntax node as the parser gives it: a `type` and anything else. */
interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface SourceFunction {
  name: string;
  line: number;
  lines: number;
}

/** What one file says about itself. Lines count from 1. */
export interface Source {
  /** Relative to the project, with slashes: `src/policy/fold.ts`. */
  path: string;
  lines: number;
  /** Files of the project that it imports, types included, resolved: `src/domain/task.ts`. */
  files: string[];
  /** Packages and Node modules that it imports, without sub-paths: `zod`, `@anthropic-ai/sdk`, `node:fs`. */
  packages: string[];
  functions: SourceFunction[];
  /** Uses of the world and forms of export that only some floors may have: `12: Date.now`. */
  uses: string[];
  exports: string[];
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function visit(
  node: SyntaxNode,
  see: (node: SyntaxNode, parent: SyntaxNode | null) => void,
  parent: SyntaxNode | null,
) {
  see(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, see, node);
  }
}

const nameOf = (node: unknown): string => (isNode(node) && typeof node.name === 'string' ? node.name : '');

const textOf = (node: unknown): string | null => (isNode(node) && typeof node.value === 'string' ? node.value : null);

/** `../domain/task.ts` seen from `src/policy/fold.ts` is `src/domain/task.ts`. */
const resolve = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);

const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const IMPORTS = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

const specifierOf = (node: SyntaxNode): string | null =>
  IMPORTS.has(node.type) ? textOf(node.source ?? node.argument) : null;

const WORLD_MEMBERS = new Set([
  'Date.now',
  'performance.now',
  'process.env',
  'process.exit',
  'process.exitCode',
  'process.argv',
  'process.hrtime',
  'process.stdout',
  'process.stderr',
]);

/** Names that would bring the same things in through an import. */
const WORLD_IMPORTS: Record<string, string[]> = {
  'node:process': ['default', 'env', 'exit', 'argv', 'hrtime', 'stdout', 'stderr', '*'],
  'node:perf_hooks': ['performance', '*'],
  'node:console': ['default', 'log', 'error', '*'],
};

function importedWorld(node: SyntaxNode): string | null {
  const forbidden = WORLD_IMPORTS[textOf(node.source) ?? ''];
  if (node.type !== 'ImportDeclaration' || !forbidden || !Array.isArray(node.specifiers)) return null;
  const names = node.specifiers.filter(isNode).map(specifier => {
    if (specifier.type === 'ImportNamespaceSpecifier') return '*';
    return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported);
  });
  const found = names.find(name => forbidden.includes(name));
  return found === undefined ? null : `import of ${found} from ${textOf(node.source)}`;
}

/** The clock, the environment, the exit and the console, in every form in which they are reached. */
function worldUse(node: SyntaxNode): string | null {
  if (node.type === 'MemberExpression') {
    const member = `${nameOf(node.object)}.${nameOf(node.property) || (textOf(node.property) ?? '')}`;
    if (WORLD_MEMBERS.has(member)) return member;
    return nameOf(node.object) === 'console' ? member : null;
  }
  if (node.type === 'VariableDeclarator' && isNode(node.id) && node.id.type === 'ObjectPattern') {
    return ['process', 'console', 'performance'].includes(nameOf(node.init)) ? `parts of ${nameOf(node.init)}` : null;
  }
  const isDate = nameOf(node.callee) === 'Date';
  if (node.type === 'CallExpression' && isDate) return 'Date()';
  if (node.type === 'NewExpression' && isDate && Array.isArray(node.arguments) && node.arguments.length === 0) {
    return 'new Date()';
  }
  return importedWorld(node);
}

function exportForm(node: SyntaxNode): string | null {
  if (node.type === 'ExportDefaultDeclaration') return 'export default';
  return node.type === 'ExportAllDeclaration' ? 'export *' : null;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** The name a function has or gets: its own, its variable's, its property's. */
const functionName = (node: SyntaxNode, parent: SyntaxNode | null): string =>
  nameOf(node.id) || nameOf(parent?.id) || nameOf(parent?.key) || 'a function';

/** Throws when the text does not parse: the compiler would have said so before. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const specifiers = new Set<string>();
  const source: Source = {
    path,
    lines: text.trimEnd().split('\n').length,
    files: [],
    packages: [],
    functions: [],
    uses: [],
    exports: [],
  };
  // The parser types each node kind apart; the walk needs only that nodes have a `type`.
  const program: unknown = parsed.program;
  if (!isNode(program)) throw new Error(`${path}: no program`);
  visit(
    program,
    (node, parent) => {
      const specifier = specifierOf(node);
      if (specifier !== null) specifiers.add(specifier);
      const use = worldUse(node);
      if (use !== null) source.uses.push(`${lineAt(node.start)}: ${use}`);
      const form = exportForm(node);
      if (form !== null) source.exports.push(`${lineAt(node.start)}: ${form}`);
      if (!FUNCTIONS.has(node.type)) return;
      const line = lineAt(node.start);
      source.functions.push({ name: functionName(node, parent), line, lines: lineAt(node.end) - line + 1 });
    },
    null,
  );
  for (const specifier of specifiers) {
    if (specifier.startsWith('.')) source.files.push(resolve(path, specifier));
    else source.packages.push(packageOf(specifier));
  }
  return source;
}

/** Every source under `src/`, by path. */
export const readSources = (): Source[] =>
  globSync('src/**/*.ts', { cwd: PROJECT })
    .map(path => path.replaceAll('\\', '/'))
    .sort()
    .map(path => readSource(path, readFileSync(join(PROJECT, path), 'utf8')));
