/** Keys on the whole road, from the stream of a model that prints them to every file that is written: none of them arrives. */
import '../support/journey-patience.ts';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { REDACTED } from '../../src/agent/redact.ts';
import { blockedPath, donePath, startedPath } from '../../src/domain/record-paths.ts';
import type { ScriptedBlock } from '../../src/rehearsal/compose-reply.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { ApiHouse, KEY } from '../api/api-house.ts';
import { call, say, type Turn, write } from '../support/journey-models.ts';
import { KEY_FORMATS } from './key-formats.ts';

let day: ApiHouse;
afterEach(() => day.close());

const AGENT = 'engineer-backend';
const TOLD = KEY_FORMATS.map(([, key]) => key);
/** Longer than a piece of the stream, so that every key comes in at least two events. */
const ALL = TOLD.join('\n');

/** The files below a folder that hold this text, in the clear or inside a git object. */
function holding(text: string, folder: string): string[] {
  const found = spawnSync('grep', ['-rlF', '-e', text, folder], { encoding: 'utf8' }).stdout;
  return found.split('\n').filter(path => path !== '');
}

/** Everything that git keeps, unpacked. */
const objectsOf = (gitDir: string): string =>
  spawnSync('git', ['--git-dir', gitDir, 'cat-file', '--batch', '--batch-all-objects', '--unordered'], {
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
  }).stdout;

function expectNowhere(secrets: readonly string[]): void {
  const { root, user } = day.house;
  const objects = objectsOf(join(user, '.git')) + objectsOf(join(user, '.git/kleiber/store.git'));
  // A line of a key of several lines is as bad as the whole.
  const lines = secrets.flatMap(secret => secret.split('\n')).filter(line => !line.startsWith('-----'));
  expect(lines.filter(line => objects.includes(line))).toEqual([]);
  expect(lines.flatMap(line => holding(line, root))).toEqual([]);
  expect(lines.filter(line => day.house.notices.join('\n').includes(line))).toEqual([]);
}

const submitAll = (): ScriptedBlock =>
  call('submit', { summary: `Found these:\n${ALL}`, tests_added: [`with ${TOLD[0]}`], decisions: [`use ${TOLD[3]}`] });

describe('a model that prints every key it has found', () => {
  test('in words, in a file, in a command, and when it hands in: each is taken out before it is written or sent back, and no such call is run', async () => {
    const turns: readonly Turn[] = [
      [
        { type: 'thinking', thinking: `I think of ${ALL}` },
        say(`I found ${ALL}`),
        write('src/backend/keys.txt', `${ALL}\n`),
      ],
      [call('run', { command: `echo '${ALL}'` }), call('read', { path: `src/${TOLD[3]}` })],
      [submitAll()],
      [write('src/backend/a.txt', 'a\n'), call('submit', { summary: 'done', tests_added: [], decisions: [] })],
    ];
    day = await ApiHouse.open({ a: turns });
    const here = await day.start();
    await here.toTheEnd();
    expect(day.refusals()).toEqual([]);
    expect(day.house.read(startedPath(AGENT, 'a'))).toContain(REDACTED);
    expect(day.house.read(donePath(AGENT, 'a'))).not.toBe(null);
    expect(Object.keys(day.house.codeAt())).toEqual(['README.md', 'src/backend/a.txt']);
    expectNowhere([...TOLD, KEY]);
    const sentBack = JSON.stringify(day.server.exchanges().map(({ body }) => body));
    expect(TOLD.filter(key => sentBack.includes(JSON.stringify(key).slice(1, -1)))).toEqual([]);
  });

  test('when it asks a question', async () => {
    const question = {
      type: 'technical',
      problem: `What is ${ALL}?`,
      tried: [`${TOLD[4]}`],
      need: `${TOLD[5]}`,
      options: [`${TOLD[6]}`],
    };
    const plainly = { ...question, problem: 'What is it?', tried: [], need: 'It.', options: [] };
    day = await ApiHouse.open({ a: [[say(`I ask ${ALL}`), call('block', question)], [call('block', plainly)]] });
    const here = await day.start();
    await here.toTheEnd();
    expect(day.house.read(blockedPath(AGENT, 'a'))).toContain('What is it?');
    expectNowhere(TOLD);
  });
});

test('a key in the project’s instructions is not sent', async () => {
  day = await ApiHouse.open({ a: [[submitAll()]] });
  const here = await day.start();
  here.worker.studio.instructions = `Use ${ALL}.`;
  await here.attempt();
  expect(JSON.stringify(day.server.exchanges()[0]?.body)).toContain(`Use ${REDACTED}`);
  expectNowhere(TOLD);
});

test('a reply without a secret goes back byte for byte, thinking included', async () => {
  const turns: readonly Turn[] = [
    [{ type: 'thinking', thinking: 'Let me see.' }, say('I look.'), call('list', { path: '.' })],
    [submitAll()],
  ];
  day = await ApiHouse.open({ a: turns });
  const here = await day.start();
  await here.attempt();
  const [first, second] = day.server.exchanges();
  const sent = second?.body as MessagesRequest | undefined; // the server has checked it
  expect(sent?.messages[1]?.content).toEqual(first?.reply?.content);
});

test('the key of this process is in no error that the API sends back with it', async () => {
  const echo = { kind: 'status', status: 400, type: 'invalid_request_error', message: `bad key ${KEY}` } as const;
  day = await ApiHouse.open({ a: [[submitAll()]] }, { faults: [echo] });
  const here = await day.start();
  await here.attempt();
  expect(here.last('a', 'ended').end).toEqual({
    reason: 'model_unavailable',
    detail: 'the API rejected the request: 400: bad key [key]',
  });
  expectNowhere([KEY]);
});
