/** Flags that every command takes, and what is printed where a terminal knows no UTF-8. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { taskStream } from '../../src/domain/event.ts';
import { asAscii, wantsAscii } from '../../src/report/ascii.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { claimed, created, submitted } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  shop.configure('checks: [{ name: test, command: "true" }]\n');
  shop.task('basket', { title: 'Put things → the basket' });
  shop.task('till', { depends_on: ['basket'] });
  shop.happen(taskStream('basket'), created(), claimed(1), submitted(1));
});
afterEach(() => shop.close());

test('-q leaves answers and errors and takes everything else away', async () => {
  shop.configure('checks: [{ name: other, command: "true" }]\n', false);
  const out = '2 task files and their records are fine\n';
  expect(await shop.run('check')).toEqual({ code: 0, out, error: expect.stringContaining('kleiber trust') });
  for (const flag of ['-q', '--quiet']) expect(await shop.run('check', flag)).toEqual({ code: 0, out, error: '' });
  expect(await shop.run('show', 'nope', '-q')).toMatchObject({
    code: 2,
    error: 'kleiber: there is no task nope\n  fix   kleiber status\n',
  });
});

test('--plain gives a task or an event per line, columns divided by tabs and nothing cut', async () => {
  expect(await shop.run('status', '--plain')).toEqual({
    code: 0,
    out: [
      'basket\tsubmitted\tengineer-backend\t0.0042\tPut things → the basket',
      'till\twaiting\tengineer-backend\t0.00\tAdd a basket',
      '',
    ].join('\n'),
    error: '',
  });
  const { out } = await shop.run('log', '--plain', '--task', 'basket');
  const lines = out.trimEnd().split('\n');
  expect(lines.map(line => line.split('\t').length)).toEqual(lines.map(() => 3));
  expect(lines.map(line => line.split('\t')[1])).toEqual(lines.map(() => 'basket'));
});

test('a terminal that knows no UTF-8 gets letters for glyphs, and JSON stays what it is', async () => {
  const withGlyphs = await shop.run('status');
  expect(withGlyphs.out).toContain(' · ');
  shop.environment.LANG = 'C';
  const { out } = await shop.run('status');
  expect(out).toBe(asAscii(withGlyphs.out));
  expect(out).not.toMatch(/[^\n\x20-\x7e]/);
  expect((await shop.run('status', '--json')).out).toContain('Put things → the basket');
});

test.each<[string, Record<string, string>, boolean]>([
  ['nothing is set', {}, false],
  ['the language has UTF-8', { LANG: 'de_CH.UTF-8' }, false],
  ['it is written in another way', { LANG: 'C.utf8' }, false],
  ['the language has none', { LANG: 'C' }, true],
  ['the first one that is set counts', { LC_ALL: '', LC_CTYPE: 'en_US.ISO-8859-1', LANG: 'C.UTF-8' }, true],
  ['the strongest one counts', { LC_ALL: 'C.UTF-8', LC_CTYPE: 'C', LANG: 'C' }, false],
])('letters are wanted or not: %s', (_, environment, isWanted) => {
  expect(wantsAscii(environment)).toBe(isWanted);
});

test('--debug writes what happened underneath, without keys, and names the file last', async () => {
  shop.environment.ANTHROPIC_API_KEY = 'a-key-of-no-known-shape';
  const said = await shop.run('note', 'engineer-backend', '--debug', 'it is a-key-of-no-known-shape');
  const folder = join(shop.places.stateHome, 'debug');
  const [name = ''] = readdirSync(folder);
  expect(said.error.trimEnd().split('\n').at(-1)).toBe(`what happened underneath: ${join(folder, name)}`);
  const text = readFileSync(join(folder, name), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  expect([lines[0], lines.at(-1)]).toMatchObject([
    { kind: 'began', words: ['note', 'engineer-backend', 'it is [redacted secret]'] },
    { kind: 'ended' },
  ]);
  expect(text).not.toContain('a-key-of-no-known-shape');
});

test('a git, a command and a turn are told with how long they took and how they ended', async () => {
  const { openDebugLog } = await import('../../src/cli/debug-log.ts');
  const { gitAt } = await import('../../src/git/git-command.ts');
  const { runProcess } = await import('../../src/shell/run-process.ts');
  const { systemClock } = await import('../../src/cli/clock.ts');
  const said = { code: 0, out: '', error: '' };
  const close = openDebugLog(['work'], shop.context(said));
  const git = gitAt({ path: process.env.PATH ?? '', home: shop.folder }, { gitDir: join(shop.root, '.git') });
  await git(['rev-parse', '--verify', 'no-such-thing']);
  const request = { file: '/bin/sh', arguments: ['-c', 'echo hello; exit 3'], environment: {}, reportsStatus: false };
  await runProcess({ ...request, timeoutMs: 10_000 }, systemClock);
  close();
  await git(['version']);
  const [path = ''] = readdirSync(join(shop.places.stateHome, 'debug'));
  const lines = readFileSync(join(shop.places.stateHome, 'debug', path), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .slice(1, -1);
  expect(lines).toEqual([
    {
      at: expect.any(String),
      kind: 'git',
      args: ['rev-parse', '--verify', 'no-such-thing'],
      ms: expect.any(Number),
      end: 'exited',
      exit_code: 128,
      bytes: 0,
      stderr: 'fatal: Needed a single revision\n',
    },
    {
      at: expect.any(String),
      kind: 'command',
      file: '/bin/sh',
      args: ['-c', 'echo hello; exit 3'],
      ms: expect.any(Number),
      end: 'exited',
      exit_code: 3,
      output: 'hello\n',
    },
  ]);
});
