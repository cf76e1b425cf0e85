/** Runs that cannot go on: each says why and what helps, exits with its own code, loses nothing, and goes on once it is mended. */
import '../support/journey-patience.ts';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { expectAllLanded, landingsOf, statusOf } from '../support/journey-checks.ts';
import { call, say, type Turn } from '../support/journey-models.ts';
import type { Ended, Journey, StartOptions } from '../support/journey-rig.ts';
import { MORE, openSmall, small, TITLE } from '../support/journey-small.ts';

let journey: Journey;
afterEach(() => journey.close());

const conduct = (options: StartOptions = {}): Promise<Ended> =>
  journey.start(['conduct', '--until-idle'], options).ended;

/** The same run again, and now it ends well. */
async function expectLandedNow(attempts: number): Promise<void> {
  expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1, blocked 0, waiting 0, ready 0\n');
  const { tasks } = await expectAllLanded(journey, [TITLE]);
  expect(tasks.map(task => task.attempts)).toEqual([attempts]);
}

describe('a run stops', () => {
  test('without a key, with exit code 4, before it does anything', async () => {
    journey = await openSmall();
    expect(await conduct({ env: { ANTHROPIC_API_KEY: undefined } })).toEqual({
      code: 4,
      stdout: '',
      stderr: [
        'kleiber: no API key, so no model can be called',
        '  ANTHROPIC_API_KEY is not set.',
        '  fix   export ANTHROPIC_API_KEY=…',
        '   or   kleiber rehearse   (needs no key)',
        '  help  kleiber help E01',
        '',
      ].join('\n'),
    });
    await expectLandedNow(1);
  });

  test('with a key that the API refuses, with exit code 4, and the attempt is no strike', async () => {
    journey = await openSmall();
    const { code, stdout, stderr } = await conduct({ env: { ANTHROPIC_API_KEY: 'sk-ant-wrong-000000' } });
    expect(code).toBe(4);
    expect(stdout).toContain('landed 0 of 1, blocked 0, waiting 0, ready 1\n');
    expect(stderr).toBe(
      'kleiber: the API refused the key\n  401: invalid credential\n  fix   export ANTHROPIC_API_KEY=…\n   or   kleiber doctor\n  help  kleiber help E01\n',
    );
    expect((await statusOf(journey)).today.spent_usd).toBe('0.00');
    expect(await journey.must('show', 'more')).toContain('  attempts 1, strikes 0, cost $0.00\n');
    expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1');
    expect(landingsOf(journey).map(({ attempt }) => attempt)).toEqual(['2']);
  });

  test('with a model that the API does not know, with exit code 2', async () => {
    journey = await openSmall();
    const good = journey.read('kleiber.yml');
    const prices =
      'prices: [{ model: claude-none, from: 2026-01-01, input: 3, output: 15, cache_read: 0.3, cache_write_5m: 3.75, cache_write_1h: 6 }]';
    journey.write({ 'kleiber.yml': `${good}models: { sonnet: claude-none }\n${prices}\n` });
    await journey.must('trust', '--yes');
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      2,
      'kleiber: the API knows no model claude-none\n  fix   change models: in kleiber.yml\n   or   kleiber doctor\n',
    ]);
    journey.write({ 'kleiber.yml': good });
    await journey.must('trust', '--yes');
    expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1');
  });

  test('where the API cannot be reached, with exit code 3, and goes on in the same conversation', async () => {
    journey = await openSmall();
    const { code, stderr } = await conduct({ env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^(?:more waits: connection failed\n){3}kleiber: the API cannot be reached; work and conv/);
    expect(stderr).toMatch(/\n {2}fix {3}kleiber doctor\n$/);
    await expectLandedNow(2);
  });

  test('on a base whose checks are red, with exit code 1, before anything is paid', async () => {
    journey = await openSmall(small(), { files: { 'check.sh': 'echo lib/base.sh is broken; exit 1\n' } });
    const { code, stdout, stderr } = await conduct();
    expect(code).toBe(1);
    expect(stdout).toContain('the checks are red on the base\n');
    expect(stderr).toContain('\nlib/base.sh is broken\n');
    expect(stderr).toMatch(
      /\nkleiber: nothing new was started: the checks are not green on the base\n {2}fix {3}mend it and commit, then: kleiber conduct\n$/,
    );
    const planned = await journey.kleiber('plan', 'x', '--yes');
    expect([planned.code, planned.stdout]).toEqual([1, '']);
    expect(planned.stderr).toContain(
      'kleiber: the checks are red on the base, so nothing was planned and nothing spent\n',
    );
    expect(journey.requests()).toEqual([]);
    journey.write({ 'check.sh': 'test -e lib/base.sh\n' });
    journey.git('commit', '-qm', 'mended', 'check.sh');
    await expectLandedNow(1);
  });

  test('where kleiber.yml names no checks, with exit code 1', async () => {
    journey = await openSmall();
    const yml = journey.read('kleiber.yml').replace(/^checks:\n(?: .*\n)+/m, '');
    journey.write({ 'kleiber.yml': yml });
    await journey.must('trust', '--yes');
    const { code, stderr } = await conduct();
    expect(code).toBe(1);
    expect(stderr).toContain(
      'before any work, so nothing is started:\nkleiber.yml names no checks; add them under checks:\n',
    );
    expect(journey.requests()).toEqual([]);
  });

  test('on a detached HEAD, with exit code 2, until there is a branch again', async () => {
    journey = await openSmall();
    journey.git('checkout', '-q', '--detach');
    const refusal = 'kleiber: HEAD is detached, so there is no branch to land on\n  fix   git switch -c my-feature\n';
    expect((await journey.kleiber('plan', 'x')).stderr).toBe(refusal);
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      2,
      `more is not started: the checkout is on no branch, so there is nowhere to land it\n${refusal}`,
    ]);
    expect(await journey.must('status')).toMatch(/^1 task · HEAD is detached · /);
    journey.git('checkout', '-q', 'main');
    await expectLandedNow(1);
  });

  test('without a working sandbox, with exit code 2, and nothing is run', async () => {
    journey = await openSmall();
    const broken = join(journey.root, 'bin');
    mkdirSync(broken);
    writeFileSync(join(broken, 'bwrap'), '#!/bin/sh\necho no namespaces here >&2\nexit 1\n');
    chmodSync(join(broken, 'bwrap'), 0o755);
    const PATH = [broken, journey.environment.PATH].join(delimiter);
    expect(await conduct({ env: { PATH } })).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'kleiber: the sandbox does not work here',
        '  no namespaces here',
        '  fix   apt-get install bubblewrap',
        '   or   kleiber … --no-sandbox   (commands then run with your rights)',
        '',
      ].join('\n'),
    });
    expect(journey.requests()).toEqual([]);
  });

  test('at a question, with exit code 3, and goes on in the same conversation with the answer', async () => {
    const question = {
      type: 'unclear_requirements',
      problem: 'More of what?',
      need: 'Which kind of more?',
      options: ['a', 'b'],
    };
    const turns: Turn[] = [[say('I will ask first.'), call('block', question)], ...MORE.slice(1)];
    journey = await openSmall(small(turns));
    const { code, stdout, stderr } = await conduct();
    expect(code).toBe(3);
    expect(stdout).toMatch(/ \? more +blocked \(unclear_requirements\): More of what\? Which kind of more\?\n/);
    expect(stderr).toBe('something needs you: kleiber status\n');
    expect((await journey.kleiber('status', '--exit-code')).code).toBe(3);
    expect((await journey.kleiber('answer', 'more')).code).toBe(2);
    await journey.must('answer', 'more', '2');
    await expectLandedNow(2);
    const [asked, answered] = journey.requests();
    expect(answered?.messages.slice(0, asked?.messages.length)).toEqual(asked?.messages);
    expect(JSON.stringify(answered?.messages.at(-1))).toContain('Answer to your question:');
  });
});
