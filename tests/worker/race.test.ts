/** Many at once: one claim for each attempt, one landing for each task, whatever the order of things. */
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { House } from '../support/house-rig.ts';
import { type Script, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
afterEach(() => house.close());

const RUNS = process.env.KLEIBER_FULL === '1' ? 60 : 2;

/** Attempt numbers of all claims, by task. */
const claimsOf = (here: HouseProcess): Record<string, number[]> => {
  const claims: Record<string, number[]> = {};
  for (const { stream, event } of here.holder.baton.after(0))
    if (event.kind === 'claimed') claims[stream] = [...(claims[stream] ?? []), event.attempt];
  return claims;
};

test('two workers never both claim a task, and each works in a worktree of its own', async () => {
  house = new House();
  for (const id of ['a', 'b', 'c', 'd']) house.task(id, writes({ [`src/backend/${id}.txt`]: id }));
  const first = await house.start();
  const second = await house.start();
  await first.ticks();
  second.bell = first.bell;
  await Promise.all([first.work({ concurrency: 2 }), second.follow({ concurrency: 2 })]);
  await first.ticks();
  expect(claimsOf(first)).toEqual({ 'task/a': [1], 'task/b': [1], 'task/c': [1], 'task/d': [1] });
  expect(house.landings().toSorted()).toEqual(['a', 'b', 'c', 'd']);
});

test('a worktree with the work of a dead attempt is never taken, however old the board is that a worker looks at', async () => {
  house = new House();
  const begun = Promise.withResolvers<void>();
  let isFirst = true;
  house.task('a', async asked => {
    if (!isFirst || asked.turn === 0) return writes({ 'src/backend/a.txt': 'a' })(asked);
    isFirst = false;
    begun.resolve();
    return await new Promise(() => {});
  });
  house.task('b', writes({ 'src/backend/b.txt': 'b' }));
  const first = await house.start();
  const second = await house.start();
  await first.ticks();
  // The second one has looked at the board, and is held up on its way to the claim.
  const [isUnderWay, isReleased] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { integrationTip } = second.worker.store;
  second.worker.store.integrationTip = async branch => {
    isUnderWay.resolve();
    await isReleased.promise;
    return await integrationTip(branch);
  };
  const following = second.follow({ until: 'once' });
  await isUnderWay.promise;
  void first.attempt();
  await begun.promise;
  first.die();
  isReleased.resolve();
  await following;
  const worktrees = second.holder.baton
    .read('task/b')
    .flatMap(({ event }) => ('worktree' in event ? [event.worktree] : []));
  expect(worktrees).toEqual(['engineer-backend-2']);
  await second.toTheEnd();
  expect(house.landings().toSorted()).toEqual(['a', 'b']);
  expect(second.holder.baton.read('task/a').filter(({ event }) => event.kind === 'returned')).toEqual([]);
});

test('the lanes hold, however many workers there are', async () => {
  house = new House({ config: { lanes: { sonnet: 1 } } });
  let live = 0;
  let most = 0;
  const counted =
    (script: Script): Script =>
    async asked => {
      most = Math.max(most, ++live);
      await new Promise(resolve => setImmediate(resolve));
      live--;
      return await script(asked);
    };
  for (const id of ['a', 'b', 'c']) house.task(id, counted(writes({ [`src/backend/${id}.txt`]: id })));
  const here = await house.start();
  await here.ticks();

  await here.work({ concurrency: 3 });
  await here.ticks();
  expect(most).toBe(1);
  expect(house.landings().toSorted()).toEqual(['a', 'b', 'c']);
});

test('three tasks land once each under any interleaving of turns and ticks', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async scheduler => {
      house = new House();
      const slow =
        (script: Script): Script =>
        async asked => {
          await scheduler.schedule(Promise.resolve(), 'turn');
          return await script(asked);
        };
      house.task('a', slow(writes({ 'src/backend/shared.txt': 'a\n' })));
      house.task('b', slow(writes({ 'src/backend/b.txt': 'b\n' })));
      house.task('c', slow(writes({ 'src/backend/c.txt': 'c\n' })), { depends_on: ['a'] });
      const first = await house.start();
      const second = await house.start();
      await first.ticks();
      const ring = async (): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), 'tick');
        await first.pull();
      };
      first.bell = ring;
      second.bell = ring;
      const working = Promise.all([first.work({ concurrency: 2 }), second.follow()]);
      await scheduler.waitFor(working);
      await first.ticks();
      const outcome = {
        landings: house.landings().toSorted(),
        claims: claimsOf(first),
        lanes: first.holder.baton.lanes(),
      };
      house.close();
      expect(outcome).toEqual({
        landings: ['a', 'b', 'c'],
        claims: { 'task/a': [1], 'task/b': [1], 'task/c': [1] },
        lanes: [],
      });
    }),
    { numRuns: RUNS, seed: 4711, endOnFailure: true },
  );
});

test('places of one worker look for work one after the other, so that none reaches for what another has just taken', async () => {
  house = new House();
  for (const id of ['a', 'b', 'c']) house.task(id, writes({ [`src/backend/${id}.txt`]: `${id}\n` }));
  const here = await house.start();
  await here.ticks();
  const append = vi.spyOn(here.holder.baton, 'append');
  await here.work({ concurrency: 3, until: 'once' });
  const outcomes = append.mock.settledResults.map(({ value }) => value);
  expect([new Set(outcomes), claimsOf(here)]).toEqual([
    new Set(['appended']),
    { 'task/a': [1], 'task/b': [1], 'task/c': [1] },
  ]);
});
