/** `kleiber init`: finds out what a repository is, shows everything it would write, and writes only that. */
import { neutraliseLine } from '../domain/plain-text.ts';
import { LOG_FILE } from '../domain/record-paths.ts';
import { type Detection, detect } from '../policy/detect.ts';
import { wantedTexts } from '../policy/project-folders.ts';
import { formatConfig } from '../record/config-file.ts';
import { CLAUDE_SECTION, type OfferEdges, type OfferedWrite, type Offers, offeredWrites } from './init-offers.ts';

export interface InitOptions extends Offers {
  json: boolean;
}

/** What lies at a path, without following a link. */
export type PathKind = 'absent' | 'file' | 'folder' | 'symlink' | 'other';

/** The world as `init` sees it. Paths are relative to `root`, with slashes. */
export interface InitEdges extends OfferEdges {
  root: string;
  /** The repository's own files: tracked, and untracked ones that are not ignored. */
  listFiles(): Promise<string[]>;
  /** Null when there is no such file, or when it is not text of a reasonable size. */
  readText(path: string): string | null;
  kindOf(path: string): PathKind;
  /** Writes the whole file and makes its folder. */
  writeText(path: string, text: string): void;
  /** Remembers, outside the repository, that this text of `kleiber.yml` came from the user. */
  trust(text: string): void;
  /** Standard output. */
  out(line: string): void;
  /** Standard error. */
  refuse(line: string): void;
  /** Absent where nobody can answer. */
  confirm?(question: string): Promise<boolean>;
}

/** One file of the preview. `lines` are those that it gains. */
type Write = OfferedWrite;

const CONFIG_FILE = 'kleiber.yml';
const FOLDERS = ['tasks', 'progress', 'complete', 'blocked'] as const;
const FILES = [CONFIG_FILE, '.gitignore', '.gitattributes'] as const;
const ATTRIBUTES = [`${LOG_FILE} merge=union`, 'reports/** linguist-generated=true'];

const DONE = 0;
const WRONG_USE = 2;
const STOPPED = 3;

/** What stands in the way: links would lead the writes out of the repository, and the rest is the user's. */
function obstacles(edges: InitEdges, options: Offers): string[] {
  const expected = (path: string, kind: 'file' | 'folder'): string[] => {
    const found = edges.kindOf(path);
    if (found === 'symlink') return [`${path} is a symbolic link; kleiber writes only inside this repository`];
    if (found !== 'absent' && found !== kind) return [`${path} is there and is not a ${kind}`];
    return found === 'file' && edges.readText(path) === null ? [`${path} cannot be read as text`] : [];
  };
  return [
    ...FILES.flatMap(path => expected(path, 'file')),
    ...(options.claudeMd === true ? expected('CLAUDE.md', 'file') : []),
    ...(options.signOff === true ? expected('docs/decisions', 'folder') : []),
    ...FOLDERS.flatMap(path => {
      const faults = expected(path, 'folder');
      return faults.length > 0 ? faults : expected(`${path}/.gitkeep`, 'file');
    }),
  ];
}

const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** The lines that a file lacks, under those that it has; null when it has them all. */
function appended(edges: InitEdges, path: string, wanted: readonly string[], purpose: string): Write | null {
  const text = edges.readText(path);
  const present = new Set((text ?? '').split(/\r?\n/).map(line => line.trim()));
  const missing = wanted.filter(line => !present.has(line));
  if (missing.length === 0) return null;
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const head = text === null || text === '' || text.endsWith('\n') ? (text ?? '') : text + newline;
  const added = missing.map(line => line + newline).join('');
  return { path, text: head + added, action: text === null ? 'create' : 'append', lines: missing.length, purpose };
}

