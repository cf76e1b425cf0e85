/** A stranger's machine for one journey: a home, a repository, a Messages server, and the packed CLI as a child process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Answer } from '../../src/rehearsal/compose-reply.ts';
import {
  type MessagesServer,
  type MessagesServerOptions,
  startMessagesServer,
} from '../../src/rehearsal/messages-server.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { packedPackage } from './journey-package.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves as soon as the two streams together match; fails when the process ends before. */
  said(pattern: RegExp): Promise<void>;
}

export interface StartOptions {
  /** Standard input; closed at once when there is none. */
  input?: string;
  cwd?: string;
  env?: Record<string, string | undefined>;
}

export const KEY = 'sk-ant-journey-0123456789';

export class Journey {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-journey-')));
  readonly home = join(this.root, 'home');
  readonly repository: string;
  readonly server: MessagesServer;
  readonly #launcher = packedPackage().launcher;
  readonly #running = new Set<ChildProcess>();

  private constructor(server: MessagesServer, name: string) {
    this.server = server;
    this.repository = join(this.root, name);
    for (const folder of [this.home, this.repository]) mkdirSync(folder);
    this.git('config', '--global', 'user.name', 'Ada');
    this.git('config', '--global', 'user.email', 'ada@example.org');
    this.git('config', '--global', 'init.defaultBranch', 'main');
  }

  /** `name` is the folder of the repository, which is not one yet. */
  static async open(answer: Answer, options: Omit<MessagesServerOptions, 'answer'> & { name?: string } = {}) {
    const { name = 'repository', ...rest } = options;
    return new Journey(await startMessagesServer({ acceptedKey: KEY, ...rest, answer }), name);
  }

  /** Nothing of the tester's environment but the tools; no terminal, so nothing may ask. */
  get environment(): Record<string, string> {
    return {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: this.home,
      LANG: 'C.UTF-8',
      GIT_CONFIG_NOSYSTEM: '1',
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: this.server.url,
    };
  }

  start(words: readonly string[], options: StartOptions = {}): Started {
    return this.startOther([process.execPath, this.#launcher, ...words], options);
  }

  /** Another program than kleiber, in the same surroundings. */
  startOther(
    [command = '', ...parameters]: readonly string[],
    { input, cwd = this.repository, env = {} }: StartOptions = {},
  ): Started {
    const known = Object.entries({ ...this.environment, ...env }).filter(([, value]) => value !== undefined);
    const child = spawn(command, parameters, {
      cwd,
      env: Object.fromEntries(known),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.stdin?.end(input);
    return { child, ...listen(child, () => this.#running.delete(child)) };
  }

  /** Runs to its end. */
  kleiber(...words: string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** Runs to its end, which must be a good one; gives what it printed. */
  async must(...words: string[]): Promise<string> {
    const ended = await this.kleiber(...words);
    if (ended.code !== 0)
      throw new Error(`kleiber ${words.join(' ')} exited ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  }

  async json(...words: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.must(...words, '--json'));
  }

  run(command: string, parameters: readonly string[], cwd = this.repository): string {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync(command, parameters, { cwd, env: this.environment, stdio, encoding: 'utf8' });
  }

  git(...parameters: string[]): string {
    return this.run('git', parameters).trimEnd();
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.repository, path)), { recursive: true });
      writeFileSync(join(this.repository, path), content);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.repository, path), 'utf8');
  }

  /** A first commit of these files, or one more. */
  commit(files: Readonly<Record<string, string>>, message = 'work'): string {
    this.git('init', '-q');
    this.write(files);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** The bodies of all requests for a reply, in order. */
  requests(): MessagesRequest[] {
    // The server has checked every body that it answered with 200.
    return this.server
      .exchanges()
      .filter(({ endpoint, status }) => endpoint === 'messages' && status === 200)
      .map(({ body }) => body as MessagesRequest);
  }

  /** What the strict server refused, which is nothing in a journey that goes well. */
  refusals(): string[] {
    return this.server.exchanges().flatMap(({ error }) => (error === null ? [] : [JSON.stringify(error)]));
  }

  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.server.close();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function listen(child: ChildProcess, over: () => void): Pick<Started, 'ended' | 'said'> {
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      over();
      resolve({ code, ...heard });
      for (const listener of listeners) listener();
    });
  });
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const isOver = child.exitCode !== null || child.signalCode !== null;
        if (pattern.test(heard.stdout + heard.stderr)) resolve();
        else if (isOver) reject(new Error(`it ended without saying ${pattern}\n${heard.stdout}${heard.stderr}`));
        else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  return { ended, said };
}
