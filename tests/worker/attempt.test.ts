/** One attempt: what is kept when it is interrupted, refused money, or overtaken, and what is never handed in. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { type Asked, ask, inTurn, type Said, submit, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const openings = (): number =>
  new Set(house.claude.asked.map(({ request }) => JSON.stringify(request.messages[0]))).size;

/** The only transcript, as a kill would leave it: so many lines, the last one without its last bytes. */
function cutTranscript(lines: number, bytes = 0): void {
  const folder = join(house.root, 'transcripts');
  const path = join(folder, readdirSync(folder)[0] ?? '');
  const text = readFileSync(path, 'utf8').split('\n').slice(0, lines).join('\n');
  writeFileSync(path, text.slice(0, text.length - bytes));
}

test('a worktree that takes its time says so, and what it is for', async () => {
  open().task('a', writes({ 'src/backend/a.txt': 'a\n' }));
  const here = await house.start();
  await here.toTheEnd();
  expect(house.notices.filter(text => text.includes('preparing'))).toEqual([
    expect.stringMatching(/^preparing a tree to check [0-9a-f]{9} …$/),
    'a: preparing its worktree …',
    expect.stringMatching(/^preparing a tree to check [0-9a-f]{9} …$/),
  ]);
});

describe('an interruption', () => {
  test('hands back with the work saved, and the next worker goes on in the same conversation', async () => {
    open();
    const stop = new AbortController();
    house.task('a', ({ turn }): Said => {
      if (turn === 1) stop.abort();
      const calls: Said['calls'] = [['write', { path: `src/backend/${turn}.txt`, content: `${turn}\n` }]];
      return turn < 3 ? { calls } : { calls: [submit()] };
    });
    const first = await house.start();
    await first.ticks();
    await first.work({ stopping: stop.signal });
    expect(first.last('a', 'ended')).toMatchObject({ end: { reason: 'interrupted' }, strike: false });
    expect(first.holder.baton.lanes()).toEqual([]);
    first.stepDown();
    const second = await house.start();
    await second.toTheEnd();
    expect(second.board()).toEqual({ a: 'landed' });
    expect(openings()).toBe(1);
    expect(house.claude.asked.map(asked => asked.turn)).toEqual([0, 1, 2, 3]);
    expect(Object.keys(house.codeAt())).toEqual([
      'README.md',
      'src/backend/0.txt',
      'src/backend/1.txt',
      'src/backend/2.txt',
    ]);
  });

  test('by death keeps what lay in the worktree, and open calls are answered', async () => {
    open();
    house.task('a', ({ turn }): Said => {
      if (turn === 0)
        return {
          calls: [
            ['write', { path: 'src/backend/0.txt', content: '0\n' }],
            ['run', { command: 'die' }],
          ],
        };
      return { calls: [submit()] };
    });
    const first = await house.start();
    await first.ticks();
    house.commands.set('die', () => first.die());
    await expect(first.attempt()).rejects.toThrow();
    cutTranscript(4);
    const second = await house.start();
    await second.toTheEnd();
    expect(second.board()).toEqual({ a: 'landed' });
    expect(house.claude.asked.at(-1)?.heard).toContain('interrupted, not known whether it ran');
    expect(Object.keys(house.codeAt())).toEqual(['README.md', 'src/backend/0.txt']);
    expect(second.state('a').strikes).toEqual([]);
  });

  test('by death before the worktree was opened takes nothing of the task before', async () => {
    open({ files: { 'src/backend/0.txt': 'old\n' } });
    house.task('a', writes({ 'src/backend/0.txt': 'new\n' }));
    house.task('b', writes({ 'src/backend/b.txt': 'b\n' }));
    const first = await house.start();
    await first.ticks();
    await first.attempt();
    const { openWorktree } = first.worker.store;
    first.worker.store.openWorktree = () => {
      first.die();
      throw new Error('killed');
    };
    await expect(first.attempt()).rejects.toThrow();
    first.worker.store.openWorktree = openWorktree;
    const second = await house.start();
    await second.toTheEnd();
    expect(second.told('b')).toEqual([
      'created',
      'claimed',
      'ended',
      'claimed',
      'checkpoint',
      'approach',
      'submitted',
      'proven',
      'validated',
      'merge_intended',
      'landed',
    ]);
    expect(house.changedIn(second.last('b', 'submitted').commit)).toEqual(['src/backend/b.txt']);
  });

  test.each([0, 1, 2])('that tore the transcript in line %i can be gone on with', async line => {
    open().task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const first = await house.start();
    await first.ticks();
    house.claude.onTurn = () => first.die();
    await expect(first.attempt()).rejects.toThrow();
    house.claude.onTurn = () => undefined;
    cutTranscript(line + 1, 3);
    const second = await house.start();
    await second.toTheEnd();
    expect(second.board()).toEqual({ a: 'landed' });
    expect(second.state('a').attempts.map(attempt => attempt.outcome)).toEqual(['interrupted', 'submitted']);
  });
});

