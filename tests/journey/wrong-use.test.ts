/** Wrong words on the command line and places that kleiber cannot work in: what happened, and the one command that helps. */
import '../support/journey-patience.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Journey } from '../support/journey-rig.ts';
import { openSmall, SMALL, small } from '../support/journey-small.ts';

const said = (code: number, ...lines: string[]) => ({
  code,
  stdout: '',
  stderr: lines.map(line => `${line}\n`).join(''),
});

describe('a command line that is wrong exits 2 and names the way out', () => {
  let journey: Journey;
  beforeAll(async () => {
    journey = await openSmall();
  });
  afterAll(() => journey.close());

  test.each<[words: string, ...lines: string[]]>([
    ['stauts', "kleiber: unknown command 'stauts'; did you mean status?", '  fix   kleiber --help'],
    ['help stauts', "kleiber: unknown command 'stauts'; did you mean status?", '  fix   kleiber --help'],
    ['xyzzy', "kleiber: unknown command 'xyzzy'", '  fix   kleiber --help'],
    ['check --jsn', "kleiber: unknown option '--jsn'; did you mean --json?", '  fix   kleiber check --help'],
    ['--nonsense', "kleiber: unknown option '--nonsense'", '  fix   kleiber --help'],
    ['show', "kleiber: missing required argument 'id'", '  fix   kleiber show --help'],
    ['show nope', 'kleiber: there is no task nope', '  fix   kleiber status'],
    ['log --task nope', 'kleiber: nothing has happened to a task nope', '  fix   kleiber status'],
    ['retry nope', 'kleiber: there is no task nope', '  fix   kleiber status'],
    ['answer nope yes', 'kleiber: there is no task nope', '  fix   kleiber status'],
    ['branch nope', 'kleiber: there is no task nope', '  fix   kleiber status'],
    ['plan --undo pnope', 'kleiber: there is no plan pnope', '  fix   kleiber status'],
    ['plan --from nope.json', 'kleiber: nope.json does not exist', '  fix   kleiber plan --from plan.json'],
    [
      'plan --budget much x',
      "kleiber: option '--budget <usd>' argument 'much' is invalid; expected dollars, such as 3 or 0.50",
      '  fix   kleiber plan --help',
    ],
    [
      'work --tier gpt',
      "kleiber: option '--tier <tier>' argument 'gpt' is invalid; expected one of haiku, sonnet, opus",
      '  fix   kleiber work --help',
    ],
    [
      'conduct -c 0',
      "kleiber: option '-c, --concurrency <n>' argument '0' is invalid; expected a whole number from 1 to 64",
      '  fix   kleiber conduct --help',
    ],
    [
      'log -n 0',
      "kleiber: option '-n, --last <n>' argument '0' is invalid; expected a whole number, 1 or more",
      '  fix   kleiber log --help',
    ],
    [
      'work',
      'kleiber: whose work is it?',
      '  Name an agent, or all of them.',
      '  fix   kleiber work --agent engineer-backend',
      '   or   kleiber work --all',
    ],
  ])('kleiber %s', async (words, ...lines) => {
    expect(await journey.kleiber(...words.split(' '))).toEqual(said(2, ...lines));
  });

  test('an agent that nobody is, with the name that was meant', async () => {
    const ended = await journey.kleiber('work', '--agent', 'engineer-backnd', '--until-idle');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(
      /^kleiber: no agent is named engineer-backnd; did you mean engineer-backend\?\n {2}Agents here: .*\n {2}fix {3}kleiber work --agent engineer-backend\n {2}help {2}kleiber help E09\n$/,
    );
  });

  test('a plan file that is none, with the first of its faults', async () => {
    journey.write({ 'plan.json': '{"tasks": [{"key": 1}]}' });
    const ended = await journey.kleiber('plan', '--from', 'plan.json');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^kleiber: plan.json is not a plan\n/);
    expect(ended.stderr).toContain('at tasks[0].key');
    expect(ended.stderr.split('\n').length).toBeLessThan(18);
  });

  test.each([
    ['init', 'fix   kleiber init --yes'],
    ['trust', 'fix   kleiber trust --yes'],
  ])('kleiber %s without a terminal asks nothing and writes nothing', async (word, fix) => {
    const [yml, status] = [journey.read('kleiber.yml'), journey.git('status', '--porcelain')];
    if (word === 'init') journey.git('rm', '-q', '--cached', '.gitattributes');
    if (word === 'init') journey.run('rm', ['.gitattributes']);
    else journey.write({ 'kleiber.yml': `${yml}lanes: { sonnet: 2 }\n` });
    const before = journey.git('status', '--porcelain');
    const ended = await journey.kleiber(word);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(fix);
    expect(journey.git('status', '--porcelain')).toBe(before);
    journey.write({ 'kleiber.yml': yml });
    journey.git('checkout', '-q', 'HEAD', '--', '.gitattributes');
    expect(journey.git('status', '--porcelain')).toBe(status);
  });
});

