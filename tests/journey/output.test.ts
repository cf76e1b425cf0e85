/** What a script, a pipe or a CI job gets: no escape codes, one JSON document, and a quiet end when the reader goes away. */
import '../support/journey-patience.ts';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packedPackage } from '../support/journey-package.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, TASK_PATH, taskFile } from '../support/journey-small.ts';

const READING = [
  'status',
  'show more',
  'show more --why',
  'show more --diff',
  'show more --prompt',
  'log',
  'route more',
  'check',
  'doctor',
  'trust',
  'clean --dry-run',
  'init --dry-run',
  '--help',
  'help plan',
  'conduct --help',
  '--version',
];

const WITH_JSON: [words: string, kind: string][] = [
  ['status', 'status'],
  ['show more', 'task'],
  ['route more', 'route'],
  ['check', 'check'],
  ['doctor', 'doctor'],
  ['init --dry-run', 'init'],
];

const ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

let journey: Journey;
beforeAll(async () => {
  journey = await openSmall();
  // A title that would turn a terminal red, and an attempt to set its window's name.
  journey.write({ [TASK_PATH]: taskFile().replace(/^title: (.*)$/m, 'title: "$1 \\e[31mred\\e[0m \\e]0;pwned\\a"') });
  await journey.must('work', '--all', '--until-idle');
});
afterAll(() => journey.close());

describe('every reading command in a pipe', () => {
  test.each(READING)('kleiber %s: plain text, nothing on the other stream', async words => {
    const { code, stdout, stderr } = await journey.kleiber(...words.split(' '));
    expect({ code, stderr, escapes: ESCAPES.exec(stdout) }).toEqual({ code: 0, stderr: '', escapes: null });
    expect(stdout.trim()).not.toBe('');
  });

  test('says the same with NO_COLOR, without a locale, and on a dumb terminal', async () => {
    const plain = await journey.kleiber('status');
    const env = { NO_COLOR: '1', TERM: 'dumb', LANG: undefined };
    expect(await journey.start(['status'], { env }).ended).toEqual(plain);
  });

  test('tells day and time of the reader, both in the same time zone', async () => {
    const [first = ''] = (await journey.must('log', '--task', 'more', '--json')).split('\n');
    const { at } = JSON.parse(first) as { at: string };
    for (const [TZ, hours] of [
      ['Etc/GMT-14', 14],
      ['Etc/GMT+12', -12],
    ] as const) {
      const there = new Date(Date.parse(at) + hours * 3_600_000).toISOString();
      const { stdout } = await journey.start(['log', '--task', 'more'], { env: { TZ } }).ended;
      expect(stdout.slice(0, 19)).toBe(there.slice(0, 19).replace('T', ' '));
    }
  });

  test.each(WITH_JSON)('kleiber %s --json: one document in the common envelope', async (words, kind) => {
    const { code, stdout, stderr } = await journey.kleiber(...words.split(' '), '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, kind });
  });
});

test('a run that is told to end says so by its code, and one that is interrupted by another', async () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const following = journey.start(['log', '--follow']);
    await following.said(/landed as/);
    following.child.kill(signal);
    expect(await following.ended).toMatchObject({ code });
  }
});

test.each(['exit-codes', 'environment', 'json', 'errors', 'E01', 'no_key'])('kleiber help %s', async topic => {
  const { code, stdout, stderr } = await journey.kleiber('help', topic);
  expect({ code, stderr, escapes: ESCAPES.exec(stdout) }).toEqual({ code: 0, stderr: '', escapes: null });
  expect(stdout.split('\n').length).toBeGreaterThan(3);
});

describe('a reader that goes away', () => {
  const shell = (line: string) => {
    const script = line.replaceAll('kleiber', `'${process.execPath}' '${packedPackage().launcher}'`);
    const options = { cwd: journey.repository, env: journey.environment, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${script}`], options);
    return { status, stdout: stdout.split('\n').length, stderr };
  };

  test.each(['log --json', 'show more --prompt', 'status', '--help'])('kleiber %s | head -1 ends with 0', words => {
    expect(shell(`kleiber ${words} | head -1`)).toEqual({ status: 0, stdout: 2, stderr: '' });
  });

  test.each(['log --json', 'status', 'check --json', '--help'])('kleiber %s with nobody reading ends with 0', words => {
    expect(shell(`{ kleiber ${words}; echo $? >&2; } | true`).stderr).toBe('0\n');
  });

  test('a closed standard input is nobody who can be asked', () => {
    expect(shell('kleiber status <&-')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('kleiber plan - <&-')).toMatchObject({
      status: 2,
      stderr:
        'kleiber: what do you want to be built?\n  fix   kleiber plan "Add coupons to the checkout"\n   or   kleiber plan request.md\n',
    });
    expect(shell('kleiber clean <&-')).toMatchObject({
      status: 2,
      stderr: 'kleiber: nothing was removed\n  fix   kleiber clean --yes\n',
    });
  });
});
