/** Real processes against the embedded Messages server, killed with SIGKILL while they work, and started again. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { taskPath } from '../../src/domain/record-paths.ts';
import { formatTask } from '../../src/record/task-file.ts';
import type { Answer } from '../../src/rehearsal/compose-reply.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { taskOf } from '../support/policy-values.ts';
import { realClock } from '../support/shell-clock.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const KEY = 'sk-ant-kill-0123456789';
const TASKS = ['a', 'b', 'c', 'd', 'e', 'f'];
const KILLS = 6;

const answer: Answer = request => {
  const id = /id: ([a-f])\n/.exec(String(textOf(request.messages[0])))?.[1] ?? '';
  const turn = request.messages.filter(message => message.role === 'assistant').length;
  if (turn === 0) return { content: [{ type: 'text', text: 'I look first.' }, call('run', { command: 'ls' })] };
  if (turn === 1) return { content: [call('write', { path: `src/backend/${id}.txt`, content: `${id}\n` })] };
  if (turn === 2) return { content: [call('run', { command: `grep -q ${id} src/backend/${id}.txt` })] };
  return { content: [call('submit', { summary: `Built ${id}.` })] };
};

const textOf = (message: { content: unknown } | undefined): string =>
  JSON.stringify(message?.content).replaceAll('\\n', '\n');
const call = (name: string, input: Record<string, unknown>) => ({ type: 'tool_use' as const, name, input });

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Machine {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-kill-')));
  readonly repository = join(this.root, 'repository');
  readonly server: MessagesServer;
  readonly #running = new Set<ChildProcess>();

  constructor(server: MessagesServer) {
    this.server = server;
    mkdirSync(join(this.root, 'home'));
    this.git('init', '-q', '-b', 'main', this.repository);
    this.write('README.md', 'A shop.\n');
    this.write('kleiber.yml', 'checks:\n  - { name: here, command: "sleep 0.05; test -f README.md" }\n');
    this.git('-C', this.repository, 'add', '.');
    this.git('-C', this.repository, 'commit', '-qm', 'first');
    for (const id of TASKS) {
      const depends_on = id === 'f' ? ['a'] : [];
      this.write(taskPath('engineer-backend', id), formatTask(taskOf({ id, title: `Build ${id}`, depends_on })));
    }
  }

  get #environment(): Record<string, string> {
    const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org' };
    return {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: join(this.root, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      ...identity,
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: this.server.url,
    };
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.repository, path)), { recursive: true });
    writeFileSync(join(this.repository, path), text);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, env: this.#environment, encoding: 'utf8' }).trimEnd();
  }

  store(...args: string[]): string {
    return this.git('--git-dir', join(this.repository, '.git/kleiber/store.git'), ...args);
  }

  /** Resolves when the process has ended; `afterMs` kills it so long after its first word. */
  async run(words: readonly string[], afterMs: number | null = null): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: this.repository,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let said = '';
    const spoke = new Promise<void>(resolve => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          resolve();
        });
    });
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    if (afterMs !== null) {
      await Promise.race([spoke, ended]);
      await Promise.race([realClock.sleep(afterMs), ended]);
      child.kill('SIGKILL');
    }
    const code = await ended;
    this.#running.delete(child);
    return { code, said };
  }

  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.server.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

let machine: Machine;
afterEach(() => machine.close());

/** Without a working bubblewrap there is no sandbox to run in. */
async function sandboxWords(): Promise<string[]> {
  const { code } = await machine.run(['work', '--all', '--until-idle', '--dry-run']);
  return code === 0 && hasBubblewrap() ? [] : ['--no-sandbox'];
}

function hasBubblewrap(): boolean {
  try {
    execFileSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']);
    return true;
  } catch {
    return false; // not installed, or not allowed here
  }
}

test('killed six times while it works, it lands everything exactly once', { timeout: 180_000 }, async () => {
  const latency = { firstEventMs: 120 };
  machine = new Machine(await startMessagesServer({ answer, acceptedKey: KEY, latency }));
  expect(await machine.run(['trust', '--yes'])).toMatchObject({ code: 0 });
  const words = ['work', '--all', '--until-idle', '--concurrency', '2', ...(await sandboxWords())];
  const random = seeded(20261121);
  const endings: (number | null)[] = [];
  for (let kill = 0; kill < KILLS; kill++) endings.push((await machine.run(words, 50 + random() * 700)).code);
  const last = await machine.run(words);
  expect({ endings, last: last.code, said: last.said }).toEqual({
    endings: Array.from({ length: KILLS }, () => null),
    last: 0,
    said: expect.stringContaining(`landed ${TASKS.length} of ${TASKS.length}`),
  });
  const format = '--format=%(trailers:key=Kleiber-Task,valueonly)';
  const merges = machine.git('-C', machine.repository, 'log', '--first-parent', '--merges', format, 'main').split('\n');
  expect(merges.filter(line => line !== '').toSorted()).toEqual(TASKS);
  expect(machine.git('-C', machine.repository, 'rev-parse', 'main')).toBe(
    machine.store('rev-parse', 'refs/integration/main'),
  );
  expect(machine.git('-C', machine.repository, 'status', '--porcelain')).toBe('');
  expect(machine.git('-C', machine.repository, 'ls-files', 'src').split('\n')).toEqual(
    TASKS.map(id => `src/backend/${id}.txt`),
  );
  expect(machine.store('fsck', '--connectivity-only')).not.toContain('missing');
});
