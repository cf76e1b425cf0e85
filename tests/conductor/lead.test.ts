/** One conductor at a time leads, and a dead one is followed. */
import { afterEach, expect, test } from 'vitest';
import { conduct } from '../../src/conductor/conduct.ts';
import { LEAD_STREAM } from '../../src/domain/event.ts';
import { House } from '../support/house-rig.ts';
import { writes } from '../support/house-rig-claude.ts';

let house: House;
afterEach(() => house.close());

const NEVER = new AbortController().signal;

test('of four conductors at once one leads, and the others do nothing', async () => {
  house = new House();
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const worker = await house.start();
  await worker.ticks();
  await worker.attempt();
  worker.stepDown();
  const stop = new AbortController();
  const four = await Promise.all([1, 2, 3, 4].map(() => house.start()));
  const rung = [0, 0, 0, 0];
  const conducting = four.map((one, index) => {
    // Whoever waits gives way to the others; when the leader has nothing left to do, all may stop.
    one.bell = async () => {
      rung[index] = (rung[index] ?? 0) + 1;
      await new Promise(resolve => setImmediate(resolve));
      if (one.state('greet').stage.kind === 'landed' && index === 0) stop.abort();
    };
    return conduct({ until: 'stopped', stopping: stop.signal, killed: NEVER }, one.conductor);
  });
  expect(await Promise.all(conducting)).toEqual([true, false, false, false]);
  expect(rung.every(count => count > 0)).toBe(true);
  expect(house.landings()).toEqual(['greet']);
  const leaders = worker.holder.baton.read(LEAD_STREAM).flatMap(({ event }) => ('owner' in event ? [event] : []));
  expect(leaders.slice(-2).map(event => [event.kind, 'owner' in event && event.owner.pid])).toEqual([
    ['held', four[0]?.owner.pid],
    ['let_go', four[0]?.owner.pid],
  ]);
});

test('whoever takes the lead clears away what a killed process had half written, and nothing else', async () => {
  house = new House();
  const half = [
    'progress/engineer-backend/a-started.md.1022216428',
    'orchestration_log.md.7',
    'reports/a-validation.md.4294967295',
  ];
  const others = [
    'progress/engineer-backend/notes.md.old',
    'README.md.7',
    'tasks/engineer-backend/a.md.7',
    'src/a.md.7',
  ];
  house.write(Object.fromEntries([...half, ...others].map(path => [path, 'half'])));
  const here = await house.start();
  await conduct({ until: 'once', stopping: NEVER, killed: NEVER }, here.conductor);
  expect(half.map(path => house.read(path))).toEqual(half.map(() => null));
  expect(others.map(path => house.read(path))).toEqual(others.map(() => 'half'));
});

test('a leader that died is followed by the next one that looks', async () => {
  house = new House();
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const first = await house.start();
  await first.ticks();
  await first.attempt();
  const next = await house.start();
  expect(await conduct({ until: 'once', stopping: NEVER, killed: NEVER }, next.conductor)).toBe(false);
  expect(house.landings()).toEqual([]);
  first.die();
  expect(await conduct({ until: 'once', stopping: NEVER, killed: NEVER }, next.conductor)).toBe(true);
  expect(house.landings()).toEqual(['greet']);
});