describe('an answer', () => {
  const asks = ({ heard }: Asked): Said => {
    const answers = heard.split('Answer to your question:').length - 1;
    if (answers < 2) return { calls: [ask(`Question ${answers + 1}?`)] };
    return heard.includes('wrote src')
      ? { calls: [submit()] }
      : { calls: [['write', { path: 'src/backend/a.txt', content: 'a' }]] };
  };
  const answer = (here: HouseProcess): void => here.says('a', { kind: 'answered', by: 'Ada', text: 'Yes.', widen: [] });

  test('that a worker died with is told by the next one, and none is told twice', async () => {
    open().task('a', asks);
    const first = await house.start();
    await first.toTheEnd();
    answer(first);
    const { openWorktree } = first.worker.store;
    first.worker.store.openWorktree = () => {
      first.die();
      throw new Error('killed');
    };
    await expect(first.attempt()).rejects.toThrow();
    first.worker.store.openWorktree = openWorktree;
    const second = await house.start();
    await second.toTheEnd();
    expect(second.last('a', 'blocked').blocker.problem).toBe('Question 2?');
    answer(second);
    house.claude.onTurn = () => second.die();
    await expect(second.attempt()).rejects.toThrow();
    house.claude.onTurn = () => undefined;
    const third = await house.start();
    await third.toTheEnd();
    expect(third.board()).toEqual({ a: 'landed' });
    expect(house.claude.asked.at(-1)?.heard.split('Answer to your question:')).toHaveLength(3);
  });
});

describe('a claim that is lost', () => {
  const overtaken = (by: () => void) => {
    const script = writes({ 'src/backend/a.txt': 'a\n' });
    return async (asked: Asked): Promise<Said> => {
      if (asked.turn === 1) by();
      return await script(asked);
    };
  };

  test('hands nothing in, and keeps the work to be read', async () => {
    open();
    house.task(
      'a',
      overtaken(() => here.says('a', { kind: 'cancelled', by: 'Ada', reason: 'not needed' })),
    );
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    expect(here.told('a')).toEqual(['created', 'claimed', 'checkpoint', 'approach', 'cancelled']);
    expect(house.store('show', 'refs/kleiber/late/a/a1:src/backend/a.txt')).toBe('a');
    expect(house.lastNotice).toBe(
      "a: somebody else has moved it on; this one's work is kept as refs/kleiber/late/a/a1",
    );
    await here.toTheEnd();
    expect([here.board(), house.landings(), here.holder.baton.lanes()]).toEqual([{ a: 'cancelled' }, [], []]);
  });

  test('and is claimed again keeps the lane of the new attempt', async () => {
    open({ config: { lanes: { sonnet: 1 } } });
    house.task(
      'a',
      overtaken(() => here.says('a', { kind: 'cancelled', by: 'Ada', reason: 'not yet' })),
    );
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    here.says('a', { kind: 'requeued', by: 'Ada', reason: 'now' });
    house.retell('a', writes({ 'src/backend/a.txt': 'again\n' }));
    await here.toTheEnd();
    expect([here.board(), here.holder.baton.lanes()]).toEqual([{ a: 'landed' }, []]);
  });
});

describe('money', () => {
  test('that is refused parks the task with work and conversation, and retry goes on there', async () => {
    open();
    const script = ({ turn }: Asked): Said =>
      turn < 8
        ? { calls: [['write', { path: `src/backend/${turn}.txt`, content: `${turn}\n` }]] }
        : { calls: [submit()] };
    house.task('a', script, { budget_usd: 0.14 });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked' });
    expect(here.last('a', 'blocked')).toMatchObject({ blocker: { type: 'budget' }, resumable: true });
    const spent = here.ledger.rows().reduce((sum, row) => sum + (row.settled ?? 0), 0);
    expect(spent).toBeLessThanOrEqual(140_000_000);
    const paid = house.claude.asked.length;
    expect(paid).toBeGreaterThan(1);
    house.task('a', script, { budget_usd: 2 });
    here.says('a', { kind: 'requeued', by: 'Ada', reason: 'there is more money now' });
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
    expect(openings()).toBe(1);
    expect(house.claude.asked.map(asked => asked.turn)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('spent by attempts that failed is part of what the landing cost', async () => {
    open();
    house.task(
      'a',
      inTurn(() => ({ calls: [submit('nothing')] }), writes({ 'src/backend/a.txt': 'a\n' })),
    );
    const here = await house.start();
    await here.toTheEnd();
    const cost = house.store(
      'show',
      '-s',
      '--format=%(trailers:key=Kleiber-Cost-USD,valueonly)',
      here.last('a', 'landed').commit,
    );
    expect(cost).toBe('0.021');
  });
});

describe('a task that fails again and again', () => {
  test('waits for a person after as many attempts as the project allows', async () => {
    open({ config: { limits: { attempts: 2 } } });
    house.task('a', () => ({ calls: [submit('nothing')] }));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked' });
    expect(here.last('a', 'blocked').blocker.problem).toBe('it has used its 2 attempts');
    expect(house.claude.asked).toHaveLength(2);
  });
});

test('a worktree is used again by the next task, and its folder holds nothing of the one before', async () => {
  open();
  house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
  house.task('b', writes({ 'src/backend/b.txt': 'b\n' }));
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  expect([here.last('a', 'claimed').worktree, here.last('b', 'claimed').worktree]).toEqual([
    'engineer-backend',
    'engineer-backend',
  ]);
  expect(existsSync(join(house.root, 'worktrees/engineer-backend/src/backend/a.txt'))).toBe(false);
});