/** Does one of the ignore files above a folder name it, or every folder of its name? */
function isIgnored(edges: InitEdges, folder: string): boolean {
  const parts = folder.split('/');
  return parts.some((_part, depth) => {
    const above = parts.slice(0, depth).join('/');
    const inside = parts.slice(depth).join('/');
    const text = edges.readText(above === '' ? '.gitignore' : `${above}/.gitignore`) ?? '';
    const lines = text.split(/\r?\n/).map(line =>
      line
        .trim()
        .replace(/^\*\*\//, '')
        .replace(/\/$/, ''),
    );
    return lines.some(line => line === inside || line === `/${inside}` || parts.slice(depth).includes(line));
  });
}

/** Dependency folders must be ignored, or a commit of the whole worktree would hold them. */
function ignoreLines(edges: InitEdges, deps: readonly string[]): string[] {
  const names = deps.filter(folder => !isIgnored(edges, folder)).map(folder => folder.split('/').at(-1) ?? folder);
  return [...new Set(names)].map(name => `${name}/`);
}

function configWrite(edges: InitEdges, found: Detection): Write[] {
  if (edges.kindOf(CONFIG_FILE) !== 'absent') return [];
  const roles = Object.fromEntries(Object.entries(found.roles).map(([agent, paths]) => [agent, { paths }]));
  const text = formatConfig({ checks: found.checks, deps: found.deps, roles, coverage: found.coverage });
  return [
    { path: CONFIG_FILE, text, action: 'create', lines: lineCount(text), purpose: 'checks, dependency folders, roles' },
  ];
}

function plannedWrites(edges: InitEdges, found: Detection, files: readonly string[]): Write[] {
  const ignored = appended(
    edges,
    '.gitignore',
    ignoreLines(edges, found.deps),
    'dependency folders stay out of commits',
  );
  const attributes = appended(edges, '.gitattributes', ATTRIBUTES, 'the log merges by union, reports fold');
  const empty = FOLDERS.filter(
    folder => edges.readText(`${folder}/.gitkeep`) === null && !files.some(path => path.startsWith(`${folder}/`)),
  );
  return [
    ...configWrite(edges, found),
    ...(ignored ? [ignored] : []),
    ...(attributes ? [attributes] : []),
    ...empty.map(
      (folder): Write => ({
        path: `${folder}/.gitkeep`,
        text: '',
        action: 'create',
        lines: 0,
        purpose: 'keeps the folder in git',
      }),
    ),
  ];
}

function preview(edges: InitEdges, found: Detection, writes: readonly Write[]): void {
  if (writes.some(({ path }) => path === CONFIG_FILE)) {
    edges.out('Found');
    for (const reason of found.reasons) edges.out(`  ${neutraliseLine(reason)}`);
    edges.out('');
  } else edges.out(`${CONFIG_FILE} is there and stays as it is.\n`);
  edges.out('Would write (nothing outside this repository)');
  const width = Math.max(...writes.map(({ path }) => path.length));
  for (const { path, action, lines, purpose } of writes) {
    const size = `${action === 'append' ? '+' : ''}${lines} ${lines === 1 ? 'line' : 'lines'}`;
    edges.out(`  ${path.padEnd(width)}  ${size.padEnd(9)}  ${purpose}`);
  }
  if (writes.some(({ path }) => path === 'CLAUDE.md'))
    edges.out(`\nThe section for CLAUDE.md\n${CLAUDE_SECTION.trimEnd().replace(/^(?=.)/gm, '  ')}`);
}

function printJson(edges: InitEdges, found: Detection, writes: readonly Write[], isWritten: boolean): void {
  const files = writes.map(({ path, action, lines }) => ({ path, action, lines }));
  const { checks, deps, roles, coverage, reasons } = found;
  edges.out(
    JSON.stringify({
      schemaVersion: 1,
      kind: 'init',
      written: isWritten,
      files,
      checks,
      deps,
      roles,
      coverage,
      reasons,
    }),
  );
}

/** What to do with the preview; asking is the last resort and needs somebody who can answer. */
async function decideWrite(options: InitOptions, edges: InitEdges, count: number): Promise<'write' | number> {
  if (options.dryRun) return DONE;
  if (options.yes) return 'write';
  if (edges.confirm === undefined) {
    edges.refuse(`Nothing was written: there is no terminal to ask on.\nfix   kleiber init --yes`);
    return WRONG_USE;
  }
  if (await edges.confirm(`Write ${count === 1 ? 'this file' : `these ${count} files`}?`)) return 'write';
  edges.refuse('Nothing was written.');
  return STOPPED;
}

function write(edges: InitEdges, writes: readonly Write[]): void {
  for (const { path, text } of writes) {
    edges.writeText(path, text);
    if (path === CONFIG_FILE) edges.trust(text);
  }
}

/**
 * Sets a repository up and gives the exit code: 0 done (or nothing to do, or only shown), 2 refused or nobody to ask,
 * 3 declined. An existing `kleiber.yml` is never rewritten, and a second run changes nothing.
 */
export async function init(options: InitOptions, edges: InitEdges): Promise<number> {
  const faults = obstacles(edges, options);
  if (faults.length > 0) {
    for (const fault of faults) edges.refuse(fault);
    edges.refuse('Nothing was written.\nfix   move what is in the way, then   kleiber init');
    return WRONG_USE;
  }
  const files = await edges.listFiles();
  const texts = wantedTexts(files).map(path => [path, edges.readText(path)] as const);
  const found = detect({
    files,
    texts: new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, text]]))),
  });
  const offered = await offeredWrites(options, edges, files);
  if (offered === null) {
    edges.refuse(
      'Nothing was written: the sign-off list needs answers, and there is no terminal to ask on.\nfix   kleiber init --sign-off --yes   (agrees to all of it)',
    );
    return WRONG_USE;
  }
  const writes = [...plannedWrites(edges, found, files), ...offered];
  if (!options.json && writes.length > 0) preview(edges, found, writes);
  const decision = writes.length === 0 ? DONE : await decideWrite(options, edges, writes.length);
  if (decision === 'write') write(edges, writes);
  if (options.json) printJson(edges, found, writes, decision === 'write');
  else if (writes.length === 0) edges.out('This repository is set up; there is nothing to write.');
  else if (decision === 'write')
    edges.out('\nDone.\n  next   kleiber plan "what you want"\n  also   kleiber init --claude-md --sign-off');
  return decision === 'write' ? DONE : decision;
}
