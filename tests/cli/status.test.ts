import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import type { Context } from '../../src/cli/context.ts';
import { placesOf } from '../../src/cli/places.ts';
import { runProgram } from '../../src/cli/program.ts';
import { plainFlags, status } from '../../src/cli/status.ts';
import { remember, trustedFiles } from '../../src/cli/trust-store.ts';
import type { Blocker } from '../../src/domain/blocker.ts';
import { LEAD_STREAM, targetStream, taskStream } from '../../src/domain/event.ts';
import { blocked, claimed, created, OWNER } from '../support/policy-values.ts';
import { textOf } from '../support/report-desk.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-status-')));
  root = join(folder, 'shop');
  mkdirSync(root);
  git('init', '-q', '-b', 'main', '.');
  git('commit', '-q', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...words: string[]): void {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
    cwd: root,
    env,
    stdio: 'pipe',
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

interface Said {
  code: number;
  out: string;
  error: string;
}

function contextIn(cwd: string): { context: Context; said: Said } {
  const said: Said = { code: -1, out: '', error: '' };
  const context: Context = {
    cwd,
    environment: { PATH: process.env.PATH, KLEIBER_NO_INPUT: '1' },
    home: folder,
    stdout: { write: text => (said.out += text) },
    stderr: { write: text => (said.error += text) },
    stdin: { read: async () => '' },
    stopping: new AbortController().signal,
    killed: new AbortController().signal,
  };
  return { context, said };
}

/** As the launcher's quick way does it. */
async function quickly(words: string[], cwd = root): Promise<Said> {
  const { context, said } = contextIn(cwd);
  const flags = plainFlags(words);
  if (flags === null) throw new Error('these words are not for the quick way');
  said.code = await status(flags, context);
  return said;
}

/** Through the library that reads command lines. */
async function slowly(words: string[], cwd = root): Promise<Said> {
  const { context, said } = contextIn(cwd);
  said.code = await runProgram(['status', ...words], context);
  return said;
}

const stateFolder = (): string => join(folder, '.local/state/kleiber');

function forget(): void {
  for (const name of readdirSync(stateFolder()).filter(found => !found.includes('.db')))
    for (const file of readdirSync(join(stateFolder(), name)).filter(found => found.startsWith('index')))
      rmSync(join(stateFolder(), name, file));
}

/** Both ways, with an index and without one, say the same; gives what they say. */
async function everyWay(words: string[], cwd = root): Promise<Said> {
  const first = await quickly(words, cwd);
  expect(await quickly(words, cwd)).toEqual(first);
  expect(await slowly(words, cwd)).toEqual(first);
  if (first.code !== 2) forget();
  expect(await slowly(words, cwd)).toEqual(first);
  expect(await quickly(words, cwd)).toEqual(first);
  return first;
}

function happen(stream: string, ...events: Parameters<ReturnType<typeof batonOf>['append']>[0]['event'][]): void {
  const baton = batonOf();
  for (const event of events)
    baton.append({ stream, seq: baton.read(stream).length + 1, event, at: '2026-11-21T12:00:00.000Z' });
  baton.close();
}

function batonOf() {
  mkdirSync(join(root, '.git/kleiber'), { recursive: true });
  const opened = openBaton(join(root, '.git/kleiber/state.db'));
  if (!opened.ok) throw new Error(opened.failure.reason);
  return opened.value;
}

const trustNow = (): void => {
  const { context } = contextIn(root);
  remember(placesOf(context, join(root, '.git')).trusted, trustedFiles(root));
};

describe('both ways into status say the same', () => {
  test('in an empty project', async () => {
    const { code, out } = await everyWay([]);
    expect(code).toBe(0);
    expect(out).toContain('0 tasks · on main · no conductor runs · today $0.00 of');
    expect(out).toContain('kleiber plan "what you want"');
  });

  test.each([
    [[]],
    [['--json']],
    [['--exit-code']],
    [['--json', '--exit-code']],
    [['--exit-code', '--json', '--json']],
  ])('with %j, when something needs you', async words => {
    write('tasks/scribe/one.md', textOf('scribe', 'one'));
    write('tasks/scribe/two.md', textOf('scribe', 'two', { needs: ['one'] }));
    write('tasks/scribe/bad.md', 'no task');
    happen(taskStream('one'), created(), claimed(1), blocked(1));
    const { code, out } = await everyWay(words);
    expect(code).toBe(words.includes('--exit-code') ? 3 : 0);
    if (words.includes('--json')) expect(JSON.parse(out)).toMatchObject({ kind: 'status', file_faults: 1 });
    else expect(out).toContain('needs you\n  ? one');
  });

  test('when a worker waits for other work, which needs nobody', async () => {
    for (const id of ['one', 'two']) write(`tasks/scribe/${id}.md`, textOf('scribe', id));
    const blocker: Blocker = { type: 'dependency', problem: 'x', tried: [], need: 'y', options: [], waitsFor: ['two'] };
    happen(taskStream('one'), created(), claimed(1), blocked(1, { blocker }));
    const { code, out } = await everyWay(['--exit-code']);
    expect([code, out.includes('needs you'), out.includes('· one  for two')]).toEqual([0, false, true]);
  });

  test('in a folder of the checkout, on a detached HEAD, and in a linked worktree', async () => {
    write('tasks/scribe/one.md', textOf('scribe', 'one'));
    expect((await everyWay([], join(root, 'tasks'))).out).toContain('1 task · on main');
    git('worktree', 'add', '-q', '-b', 'other', join(folder, 'linked'));
    expect((await everyWay([], join(folder, 'linked'))).out).toContain('0 tasks · on other');
    expect((await everyWay([])).out).toContain('1 task · on main');
    git('checkout', '-q', '--detach');
    expect((await everyWay([])).out).toContain('1 task · HEAD is detached');
  });

  test('outside of a repository, and with a faulty kleiber.yml', async () => {
    expect(await everyWay([], folder)).toMatchObject({ code: 2, out: '' });
    await everyWay([]);
    write('kleiber.yml', 'bugdet: {}\n');
    const { code, error } = await everyWay([]);
    expect(code).toBe(2);
    expect(error).toContain('kleiber.yml:1');
  });

  test('about the conductor, the base and what is not delivered', async () => {
    happen(LEAD_STREAM, { kind: 'held', owner: { ...OWNER, host: 'elsewhere' } });
    const validation = { tree: 't', result: 'red' as const, runs: [] };
    happen(
      targetStream('main'),
      { kind: 'baseline', commit: 'c'.repeat(40), validation },
      { kind: 'recorded', commit: 'd', upTo: 2 },
    );
    const { out } = await everyWay([]);
    expect(out).toContain('conducting (pid 4711 on elsewhere)');
    expect(out).toContain('the checks are red on the base (ccccccccc)');
    expect(out).toContain('landed work is not on your branch yet');
  });
});

describe('what status remembers', () => {
  test('of kleiber.yml and its trust is asked again when either changes', async () => {
    write('kleiber.yml', 'budget: { day_usd: 7 }\n');
    const untrusted = await everyWay([]);
    expect(untrusted.out).toContain('of $7.00');
    expect(untrusted.out).toContain('kleiber trust');
    write('kleiber.yml', 'budget: { day_usd: 900 }\n');
    expect((await everyWay([])).out).not.toContain('of $900.00');
    trustNow();
    const trusted = await everyWay([]);
    expect(trusted.out).toContain('of $900.00');
    expect(trusted.out).not.toContain('kleiber trust');
  });

  test('of the branch follows the checkout', async () => {
    await everyWay([]);
    git('checkout', '-q', '-b', 'other');
    expect((await everyWay([])).out).toContain('on other');
  });
});

describe('words that are not plain', () => {
  test.each([[['--help']], [['-h']], [['--jso']], [['extra']], [['--json=yes']], [['--']]])(
    '%j go the long way',
    words => {
      expect(plainFlags(words)).toBe(null);
    },
  );
});