describe('a place that kleiber cannot work in', () => {
  let journey: Journey;
  beforeAll(async () => {
    journey = await Journey.open(small());
    journey.commit(SMALL);
  });
  afterAll(() => journey.close());

  const inside = (folder: string, ...words: string[]) =>
    journey.start(words, { cwd: join(journey.root, folder) }).ended;

  test.each(['status', 'init', 'plan x', 'conduct', 'doctor', 'trust'])('no repository: %s', async words => {
    mkdirSync(join(journey.root, 'plain'), { recursive: true });
    expect(await inside('plain', ...words.split(' '))).toEqual(
      said(
        2,
        `kleiber: ${journey.root}/plain is not inside a git repository`,
        '  fix   git init && git commit --allow-empty -m "first"',
      ),
    );
  });

  test('a bare repository', async () => {
    journey.run('git', ['clone', '-q', '--bare', journey.repository, 'bare.git'], journey.root);
    expect(await inside('bare.git', 'status')).toEqual(
      said(
        2,
        `kleiber: ${journey.root}/bare.git is a bare repository; kleiber needs a checkout`,
        '  fix   git clone it and run kleiber in the clone',
      ),
    );
  });

  test('a repository without commits can be looked at and set up, and nothing is started in it', async () => {
    journey.run('git', ['init', '-q', 'unborn'], journey.root);
    expect(await inside('unborn', 'status')).toMatchObject({ code: 0, stderr: '' });
    expect(await inside('unborn', 'init', '--yes')).toMatchObject({ code: 0, stderr: '' });
    const refusal = said(
      2,
      `kleiber: ${journey.root}/unborn has no commits yet, so there is no base to build on`,
      '  fix   git add -A && git commit -m "first"',
    );
    expect(await inside('unborn', 'plan', 'x')).toEqual(refusal);
    expect(await inside('unborn', 'conduct', '--until-idle')).toEqual(refusal);
    expect(await inside('unborn', 'work', '--all', '--until-idle')).toEqual(refusal);
    expect(await inside('unborn', 'doctor')).toMatchObject({ code: 1, stderr: '' });
  });

  test('a repository that nobody has set up says so before anything is spent', async () => {
    journey.run('git', ['clone', '-q', journey.repository, 'fresh'], journey.root);
    const ended = await inside('fresh', 'plan', 'x', '--yes');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      'kleiber: the checks could not run on the base, so nothing was planned and nothing spent\n  kleiber.yml names no checks that count\n  fix   kleiber init\n',
    );
    expect(journey.requests()).toEqual([]);
  });

  test('an address that a key must not be sent to', async () => {
    const env = { ANTHROPIC_BASE_URL: 'http://example.org' };
    await journey.must('init', '--yes');
    expect(await journey.start(['plan', 'x', '--yes'], { env }).ended).toEqual(
      said(
        2,
        'kleiber: a key is sent to HTTPS or this machine only',
        '  ANTHROPIC_BASE_URL: insecure url',
        '  fix   unset ANTHROPIC_BASE_URL',
      ),
    );
  });
});
