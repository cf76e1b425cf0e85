/** When the log is lost, git still knows what has landed. */
import { afterEach, describe, expect, test } from 'vitest';
import { House } from '../support/house-rig.ts';
import { writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
afterEach(() => house.close());

/** A house where `a` has landed, and nobody remembers it. */
async function forgetful(): Promise<HouseProcess> {
  house = new House();
  house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
  const before = await house.start();
  await before.toTheEnd();
  before.die();
  house.loseLog();
  return await house.start();
}

describe('landed work', () => {
  test('is read back from the trailers, and what depends on it goes on', async () => {
    const here = await forgetful();
    const asked = house.claude.asked.length;
    house.task('b', writes({ 'src/backend/b.txt': 'b\n' }), { depends_on: ['a'] });
    await here.toTheEnd();
    expect(here.told('a')).toEqual(['created', 'imported']);
    expect(here.last('a', 'imported')).toEqual({
      kind: 'imported',
      commit: house.store(
        'rev-list',
        '--merges',
        '--first-parent',
        '--reverse',
        '--max-count=1',
        '--skip=1',
        house.integration(),
      ),
      model: 'claude-sonnet-5-5',
      costUsd: '0.014',
    });
    expect(house.landings()).toEqual(['a', 'b']);
    expect(house.claude.asked.slice(asked).every(({ heard }) => heard.includes('id: b'))).toBe(true);
  });

  test('is read back by the next worker when the one that adopted it died in the middle', async () => {
    const first = await forgetful();
    await first.ticks();
    first.worker.landedBefore = () => {
      first.die();
      throw new Error('killed');
    };
    await expect(first.work()).rejects.toThrow('killed');
    const second = await house.start();
    await second.toTheEnd();
    expect(second.told('a')).toEqual(['created', 'imported']);
    expect(house.landings()).toEqual(['a']);
  });

  test('is built again only when a person says so', async () => {
    const here = await forgetful();
    await here.toTheEnd();
    expect(house.landings()).toEqual(['a']);
    house.retell('a', writes({ 'src/backend/a.txt': 'better\n' }));
    here.says('a', { kind: 'requeued', by: 'Ada', reason: 'better, please' });
    await here.toTheEnd();
    expect(house.landings()).toEqual(['a', 'a']);
    expect(house.read('src/backend/a.txt')).toBe('better\n');
  });
});

test('work that was running is done again from its task file', async () => {
  house = new House();
  house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
  const before = await house.start();
  await before.ticks();
  await before.attempt();
  before.die();
  house.loseLog();
  const here = await house.start();
  await here.toTheEnd();
  expect([here.board(), house.landings()]).toEqual([{ a: 'landed' }, ['a']]);
});
