/**
 * A house to work in: a real repository with a store, a log and a ledger in a temporary folder, a scripted Claude, and
 * checks that are a function of the files. Processes are opened on it, and what they leave is looked at here.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { calendarOf } from '../../src/agent/meter.ts';
import type { Check } from '../../src/domain/check.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { type Config, configSchema } from '../../src/domain/config.ts';
import { isRecordPath, taskPath } from '../../src/domain/record-paths.ts';
import type { TaskHead } from '../../src/domain/task.ts';
import { formatTask } from '../../src/record/task-file.ts';
import type { CommandOutcome, Sandbox } from '../../src/shell/sandbox.ts';
import { approves, type Script, type ScriptedClaude, scriptedClaude } from './house-rig-claude.ts';
import { HouseProcess, type ProcessOptions } from './house-rig-process.ts';
import { taskOf } from './policy-values.ts';

/** Reads a file of the tree under test; null when it is not there. */
export type Tree = (path: string) => string | null;
export type Verdict = 'green' | 'red' | 'could not run';

export const CHECK: Check = { name: 'check', command: 'check', timeoutMs: 60_000 };

export interface HouseOptions {
  files?: Record<string, string>;
  /** Green everywhere, unless told otherwise. */
  check?: (tree: Tree, leave: (path: string, text: string) => void) => Verdict;
  config?: Record<string, unknown>;
}

/** Time passes by a second whenever somebody looks, and by as much as anybody wants to sleep. */
class HandClock implements Clock {
  #elapsed = 0;

  now(): Date {
    this.#elapsed += 1_000;
    return new Date(Date.parse('2026-11-21T09:00:00Z') + this.#elapsed);
  }

  monotonicMs(): number {
    return this.#elapsed;
  }

  sleep(ms: number): Promise<void> {
    this.#elapsed += ms;
    return Promise.resolve();
  }

  advance(ms: number): void {
    this.#elapsed += ms;
  }
}

export class House {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-house-')));
  readonly user = join(this.root, 'shop');
  readonly home = join(this.root, 'home');
  readonly clock = new HandClock();
  readonly config: Config;
  readonly claude: ScriptedClaude;
  readonly sandbox: Sandbox;
  /** How often the check ran. */
  checksRun = 0;
  /** What it leaves lies in the tree under test, as reports do. */
  check: NonNullable<HouseOptions['check']>;
  /** What commands of an agent do to the worktree they run in. */
  readonly commands = new Map<string, (worktree: string) => void>();
  readonly notices: string[] = [];
  /** The last sentence for the person who watches, but for the one that says that there is nothing to do. */
  get lastNotice(): string {
    return this.notices.filter(text => !/^(?:waiting for tasks|running )/.test(text)).at(-1) ?? '';
  }

  /** What whoever reviews says; content with everything, unless told otherwise. */
  reviewer: Script = approves;

  /** Process ids that nobody runs under any more. */
  readonly dead = new Set<number>();
  readonly #scripts = new Map<string, Script>();
  readonly #processes: HouseProcess[] = [];
  #pids = 100;

  constructor(options: HouseOptions = {}) {
    this.check = options.check ?? (() => 'green');
    this.config = configSchema.parse({ checks: [{ name: CHECK.name, command: CHECK.command }], ...options.config });
    this.claude = scriptedClaude(
      id => this.#scripts.get(id) ?? missingScript(id),
      asked => this.reviewer(asked),
      () => calendarOf(this.clock.now()).day,
    );
    this.sandbox = {
      kind: 'bubblewrap',
      fingerprint: 'a house of cards',
      run: async ({ worktree, command }) => this.#runCommand(worktree, command),
    };
    mkdirSync(this.home);
    execFileSync('git', ['init', '-q', '-b', 'main', this.user], { env: this.#environment() });
    this.commit({ 'README.md': 'A shop.\n', ...options.files }, 'first');
  }

  #environment(): Record<string, string> {
    const name = { GIT_AUTHOR_NAME: 'Ada', GIT_COMMITTER_NAME: 'Ada' };
    const email = { GIT_AUTHOR_EMAIL: 'ada@example.org', GIT_COMMITTER_EMAIL: 'ada@example.org' };
    return { PATH: process.env.PATH ?? '', HOME: this.home, GIT_CONFIG_NOSYSTEM: '1', ...name, ...email };
  }

  get gitEnvironment(): { path: string; home: string } {
    return { path: process.env.PATH ?? '', home: this.home };
  }

  #runCommand(worktree: string, command: string): CommandOutcome {
    const exited = (exitCode: number, output: string): CommandOutcome => ({
      kind: 'exited',
      exitCode,
      output,
      durationMs: 1,
    });
    if (command !== CHECK.command) {
      const action = this.commands.get(command);
      if (action === undefined) return exited(127, `bash: ${command}: command not found`);
      action(worktree);
      return exited(0, '');
    }
    this.checksRun++;
    const leave = (path: string, text: string): void => {
      mkdirSync(dirname(join(worktree, path)), { recursive: true });
      writeFileSync(join(worktree, path), text);
    };
    switch (this.check(path => read(join(worktree, path)), leave)) {
      case 'green':
        return exited(0, 'all is well\n');
      case 'red':
        return exited(1, 'it does not work\n');
      case 'could not run':
        return { kind: 'not_started', exitCode: null, output: 'no interpreter\n', durationMs: 1 };
    }
  }

