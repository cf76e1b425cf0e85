/** The record: written by kleiber in commits of its own, never over what a person is typing, and read for what a person typed. */
import { afterEach, describe, expect, test } from 'vitest';
import { blockedPath, donePath, isRecordPath, startedPath, taskPath } from '../../src/domain/record-paths.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { type Asked, ask, type Said, submit, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { blocked, requeued } from '../support/policy-values.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const AGENT = 'engineer-backend';
const isRecordCommit = (subject: string): boolean => subject.startsWith('record: ');

const isDelivered = (): boolean => house.git('rev-parse', 'main') === house.integration();

describe('record commits', () => {
  test('touch record paths only, and merges touch none', async () => {
    open().task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
    house.task('shout', writes({ 'src/backend/shout.txt': 'HELLO\n' }), { depends_on: ['greet'] });
    await (await house.start()).toTheEnd();
    const commits = house.store('rev-list', '--first-parent', '--format=%H %s', house.integration());
    const changes = commits
      .split('\n')
      .filter(line => !line.startsWith('commit '))
      .slice(0, -1)
      .map(line => {
        const [commit = '', ...subject] = line.split(' ');
        return { subject: subject.join(' '), record: house.changedIn(commit).map(isRecordPath) };
      });
    expect(changes.length).toBeGreaterThan(4);
    for (const { subject, record } of changes)
      expect({ subject, record: [...new Set(record)] }).toEqual({ subject, record: [isRecordCommit(subject)] });
  });

  test('are one a tick, and with news in every tick work lands all the same', async () => {
    open();
    for (const id of ['a', 'b', 'c']) house.task(id, writes({ [`src/backend/${id}.txt`]: id }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.attempt();
    const { target } = here.state('a');
    here.says('c', { kind: 'created', target, agent: AGENT, file: taskPath(AGENT, 'c'), fileHash: '', plan: null });
    const counts: number[] = [];
    for (let tick = 0; tick < 10 && here.board().b !== 'landed'; tick++) {
      here.says('c', here.board().c === 'blocked' ? requeued() : blocked(0, { resumable: false }));
      const before = house.history().filter(isRecordCommit).length;
      await here.tick();
      counts.push(house.history().filter(isRecordCommit).length - before);
    }
    expect([...new Set(counts)]).toEqual([1]);
    expect(house.landings()).toEqual(['a', 'b']);
    expect(house.history().filter(isRecordCommit)[0]).toBe('record: 3 tasks');
  });

  test('give every session one row of the log', async () => {
    open();
    for (const id of ['a', 'b']) house.task(id, writes({ [`src/backend/${id}.txt`]: id }));
    await (await house.start()).toTheEnd();
    const rows = (house.read('orchestration_log.md') ?? '').split('\n').filter(line => line.startsWith('| 20'));
    expect(rows.map(row => row.split(' | ').slice(1))).toEqual([
      [AGENT, 'a', 'sonnet', '4000', '600', '$0.014 |'],
      [AGENT, 'b', 'sonnet', '4000', '600', '$0.014 |'],
    ]);
  });
});

describe('a person who types', () => {
  test('into a record file is never overwritten: delivery waits and names the file', async () => {
    open().task('a', writes({ 'src/backend/a.txt': 'a' }));
    const here = await house.start();
    await here.toTheEnd();
    const typed = `${house.read('orchestration_log.md')}\nA note of mine.\n`;
    house.write({ 'orchestration_log.md': typed });
    house.task('b', writes({ 'src/backend/b.txt': 'b' }));
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed', b: 'landed' });
    expect(house.read('orchestration_log.md')).toBe(typed);
    expect(isDelivered()).toBe(false);
    expect(house.lastNotice).toBe(
      'landed work waits for your own changes to orchestration_log.md; commit or stash them, nothing of yours was touched',
    );
    house.git('checkout', '-q', '--', 'orchestration_log.md');
    await here.ticks();
    expect(isDelivered()).toBe(true);
  });

  test('changes a task while it runs, and that text is what is recorded', async () => {
    open().task('a', async asked => {
      const text = house.read(taskPath(AGENT, 'a')) ?? '';
      if (asked.turn === 0) house.write({ [taskPath(AGENT, 'a')]: text.replace('its items.', 'all its items.') });
      return await writes({ 'src/backend/a.txt': 'a' })(asked);
    });
    const here = await house.start();
    await here.toTheEnd();
    expect(house.read(taskPath(AGENT, 'a'))).toContain('keeps all its items.');
    expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
  });
});

describe('an answer typed into a blocked file', () => {
  const asks =
    (question: string, options: readonly string[] = []) =>
    (asked: Asked): Said => {
      if (asked.turn === 0) return { text: 'I have a question.', calls: [ask(question, options)] };
      const answer = /Answer to your question:[\s\S]*?~~~text\\n(.*?)\\n~~~/.exec(asked.heard)?.[1] ?? 'none';
      return asked.turn === 1
        ? { calls: [['write', { path: 'src/backend/a.txt', content: answer }]] }
        : { calls: [submit()] };
    };
  const type = (text: string): void => {
    const path = blockedPath(AGENT, 'a');
    house.write({ [path]: `${house.read(path)}${text}\n` });
  };
  const waiting = async (): Promise<HouseProcess> => {
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked' });
    return here;
  };

  test('goes on in the same conversation, lands, and leaves no file behind', async () => {
    open().task('a', asks('Which currency?'));
    const here = await waiting();
    type('Euro, with two decimals.');
    await here.toTheEnd();
    expect(here.last('a', 'answered')).toEqual({
      kind: 'answered',
      by: 'Ada',
      text: 'Euro, with two decimals.',
      widen: [],
    });
    expect(house.read('src/backend/a.txt')).toBe('Euro, with two decimals.');
    expect(new Set(house.claude.asked.map(asked => JSON.stringify(asked.request.messages[0]))).size).toBe(1);
    expect(house.read(blockedPath(AGENT, 'a'))).toBeNull();
    expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
  });

  test('may be the number of an option', async () => {
    open().task('a', asks('Which currency?', ['Euro', 'Yen']));
    const here = await waiting();
    type('2');
    await here.toTheEnd();
    expect(house.read('src/backend/a.txt')).toBe('Yen');
    expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
  });

  test('is kept where a person has gone on typing after it was taken', async () => {
    open().task('a', asks('Which currency?'));
    const here = await waiting();
    type('Euro.');
    await here.tick();
    house.write({ [blockedPath(AGENT, 'a')]: `${house.read(blockedPath(AGENT, 'a')) ?? ''}No, wait: Yen.\n` });
    await here.toTheEnd();
    expect(house.read(blockedPath(AGENT, 'a'))).toContain('No, wait: Yen.');
    expect(house.notices.filter(text => text.includes(blockedPath(AGENT, 'a')))).toHaveLength(1);
  });

  test('on work that waits for a person sends it back, and the word approve does nothing', async () => {
    open().task('a', writes({ 'src/backend/a.txt': 'a' }), { risk: ['payment'] });
    const here = await waiting();
    const waits = house.read(blockedPath(AGENT, 'a')) ?? '';
    house.write({ [blockedPath(AGENT, 'a')]: `${waits}approve\n` });
    await here.ticks();
    house.write({ [blockedPath(AGENT, 'a')]: `${waits}1\n` });
    await here.ticks();
    expect([here.board(), house.landings()]).toEqual([{ a: 'blocked' }, []]);
    house.write({ [blockedPath(AGENT, 'a')]: `${waits}Round up, never down.\n` });
    await here.ticks();
    expect(here.last('a', 'answered').text).toBe('Round up, never down.');
    expect(here.board()).toEqual({ a: 'ready' });
  });
});

describe('a task file that is deleted while its task runs', () => {
  const deletes =
    (first: () => Promise<void>) =>
    async (asked: Asked): Promise<Said> => {
      if (asked.turn === 0) {
        await first();
        house.remove(taskPath(AGENT, 'a'));
      }
      return await writes({ 'src/backend/a.txt': 'a' })(asked);
    };

  test('is judged and landed by the text that was recorded', async () => {
    open().task(
      'a',
      deletes(() => here.ticks()),
    );
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
    expect(house.read('src/backend/a.txt')).toBe('a');
    expect(house.read(taskPath(AGENT, 'a'))).toBeNull();
    expect(isDelivered()).toBe(true);
  });

  test('before anybody recorded it waits for a person, and lands when it is put back', async () => {
    open().task(
      'a',
      deletes(() => Promise.resolve()),
    );
    const text = house.read(taskPath(AGENT, 'a')) ?? '';
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked' });
    expect(here.last('a', 'blocked').blocker).toEqual({
      type: 'technical',
      problem: `The file of this task is gone or faulty (${taskPath(AGENT, 'a')}), so nobody can tell what its work must be.`,
      tried: [],
      need: 'Put the file back, then retry the task.',
      options: [],
    });
    house.write({ [taskPath(AGENT, 'a')]: text });
    here.says('a', { kind: 'requeued', by: 'Ada', reason: 'the file is back' });
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
  });
});

test('the record of landed work survives the loss of the log', async () => {
  open().task('a', writes({ 'src/backend/a.txt': 'a' }));
  const before = await house.start();
  await before.toTheEnd();
  before.die();
  const done = house.read(donePath(AGENT, 'a'));
  house.loseLog();
  house.task('b', writes({ 'src/backend/b.txt': 'b' }), { depends_on: ['a'] });
  const here = await house.start();
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'landed', b: 'landed' });
  expect(house.read(donePath(AGENT, 'a'))).toBe(done);
  expect(house.read(startedPath(AGENT, 'a'))).not.toBeNull();
  expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
});
