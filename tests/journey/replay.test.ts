/** What an attempt said and did is played again: here from its transcript, elsewhere from a file, and never with a model. */
import '../support/journey-patience.ts';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MODELS } from '../../src/rehearsal/model-table.ts';
import type { Ended, Journey } from '../support/journey-rig.ts';
import { openSmall } from '../support/journey-small.ts';

const SONNET = MODELS.find(({ id }) => id.includes('sonnet'))?.id ?? 'no sonnet';

let journey: Journey;
let cassette = '';
let said: Ended;

beforeAll(async () => {
  journey = await openSmall();
  cassette = join(journey.root, 'night.ndjson');
  said = await journey.kleiber('conduct', '--until-idle', '--record', cassette);
});
afterAll(() => journey.close());

const WITHOUT = { env: { ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined } };
const replay = (cwd: string, ...words: string[]): Promise<Ended> =>
  journey.start(['replay', ...words], { ...WITHOUT, cwd }).ended;

describe('a recorded attempt', () => {
  test('is told of at the end of the run', () => {
    expect([said.code, said.stderr]).toEqual([
      0,
      expect.stringContaining(`recorded 1 attempt: kleiber replay ${cassette}`),
    ]);
  });

  test('goes as it went, with no key, no request, and nothing changed', async () => {
    const before = [journey.requests().length, journey.git('rev-parse', 'HEAD'), journey.git('status', '--porcelain')];
    expect(await replay(journey.repository, 'more')).toEqual({
      code: 0,
      stdout: `more, attempt 1: 3 turns of ${SONNET}, as it was\n`,
      stderr: 'playing attempt 1 of more …\n',
    });
    const after = [journey.requests().length, journey.git('rev-parse', 'HEAD'), journey.git('status', '--porcelain')];
    expect(after).toEqual(before);
  });

  test('goes as it went in a clone too, from its file', async () => {
    const clone = join(journey.root, 'clone');
    execFileSync('git', ['clone', '-q', journey.repository, clone], { env: journey.environment });
    expect(await replay(clone, cassette, '--json')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ schemaVersion: 1, kind: 'replay', attempts: [{ task: 'more', attempt: 1, agent: 'engineer-backend', model: SONNET, turns: 3, divergence: null }] })}\n`,
    });
  });

  test('is said to part where a result is another one', async () => {
    const other = join(journey.root, 'other.ndjson');
    const text = readFileSync(cassette, 'utf8');
    writeFileSync(other, text.replace('exit code 0', 'exit code 7'));
    expect(await replay(journey.repository, other)).toEqual({
      code: 1,
      stdout:
        'more, attempt 1: parts after reply 2, at the result of run {"command":"make test"}\n  recorded  exit code 7\n  now       exit code 0\n',
      stderr: 'playing attempt 1 of more …\n',
    });
  });

  test('is said to part before its first reply when its agent is told something else today', async () => {
    journey.write({ 'CLAUDE.md': 'Prices are in cents.\n' });
    const { code, stdout } = await replay(journey.repository, 'more');
    expect([code, stdout.split('\n')[0]]).toEqual([
      1,
      'more, attempt 1: parts before its first reply, at the system prompt',
    ]);
    journey.run('rm', ['CLAUDE.md']);
  });
});

describe('what cannot be played is named', () => {
  test.each<[string, string[], number, RegExp]>([
    ['an attempt that never was', ['more', '--attempt', '2'], 1, /^kleiber: no attempt 2 of more has been recorded\n/],
    ['a task that is not there', ['mroe'], 2, /^kleiber: there is no task mroe; did you mean more\?\n/],
    ['a file that is no record', ['Makefile'], 2, /^kleiber: \S+Makefile:1: this is no cassette of format 1/],
  ])('%s', async (_what, words, code, error) => {
    expect(await replay(journey.repository, ...words)).toEqual({
      code,
      stdout: '',
      stderr: expect.stringMatching(error),
    });
  });

  test('an attempt that began at a commit of another repository', async () => {
    const strange = join(journey.root, 'strange');
    const env = journey.environment;
    execFileSync('git', ['init', '-q', strange], { env });
    execFileSync('git', ['-C', strange, 'commit', '-q', '--allow-empty', '-m', 'first'], { env });
    const { code, stderr } = await replay(strange, cassette);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/attempt 1 of more began at [0-9a-f]{9}, which is not on this branch\n/),
    ]);
  });

  test('and a file that is there already is no place for a record', async () => {
    const before = readFileSync(cassette, 'utf8');
    const { code, stderr } = await journey.kleiber('work', '--all', '--once', '--record', cassette);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is there already, and no record is written over\n/)]);
    expect(readFileSync(cassette, 'utf8')).toBe(before);
    const nowhere = join(journey.root, 'nowhere/night.ndjson');
    expect(await journey.kleiber('conduct', '--record', nowhere)).toMatchObject({ code: 2 });
    expect(existsSync(nowhere)).toBe(false);
  });
});