  /** A task file in the checkout, typed by a person, and what the model does with it. */
  task(id: string, script: Script, head: Partial<TaskHead> = {}): void {
    const agent = head.agent ?? 'engineer-backend';
    const minute = String(this.#scripts.size).padStart(2, '0');
    const task = taskOf({ id, title: `Build ${id}`, created: `2026-11-21T08:${minute}:00Z`, ...head, agent });
    this.#scripts.set(id, script);
    this.write({ [taskPath(agent, id)]: formatTask(task) });
  }

  /** The model does something else from now on. */
  retell(id: string, script: Script): void {
    this.#scripts.set(id, script);
  }

  /** Opens a process: an owner of its own, with its own handles on log, ledger and store. */
  async start(options: ProcessOptions = {}): Promise<HouseProcess> {
    const opened = await HouseProcess.open(this, ++this.#pids, options);
    this.#processes.push(opened);
    return opened;
  }

  write(files: Record<string, string>, folder = this.user): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  remove(path: string): void {
    this.removeIn(this.user, path);
  }

  removeIn(folder: string, path: string): void {
    rmSync(join(folder, path));
  }

  read(path: string): string | null {
    return read(join(this.user, path));
  }

  /** Plain git in the checkout, as a person would run it. */
  git(...args: string[]): string {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', args, { cwd: this.user, env: this.#environment(), stdio, encoding: 'utf8' }).trimEnd();
  }

  /** Git in the private store, for looking only. */
  store(...args: string[]): string {
    return this.git('--git-dir', join(this.user, '.git/kleiber/store.git'), ...args);
  }

  commit(files: Record<string, string>, message: string): string {
    this.write(files);
    this.git('add', '--', ...Object.keys(files));
    this.git('commit', '-q', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  integration(branch = 'main'): string {
    return this.store('rev-parse', `refs/integration/${branch}`);
  }

  /** Everything outside the record at a commit of the store: path to blob. */
  codeAt(commit = this.integration()): Record<string, string> {
    const lines = this.store('ls-tree', '-r', commit).split('\n');
    const entries = lines.map((line): [string, string] => [
      line.slice(line.indexOf('\t') + 1),
      line.slice(0, line.indexOf('\t')),
    ]);
    return Object.fromEntries(entries.filter(([path]) => !isRecordPath(path)));
  }

  /** The tasks that git says have landed, oldest first, once for each merge. */
  landings(commit = this.integration()): string[] {
    const format = '--format=%(trailers:key=Kleiber-Task,valueonly)';
    const lines = this.store('log', '--reverse', '--first-parent', '--merges', format, commit).split('\n');
    return lines.filter(line => line !== '');
  }

  /** Subjects of the branch's own line, oldest first. */
  history(commit = this.integration()): string[] {
    return this.store('log', '--reverse', '--first-parent', '--format=%s', commit).split('\n');
  }

  /** Paths that differ from a commit's first parent. */
  changedIn(commit: string): string[] {
    return this.store('diff-tree', '-r', '--name-only', '--no-commit-id', `${commit}^1`, commit)
      .split('\n')
      .filter(line => line !== '');
  }

  /** Loses the log: what was in nobody's head but kleiber's is gone. */
  loseLog(): void {
    for (const ending of ['', '-wal', '-shm'])
      rmSync(join(this.user, `.git/kleiber/state.db${ending}`), { force: true });
  }

  /** Nobody remembers which trees were green. */
  loseMemoryOfChecks(): void {
    const database = new DatabaseSync(join(this.user, '.git/kleiber/state.db'));
    database.exec('DELETE FROM validations');
    database.close();
  }

  close(): void {
    for (const opened of this.#processes) opened.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

const read = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);

function missingScript(id: string): Script {
  throw new Error(`nobody wrote a script for ${id}`);
}
