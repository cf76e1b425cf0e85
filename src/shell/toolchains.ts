/** Works out which folders must be shown so that the tools on PATH are the same inside as outside, and nothing more. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { canShow, type HiddenPaths, isInside, realPath } from './hidden-paths.ts';
import { COMPANIONS, VERSION_MANAGERS, VERSION_VARIABLES } from './version-managers.ts';

export interface ToolchainOptions {
  hiddenPaths: HiddenPaths;
  /** PATH, split, in order. */
  pathEntries: readonly string[];
  /** The caller's environment; only the names in `version-managers.ts` are looked at. */
  environment: Readonly<Record<string, string | undefined>>;
  /** True if a path is visible inside without our doing. */
  isVisible(path: string): boolean;
}

export interface Toolchains {
  /** Folders and single files to show read-only at their own place. None lies in another. */
  paths: string[];
  /** Symbolic links to make: `[where, to]`. */
  links: [string, string][];
  /** PATH as it makes sense inside. */
  path: string[];
  variables: Record<string, string>;
}

/** Folders with thousands of links that all stay inside the system. */
const NOT_SEARCHED = new Set(['/usr/bin', '/bin', '/usr/sbin', '/sbin']);

const TOOL_FOLDERS = new Set(['bin', 'sbin', 'shims', 'libexec']);

export function planToolchains(options: ToolchainOptions): Toolchains {
  const plan = new Plan(options);
  const path = options.pathEntries.filter(entry => plan.addPathEntry(entry));
  return { ...plan.result(), path };
}

class Plan {
  private readonly paths = new Set<string>();
  private readonly links = new Map<string, string>();
  private readonly variables: Record<string, string> = {};
  private readonly options: ToolchainOptions;

  constructor(options: ToolchainOptions) {
    this.options = options;
    for (const name of VERSION_VARIABLES) this.copyVariable(name);
  }

  /** True if the entry will exist inside. */
  addPathEntry(entry: string): boolean {
    const real = isAbsolute(entry) ? realFolder(entry) : null;
    if (real === null || !this.show(real)) return false;
    if (real !== resolve(entry)) this.links.set(resolve(entry), real);
    for (const companion of COMPANIONS) this.addCompanion(companion, real);
    if (!NOT_SEARCHED.has(real)) this.followLinks(real);
    return true;
  }

  result(): Omit<Toolchains, 'path'> {
    const all = [...this.paths].sort();
    const paths = all.filter(path => !all.some(other => other !== path && isInside(path, other)));
    const isThere = (path: string) => this.options.isVisible(path) || paths.some(shown => isInside(path, shown));
    return { paths, links: [...this.links].filter(([where]) => !isThere(where)), variables: this.variables };
  }

  /** Shows the smallest useful whole that `folder` belongs to. False if that would show something private. */
  private show(folder: string): boolean {
    if (this.options.isVisible(folder) || this.paths.has(folder)) return true;
    const whole = this.installation(folder) ?? folder;
    if (!canShow(whole, this.options.hiddenPaths)) return false;
    if (this.paths.has(whole)) return true;
    this.paths.add(whole);
    const interpreter = interpreterFolder(whole);
    if (interpreter !== null) this.show(interpreter);
    return true;
  }

  /** The whole that a tool folder is a part of, if one can be told and may be shown. */
  private installation(folder: string): string | null {
    const wholes = [this.managerRoot(folder), packagesRoot(folder), prefixOf(folder)];
    return wholes.find(path => path !== null && canShow(path, this.options.hiddenPaths)) ?? null;
  }

  private managerRoot(folder: string): string | null {
    for (const { variable, folder: standard } of VERSION_MANAGERS) {
      const root = realFolder(this.options.environment[variable] ?? join(this.options.hiddenPaths.home, standard));
      if (root === null || !isInside(folder, root)) continue;
      this.variables[variable] = root;
      return root;
    }
    return null;
  }

  private addCompanion({ folder, needs, variable, value }: (typeof COMPANIONS)[number], real: string): void {
    const { home } = this.options.hiddenPaths;
    const needed = realFolder(this.options.environment[variable] ?? join(home, needs));
    if (real !== join(home, folder) || needed === null || !canShow(needed, this.options.hiddenPaths)) return;
    this.paths.add(needed);
    this.variables[variable] = this.options.environment[variable] ?? join(home, value);
  }

  private copyVariable(name: string): void {
    const value = this.options.environment[name];
    if (value === undefined) return;
    if (!isAbsolute(value) || this.show(realFolder(value) ?? value)) this.variables[name] = value;
  }

  /** A tool is often a link to where it is installed; that place must exist inside too. */
  private followLinks(folder: string): void {
    for (const link of linksIn(folder)) this.followLink(link);
  }

  private followLink(link: string): void {
    const next = resolve(dirname(link), readlinkSync(link));
    if (dirname(next) === dirname(link)) return;
    const real = realPath(next);
    if (real === null || !this.show(this.installation(dirname(real)) ?? real)) return;
    if (real !== next) this.links.set(next, real);
  }
}

/** The Python that a virtual environment was made from, as its `pyvenv.cfg` names it. */
export function interpreterFolder(environment: string): string | null {
  const settings = join(environment, 'pyvenv.cfg');
  if (!existsSync(settings)) return null;
  const home = /^home\s*=\s*(\S.*)$/m.exec(readFileSync(settings, 'utf8'))?.[1]?.trim();
  const python = home === undefined ? null : realPath(join(home, 'python3'));
  return python === null ? null : dirname(python);
}

/** The outermost `node_modules`: what is linked into `.bin` needs its neighbours. */
function packagesRoot(folder: string): string | null {
  const parts = folder.split(sep);
  const at = parts.indexOf('node_modules');
  return at < 0 ? null : parts.slice(0, at + 1).join(sep);
}

/** The installation that a `bin` folder belongs to, if there are libraries beside it. */
function prefixOf(folder: string): string | null {
  const parent = dirname(folder);
  // A checkout with `bin` and `lib` is somebody's work, not an installation.
  if (existsSync(join(parent, '.git'))) return null;
  const hasLibraries = ['lib', 'lib64', 'libexec'].some(name => existsSync(join(parent, name)));
  return TOOL_FOLDERS.has(basename(folder)) && hasLibraries ? parent : null;
}

function linksIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter(entry => entry.isSymbolicLink()).map(entry => join(folder, entry.name));
  } catch {
    // A folder that may be entered but not listed: its own files still run.
    return [];
  }
}

function realFolder(path: string): string | null {
  const real = realPath(path);
  return real !== null && statSync(real).isDirectory() ? real : null;
}
