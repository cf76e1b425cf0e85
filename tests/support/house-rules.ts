/** The house rules: each takes the sources and returns one line per violation, so that an empty list means kept. */
import type { Source } from './house-sources.ts';

/** Floors of `src/`, from the ground up; neighbours on one floor do not know each other. */
const FLOORS = [
  ['domain'],
  ['policy', 'record', 'baton', 'git', 'model', 'shell'],
  ['agent', 'report'],
  ['conductor', 'worker', 'rehearsal', 'board'],
  ['cli'],
  ['main.ts'],
];

/** The one place where each package may be imported: folders, or single files. */
const PACKAGE_HOMES: Record<string, string[] | 'anywhere'> = {
  '@anthropic-ai/sdk': ['model'],
  'simple-git': ['git'],
  'gray-matter': ['record'],
  yaml: ['record'],
  chokidar: ['record'],
  'write-file-atomic': ['record'],
  commander: ['cli'],
  '@commander-js/extra-typings': ['cli'],
  '@clack/prompts': ['cli'],
  hono: ['board'],
  '@hono/node-server': ['board'],
  'string-width': ['report', 'cli'],
  'cli-truncate': ['report', 'cli'],
  'p-queue': 'anywhere',
  zod: 'anywhere',
  'node:sqlite': ['baton'],
  // The baton asks `ps` who lives, on systems without a process table to read.
  'node:child_process': ['git', 'shell', 'baton/process-table.ts', 'baton/owner.ts'],
  execa: ['git', 'shell', 'baton/process-table.ts', 'baton/owner.ts'],
};

/** Pure folders may compute with Node's modules but not reach anything through them. */
const PURE_FOLDERS = ['policy', 'domain'];
const PURE_MODULES = ['node:crypto', 'node:path', 'node:path/posix', 'node:util'];

const MAY_SEE_THE_WORLD = ['cli', 'main.ts'];
const BUCKETS = /^(?:utils?|common|helpers?|misc|types|index)(?:\.ts)?$/;
const LONGEST_FUNCTION = 80;
const LONGEST_FILE = 300;

/** `policy` of `src/policy/fold.ts`, `main.ts` of `src/main.ts`. */
const entryOf = (path: string): string => path.split('/')[1] ?? '';

const floorOf = (entry: string): number => FLOORS.findIndex(floor => floor.includes(entry));

export const strangeFolders = (sources: readonly Source[]): string[] =>
  sources.filter(({ path }) => floorOf(entryOf(path)) === -1).map(({ path }) => `${path} lies on no floor`);

/** Imports go down only. The rehearsal's server is the measure of `model` and `agent`, so it may not lean on them. */
export function wrongArrows(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, files }) =>
    files
      .filter(file => {
        const [from, to] = [entryOf(path), entryOf(file)];
        if (from === to) return false;
        return floorOf(to) >= floorOf(from) || (from === 'rehearsal' && ['model', 'agent'].includes(to));
      })
      .map(file => `${path} -> ${file}`),
  );
}

/** Imports of files that are not there. */
export function missingFiles(sources: readonly Source[]): string[] {
  const paths = new Set(sources.map(({ path }) => path));
  return sources.flatMap(({ path, files }) =>
    files.filter(file => file.startsWith('src/') && !paths.has(file)).map(file => `${path} -> ${file}`),
  );
}

/** One line per circle, types included, each circle once. */
export function circles(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map(({ path, files }) => [path, files]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) found.push([...trail.slice(at), path].join(' -> '));
    if (at !== -1 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

export function unreachable(sources: readonly Source[], start: string): string[] {
  const graph = new Map(sources.map(({ path, files }) => [path, files]));
  const reached = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(graph.get(path) ?? []));
  }
  return sources.map(({ path }) => path).filter(path => !reached.has(path));
}

export const worldUses = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path }) => !MAY_SEE_THE_WORLD.includes(entryOf(path)))
    .flatMap(({ path, uses }) => uses.map(use => `${path}:${use}`));

function isAtHome(path: string, name: string): boolean {
  const isPure = PURE_FOLDERS.includes(entryOf(path));
  const homes = PACKAGE_HOMES[name];
  if (homes === undefined) return name.startsWith('node:') && (!isPure || PURE_MODULES.includes(name));
  return homes === 'anywhere' || homes.some(home => path === `src/${home}` || path.startsWith(`src/${home}/`));
}

/** A package outside its one edge, or one that has no home yet. */
export const strayPackages = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ path, packages }) =>
    packages.filter(name => !isAtHome(path, name)).map(name => `${path} imports ${name}`),
  );

export const wrongExports = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ path, exports }) => exports.map(form => `${path}:${form}`));

export const buckets = (sources: readonly Source[]): string[] =>
  sources.map(({ path }) => path).filter(path => path.split('/').some(part => BUCKETS.test(part)));

export const longFunctions = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > LONGEST_FUNCTION)
      .map(({ name, line, lines }) => `${path}:${line} ${name} has ${lines} lines`),
  );

export const longFiles = (sources: readonly Source[]): string[] =>
  sources.filter(({ lines }) => lines > LONGEST_FILE).map(({ path, lines }) => `${path} has ${lines} lines`);
