/** The ground of a chaos run: one real repository with a home, a Messages server and the packed CLI; processes come and go on it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Baton } from '../../src/baton/baton.ts';
import type { Ledger } from '../../src/baton/ledger.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { chaosAnswer, chaosResults, chaosTaskFiles } from './chaos-tasks.ts';
import { must } from './git-sandbox.ts';

const KEY = 'sk-ant-chaos-0123456789';
/** No process has this pid: it is above what Linux gives. */
const NOBODY = 4_194_999;
const PRELOAD = fileURLToPath(new URL('../../scripts/chaos/fault-points.mjs', import.meta.url));

/** A task that is killed again and again is kept from nobody here: the last ones of a plan get all the kills. */
const configOf = (lanes: number): string => `checks:
  - { name: here, command: "sleep 0.03; test -f README.md" }
limits: { attempts: 10 }
lanes: { opus: 8, sonnet: ${Math.min(lanes, 32)}, haiku: ${lanes} }
`;

export interface GroundOptions {
  /** What starts the CLI: `node <launcher> …`. */
  launcher: string;
  tasks: number;
  /** How long a reply takes to begin. */
  latencyMs: number;
  /** Live conversations per tier. */
  lanes: number;
}

export class ChaosGround {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-chaos-')));
  readonly home = join(this.root, 'home');
  readonly repository = join(this.root, 'repository');
  readonly pointsFile = join(this.root, 'points.tsv');
  readonly tasks: number;
  readonly lanes: number;
  readonly server: MessagesServer;
  /** Stands in the command line of everything that agents start. */
  readonly marker: string;
  readonly #launcher: string;
  #readUpTo = 0;
  #landed = 0;
  /** What a command needs to work where there is no sandbox. */
  readonly sandboxWords: readonly string[];

  static async open(options: GroundOptions): Promise<ChaosGround> {
    const marker = `chaos-${process.pid}-${performance.now().toString(36).replace('.', '')}`;
    const latency = { firstEventMs: options.latencyMs };
    const server = await startMessagesServer({ answer: chaosAnswer(marker), acceptedKey: KEY, latency });
    const ground = new ChaosGround(options, server, marker);
    await ground.#prepare();
    return ground;
  }

  private constructor(options: GroundOptions, server: MessagesServer, marker: string) {
    this.tasks = options.tasks;
    this.lanes = options.lanes;
    this.server = server;
    this.marker = marker;
    this.#launcher = options.launcher;
    this.sandboxWords = hasBubblewrap() ? [] : ['--no-sandbox'];
  }

  async #prepare(): Promise<void> {
    mkdirSync(this.home);
    writeFileSync(this.pointsFile, '');
    this.git('init', '-q', '-b', 'main', this.repository);
    this.write(this.#base);
    this.git('-C', this.repository, 'add', '.');
    this.git('-C', this.repository, 'commit', '-qm', 'first');
    this.write(chaosTaskFiles(this.tasks));
    const { code, said } = await this.start(['trust', '--yes']).ended;
    if (code !== 0) throw new Error(`kleiber trust exited ${code}: ${said}`);
  }

