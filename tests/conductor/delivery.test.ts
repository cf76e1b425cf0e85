/** Between the integration ref and the user's branch: a fast-forward or nothing, and the user's own commits come in checked. */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { conduct } from '../../src/conductor/conduct.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

const NEVER = new AbortController().signal;

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const isDelivered = (): boolean => house.git('rev-parse', 'main') === house.integration();
const GREET = 'src/backend/greet.txt';

/** Landed on the integration ref, while something of the user's keeps it from the branch. */
async function landedBehind(dirty: string): Promise<HouseProcess> {
  open({ files: { [GREET]: 'nothing\n' }, check: tree => (tree('README.md')?.includes('RED') ? 'red' : 'green') });
  house.task('greet', writes({ [GREET]: 'hello\n' }));
  house.write({ [GREET]: dirty });
  const here = await house.start();
  await here.toTheEnd();
  expect(here.board()).toEqual({ greet: 'landed' });
  expect(isDelivered()).toBe(false);
  return here;
}

describe('a dirty checkout', () => {
  test('makes delivery wait with a sentence, and workers go on', async () => {
    const here = await landedBehind('I am typing here\n');
    expect(house.lastNotice).toBe(
      `landed work waits for your own changes to ${GREET}; commit or stash them, nothing of yours was touched`,
    );
    const done = (id: string): string | null => house.read(`complete/engineer-backend/${id}-done.md`);
    expect(done('greet')).toContain(GREET);
    house.task('shout', writes({ 'src/backend/shout.txt': 'HELLO\n' }));
    await here.toTheEnd();
    expect(house.landings()).toEqual(['greet', 'shout']);
    expect(done('shout')).toContain('src/backend/shout.txt');
    expect(house.read(GREET)).toBe('I am typing here\n');
    house.git('checkout', '-q', '--', GREET);
    await here.ticks();
    expect(isDelivered()).toBe(true);
    expect([house.read(GREET), house.read('src/backend/shout.txt')]).toEqual(['hello\n', 'HELLO\n']);
    expect(house.git('status', '--porcelain')).toBe('');
  });

  test('that is clean again just before the run ends gets what landed, however short ago it was looked at', async () => {
    (await landedBehind('I am typing here\n')).stepDown();
    const next = await house.start();
    const stop = new AbortController();
    next.bell = async () => {
      house.git('checkout', '-q', '--', GREET);
      stop.abort();
    };
    const isToFinish = () => true;
    house.clock.monotonicMs = () => 0; // so little time goes by that nothing is tried a second time because of it
    await conduct({ until: 'stopped', stopping: stop.signal, killed: NEVER, isToFinish }, next.conductor);
    expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
  });

  test('in files that nobody lands is no hindrance and stays as it is', async () => {
    open({ files: { 'notes.txt': 'old\n' } }).task('greet', writes({ [GREET]: 'hello\n' }));
    house.write({ 'notes.txt': 'newer\n', 'scratch.txt': 'mine\n' });
    await (await house.start()).toTheEnd();
    expect(isDelivered()).toBe(true);
    expect(house.git('status', '--porcelain')).toBe(' M notes.txt\n?? scratch.txt');
  });

  test('and a base that was red for a while do not put record files in the way of each other', async () => {
    const here = await landedBehind('I am typing here\n');
    house.check = () => 'red';
    house.loseMemoryOfChecks();
    house.task('shout', writes({ 'src/backend/shout.txt': 'HELLO\n' }));
    await here.toTheEnd();
    house.check = () => 'green';
    house.clock.advance(600_000);
    await here.toTheEnd();
    expect(house.landings()).toEqual(['greet', 'shout']);
    house.git('checkout', '-q', '--', GREET);
    await here.ticks();
    expect([isDelivered(), house.git('status', '--porcelain')]).toEqual([true, '']);
  });
});

