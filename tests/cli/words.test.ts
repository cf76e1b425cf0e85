/** What holds for every command: JSON also when it refuses, no questions where nobody answers, and help on all that has no command. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { topicText } from '../../src/cli/help-topics.ts';
import { runProgram } from '../../src/cli/program.ts';
import { taskStream } from '../../src/domain/event.ts';
import { KNOWN_ERRORS } from '../../src/report/errors.ts';
import { MoneyShop, type Said } from '../support/money-shop.ts';
import { blocked, claimed, created, submitted } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

const documents = ({ out }: Said): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

describe('a refusal with --json', () => {
  test('is one document with its reason, beside the words for people', async () => {
    const said = await shop.run('show', 'nope', '--json');
    expect(documents(said)).toEqual([
      {
        schemaVersion: 1,
        kind: 'error',
        reason: 'no_such_task',
        code: null,
        exit_code: 2,
        what: 'there is no task nope',
        where: [],
        fix: ['kleiber status'],
      },
    ]);
    expect([said.code, said.error]).toEqual([2, 'kleiber: there is no task nope\n  fix   kleiber status\n']);
  });

  test.each<[words: string[], reason: string, code: string | null]>([
    [['check', '--json', '--nonsense'], 'wrong_use', null],
    [['conduct', '--once', '--no-sandbox', '--json'], 'no_key', 'E01'],
    [['work', '--agent', 'nobody', '--json'], 'no_such_agent', 'E09'],
    [['plan', 'coupons please', '--json'], 'no_terminal', null],
    [['plan', '--from', 'plan.json', '--json', '--yes'], 'faulty_plan', 'E03'],
  ])('%j says %s', async (words, reason, code) => {
    shop.write('plan.json', '{"tasks":[]}');
    const [told, ...more] = documents(await shop.run(...words));
    expect([told, more]).toMatchObject([{ kind: 'error', reason, code }, []]);
  });

  test('of a kleiber.yml that is broken too', async () => {
    shop.configure('chekcs: []\n', false);
    const [told] = documents(await shop.run('status', '--json'));
    expect(told).toMatchObject({ reason: 'broken_files', code: 'E02', exit_code: 2 });
  });

  test('follows no other document', async () => {
    shop.configure('chekcs: []\n', false);
    shop.write('kleiber.yml', '');
    const said = await shop.run('check', '--json');
    expect(documents(said)).toMatchObject([{ kind: 'check' }]);
  });
});

describe('kleiber status --json with fields', () => {
  beforeEach(() => {
    shop.task('basket');
    shop.happen(taskStream('basket'), created(), claimed(1), submitted(1));
  });

  test.each([['id,state'], ['id, state']])('%j of each task', async fields => {
    expect(documents(await shop.run('status', '--json', fields))).toEqual([
      { schemaVersion: 1, kind: 'status', tasks: [{ id: 'basket', state: 'submitted' }] },
    ]);
  });

  test('one that is none lists those that are', async () => {
    const { code, error } = await shop.run('status', '--json', 'id,cost');
    expect(code).toBe(2);
    expect(error).toMatch(
      /^kleiber: no field is named cost; did you mean cost_usd\?\n {2}A task has: id, agent, .*cost_usd, .*\n {2}fix {3}kleiber status --json id,agent\n$/,
    );
  });

  test('every field that is listed is there without any asked for', async () => {
    const [whole] = documents(await shop.run('status', '--json'));
    const { tasks } = whole as { tasks: Record<string, unknown>[] };
    const { error } = await shop.run('status', '--json', 'nonsense-of-a-name');
    expect(error).toContain(`A task has: ${Object.keys(tasks[0] ?? {}).join(', ')}\n`);
  });
});

test('--no-input asks nobody, and a word after -- is no flag', async () => {
  const blocker = { type: 'technical' as const, problem: 'how?', tried: [], need: 'how?', options: [] };
  shop.task('basket');
  shop.happen(taskStream('basket'), created(), claimed(1), blocked(1, { blocker }));
  shop.hasTerminal = true;
  delete shop.environment.KLEIBER_NO_INPUT;
  expect(await shop.run('answer', 'basket', '--no-input')).toMatchObject({ code: 2, out: '' });
  expect(await shop.run('answer', '--', 'basket', '--no-input')).toMatchObject({ code: 0 });
  expect(shop.log(taskStream('basket')).at(-1)?.event).toMatchObject({ kind: 'answered', text: '--no-input' });
});

test('state never goes into a checkout because a variable is empty or relative', async () => {
  const { places } = shop;
  Object.assign(shop.environment, { KLEIBER_HOME: '', XDG_STATE_HOME: 'state' });
  expect(shop.places).toEqual(places);
});

test('kleiber log --follow prints what happened and then what happens, until it is stopped', async () => {
  shop.happen(taskStream('basket'), created());
  const stop = new AbortController();
  const said: Said = { code: -1, out: '', error: '' };
  const context = { ...shop.context(said), stopping: stop.signal };
  const following = runProgram(['log', '--follow', '--json', '--task', 'basket'], context);
  while (said.out === '') await new Promise(resolve => setImmediate(resolve));
  shop.happen(taskStream('other'), created());
  shop.happen(taskStream('basket'), claimed(1));
  stop.abort();
  expect(await following).toBe(0);
  expect(documents(said).map(({ seq, event }) => [seq, (event as { kind: string }).kind])).toEqual([
    [1, 'created'],
    [2, 'claimed'],
  ]);
});

describe('kleiber help', () => {
  const sources = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => readFileSync(join(folder, name), 'utf8'));

  test('environment names every variable that is read', () => {
    const text = topicText('environment') ?? '';
    const read = sources(join(import.meta.dirname, '../../src')).flatMap(source =>
      [...source.matchAll(/\b(?:ANTHROPIC|KLEIBER)_[A-Z_]+\b/g)].map(([name]) => name),
    );
    expect([...new Set(read)].filter(name => !text.includes(name))).toEqual([]);
  });

  test('errors lists every code, and each has its page, by code and by reason', () => {
    const list = topicText('errors') ?? '';
    const codes = Object.values(KNOWN_ERRORS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const [reason, { code, help }] of Object.entries(KNOWN_ERRORS)) {
      expect(list).toContain(`  ${code}  `);
      expect([topicText(code), topicText(code.toLowerCase()), topicText(reason)]).toEqual(
        Array(3).fill(`${code}  ${reason.replaceAll('_', ' ')}\n\n${help}\n`),
      );
    }
  });

  test.each(['nope', 'E99', 'constructor', ''])('%j is no topic', word => {
    expect(topicText(word)).toBe(null);
  });
});