  get #environment(): Record<string, string> {
    return {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: this.home,
      LANG: 'C.UTF-8',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: this.server.url,
    };
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.repository, path)), { recursive: true });
      writeFileSync(join(this.repository, path), text);
    }
  }

  git(...parameters: string[]): string {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', parameters, {
      cwd: this.root,
      env: this.#environment,
      stdio,
      encoding: 'utf8',
    }).trimEnd();
  }

  /** Every file outside the record once the plan is done. */
  codeAtTheEnd(): Record<string, string> {
    return { ...this.#base, ...chaosResults(this.tasks) };
  }

  get #base(): Record<string, string> {
    return { 'README.md': 'A shop.\n', 'kleiber.yml': configOf(this.lanes) };
  }

  /** False as long as nobody has finished the first steps in this repository. */
  get hasStore(): boolean {
    return existsSync(this.storePath);
  }

  get storePath(): string {
    return join(this.repository, '.git/kleiber/store.git');
  }

  /** A kleiber process that works; it tells its fault points, and dies at one of them when it is told. */
  work(role: Role, dieAt: string | null): Running {
    if (dieAt !== null) this.#leaveBehind(role);
    const chaos = {
      CHAOS_ROLE: role,
      CHAOS_ROOT: this.root,
      CHAOS_POINTS: this.pointsFile,
      ...(dieAt === null ? {} : { CHAOS_DIE_AT: dieAt }),
    };
    return this.start([...WORDS[role], ...this.sandboxWords], ['--import', PRELOAD], chaos);
  }

  /** What somebody leaves who is killed between a file in the making and its name: seldom met otherwise, and cleared away by the next. */
  #leaveBehind(role: Role): void {
    const limits = join(this.home, '.local/state/kleiber/limits');
    mkdirSync(limits, { recursive: true });
    writeFileSync(join(limits, `claude-opus-5-5.json.${NOBODY}.tmp`), '{"model":');
    if (role === 'conductor') this.write({ [`progress/README.md.${NOBODY}`]: '# Pro' });
  }

  /** One reconcile to the end; what went wrong in it. */
  async once(): Promise<string[]> {
    const { code, said } = await this.start(['conduct', '--once', ...this.sandboxWords]).ended;
    return code === 0 ? [] : [`conduct --once ended with ${code}: ${said}`];
  }

  /** `flags` are Node's own. */
  start(words: readonly string[], flags: readonly string[] = [], variables: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [...flags, this.#launcher, ...words], {
      cwd: this.repository,
      env: { ...this.#environment, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const ended = new Promise<Ended>(resolve => child.once('close', (code, signal) => resolve({ code, signal, said })));
    return { child, ended, heard: () => said };
  }

  /** The log, opened for one look: a connection that stays open would change what the last process to close does. */
  look<Value>(at: (baton: Baton) => Value): Value {
    const baton = must(openBaton(join(this.repository, '.git/kleiber/state.db')));
    try {
      return at(baton);
    } finally {
      baton.close();
    }
  }

  lookAtLedger<Value>(at: (ledger: Ledger) => Value): Value {
    const ledger = must(openLedger(join(this.home, '.local/state/kleiber/ledger.db')));
    try {
      return at(ledger);
    } finally {
      ledger.close();
    }
  }

  /** How many tasks have landed. Asked again and again beside the run, so each event is read once. */
  landed(): number {
    if (!existsSync(join(this.repository, '.git/kleiber/state.db'))) return 0;
    const news = this.look(baton => baton.after(this.#readUpTo));
    this.#readUpTo = news.at(-1)?.position ?? this.#readUpTo;
    this.#landed += news.filter(({ event }) => event.kind === 'landed').length;
    return this.#landed;
  }

  /** Everything has landed, and the user's branch has it. */
  isDone(): boolean {
    if (this.landed() < this.tasks) return false;
    const tips = [
      ['-C', this.repository, 'rev-parse', 'main'],
      ['--git-dir', this.storePath, 'rev-parse', 'refs/integration/main'],
    ];
    return new Set(tips.map(words => this.git(...words))).size === 1;
  }

  /** What processes told about their writes: `[role, name]`, and where they died. */
  points(): { seen: [string, string][]; died: [string, string][] } {
    const lines = readFileSync(this.pointsFile, 'utf8').split('\n').filter(Boolean);
    const split = (line: string): [string, string] => {
      const [role = '', name = ''] = line.split('\t');
      return [role.replace(/^died /, ''), name];
    };
    return {
      seen: lines.filter(line => !line.startsWith('died ')).map(split),
      died: lines.filter(line => line.startsWith('died ')).map(split),
    };
  }

  /** `keep` leaves everything where it is, for whoever looks for what went wrong. */
  async close(keep = false): Promise<void> {
    await this.server.close();
    if (!keep) rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

export type Role = 'conductor' | 'worker';

const WORDS: Readonly<Record<Role, readonly string[]>> = {
  conductor: ['conduct', '--no-workers'],
  worker: ['work', '--all', '--no-conduct', '--concurrency', '2'],
};

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  said: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  heard(): string;
}

function hasBubblewrap(): boolean {
  try {
    execFileSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed, or not allowed here: then commands run without a sandbox, and the rest is the same
  }
}