describe('commits of the user', () => {
  test('come in as a checked candidate, and what landed is delivered on top of them', async () => {
    open().task('greet', async asked => {
      if (asked.turn === 0) house.commit({ 'README.md': 'A better shop.\n' }, 'my own commit');
      return await writes({ [GREET]: 'hello\n' })(asked);
    });
    const here = await house.start();
    await here.toTheEnd();
    expect(isDelivered()).toBe(true);
    expect([house.read(GREET), house.read('README.md')]).toEqual(['hello\n', 'A better shop.\n']);
    expect(house.git('log', '--format=%s').split('\n')).toContain('my own commit');
    expect(house.landings()).toEqual(['greet']);
  });

  test('that conflict with landed work wait with a sentence that helps, and nothing is half merged', async () => {
    const here = await landedBehind('mine\n');
    house.git('commit', '-qam', 'my own greeting');
    const mine = [house.git('rev-parse', 'main'), house.git('status', '--porcelain')];
    await here.ticks();
    const store = join(house.user, '.git/kleiber/store.git');
    expect(house.lastNotice).toBe(
      `main waits: your new commits conflict with landed work in ${GREET}; commit what lies in your checkout, then bring it over and resolve it: git fetch ${store} refs/integration/main && git merge FETCH_HEAD`,
    );
    expect([house.git('rev-parse', 'main'), house.git('status', '--porcelain')]).toEqual(mine);
  });

  test('that resolve such a conflict are taken over, and nothing lands twice after the log is lost', async () => {
    const here = await landedBehind('mine\n');
    house.git('commit', '-qam', 'my own greeting');
    await here.ticks();
    house.git('add', '--all');
    house.git('commit', '-qm', 'what lay there');
    house.git('fetch', '-q', join(house.user, '.git/kleiber/store.git'), 'refs/integration/main');
    expect(() => house.git('merge', '-q', 'FETCH_HEAD')).toThrow();
    house.commit({ [GREET]: 'both\n' }, 'both of us');
    await here.ticks();
    expect([house.store('rev-parse', `refs/integration/main:${GREET}`), isDelivered()]).toEqual([
      house.git('rev-parse', `main:${GREET}`),
      true,
    ]);
    expect(house.landings()).toEqual(['greet']);
    here.die();
    house.loseLog();
    const after = await house.start();
    await after.toTheEnd();
    expect(after.told('greet')).toEqual(['created', 'imported']);
    expect(house.read(GREET)).toBe('both\n');
  });

  test('that are red wait with a sentence, and come in when they are mended', async () => {
    const here = await landedBehind('nothing\n\n');
    house.git('checkout', '-q', '--', GREET);
    house.commit({ 'README.md': 'RED\n' }, 'my own mistake');
    const landed = house.integration();
    await here.ticks();
    expect(house.integration()).toBe(landed);
    expect(house.lastNotice).toContain('main waits: with your new commits the checks are red:');
    house.commit({ 'README.md': 'green again\n' }, 'mended');
    await here.ticks();
    expect(isDelivered()).toBe(true);
    expect(house.read(GREET)).toBe('hello\n');
  });

  test('whose checks could not run come in as soon as they run, without another commit', async () => {
    open().task('greet', writes({ [GREET]: 'hello\n' }));
    const here = await house.start();
    await here.toTheEnd();
    house.check = () => 'could not run';
    house.commit({ 'README.md': 'A better shop.\n' }, 'my own commit');
    await here.ticks();
    expect(isDelivered()).toBe(false);
    expect(house.lastNotice).toContain('main waits: with your new commits the checks could not run');
    house.check = () => 'green';
    house.clock.advance(60_000);
    await here.ticks();
    expect(isDelivered()).toBe(true);
  });

  test('that went red with what had landed come in once another task has mended it', async () => {
    open({
      check: tree => (tree('src/backend/old.txt') && tree('README.md')?.includes('new') ? 'red' : 'green'),
      files: { 'src/backend/old.txt': 'old\n' },
    });
    house.task('greet', writes({ [GREET]: 'hello\n' }));
    const here = await house.start();
    await here.toTheEnd();
    house.commit({ 'README.md': 'new\n' }, 'my own commit');
    await here.ticks();
    expect(isDelivered()).toBe(false);
    house.commands.set('drop', worktree => {
      house.removeIn(worktree, 'src/backend/old.txt');
    });
    house.task('drop', ({ turn }) =>
      turn === 0 ? { calls: [['run', { command: 'drop' }]] } : { calls: [['submit', { summary: 'dropped' }]] },
    );
    await here.toTheEnd();
    expect(here.board()).toEqual({ greet: 'landed', drop: 'landed' });
    expect(isDelivered()).toBe(true);
  });
});

describe('another branch', () => {
  test('is checked out meanwhile: landed work still comes to the branch that the task is for', async () => {
    open().task('greet', async asked => {
      if (asked.turn === 0) house.git('checkout', '-q', '-b', 'elsewhere');
      return await writes({ [GREET]: 'hello\n' })(asked);
    });
    const here = await house.start();
    await here.toTheEnd();
    expect(isDelivered()).toBe(true);
    expect(house.git('symbolic-ref', '--short', 'HEAD')).toBe('elsewhere');
    expect(house.read(GREET)).toBeNull();
  });
});

describe('while work goes on', () => {
  const KINDS = ['claimed', 'submitted', 'landed', 'recorded', 'delivered'];
  const told = ({ holder }: HouseProcess): string[] =>
    holder.baton.after(0).flatMap(({ event }) => (KINDS.includes(event.kind) ? [event.kind] : []));
  /** Each of the two turns of the model takes this long, and the conductor looks around meanwhile. */
  const turnsOf = async (ms: number): Promise<string[]> => {
    open();
    const here = await house.start();
    let nowMs = 0;
    house.clock.monotonicMs = () => nowMs;
    house.task('greet', async asked => {
      nowMs += ms;
      await here.tick();
      return writes({ [GREET]: 'hello\n' })(asked);
    });
    await here.toTheEnd();
    return told(here);
  };
  const LANDING = ['submitted', 'recorded', 'landed', 'recorded', 'delivered'];

  test('what is only told of it waits for more, and what landed is delivered at once', async () => {
    expect(await turnsOf(999)).toEqual(['delivered', 'claimed', 'recorded', ...LANDING]);
  });

  test('it waits for a second and no longer', async () => {
    expect(await turnsOf(1_000)).toEqual(['delivered', 'claimed', 'recorded', 'delivered', ...LANDING]);
  });
});
