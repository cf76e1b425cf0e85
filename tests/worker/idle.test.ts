/** When a worker that stops where nothing is left to do may stop, with and without a conductor. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { conduct } from '../../src/conductor/conduct.ts';
import { blockedPath } from '../../src/domain/record-paths.ts';
import { House } from '../support/house-rig.ts';
import { ask, writes } from '../support/house-rig-claude.ts';

const NEVER = new AbortController().signal;
const ALONE = 'nobody conducts here, so work waits to be tested and landed: kleiber conduct';

let house: House;
beforeEach(() => {
  house = new House();
});
afterEach(() => house.close());

test('alone it hands in what it can and does not wait for somebody who is not there', async () => {
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const here = await house.start();
  await here.ticks();
  here.stepDown();
  here.bell = () => new Promise(resolve => setImmediate(resolve));
  expect(await here.follow({ concurrency: 2 })).toMatchObject({ attempts: 1, halted: null });
  expect(here.board()).toEqual({ greet: 'submitted' });
  expect(house.notices.filter(text => text === ALONE)).toHaveLength(1);
});

test('alone it starts nothing on a base that nobody has checked', async () => {
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const here = await house.start();
  expect(await here.follow()).toMatchObject({ attempts: 0 });
  expect([here.board(), house.lastNotice]).toEqual([{ greet: 'ready' }, ALONE]);
});

test('beside a conductor it waits for what was handed in', async () => {
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const here = await house.start();
  await here.work();
  expect(here.board()).toEqual({ greet: 'landed' });
  expect(house.notices).not.toContain(ALONE);
});

test('an answer that was typed while nobody led is there before anybody looks for work', async () => {
  house.task('greet', () => ({ calls: [ask('Which word?')] }));
  const first = await house.start();
  await first.toTheEnd();
  first.stepDown();
  const path = blockedPath('engineer-backend', 'greet');
  house.write({ [path]: `${house.read(path)}Good day\n` });
  const next = await house.start();
  const stop = new AbortController();
  next.bell = async () => stop.abort();
  const conducting = conduct({ until: 'stopped', stopping: stop.signal, killed: NEVER }, next.conductor);
  expect(next.board()).toEqual({ greet: 'ready' });
  await conducting;
});
