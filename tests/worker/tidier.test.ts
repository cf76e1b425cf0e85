/** What is done while there is nothing to do: the worktrees of ended attempts are put in order, and the conductor's with them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { conduct } from '../../src/conductor/conduct.ts';
import { QUIET_MS } from '../../src/domain/clock.ts';
import { worktreeStream } from '../../src/domain/event.ts';
import { House } from '../support/house-rig.ts';
import { writes } from '../support/house-rig-claude.ts';

let house: House;
afterEach(() => house.close());

const NEVER = new AbortController().signal;
const SLOT = 'engineer-backend';
const left = (): string => join(house.root, 'worktrees', SLOT, 'src/backend/greet.txt');

/** A house in which one task has been handed in. */
async function afterOne(kind: 'bubblewrap' | 'none') {
  house = new House();
  house.sandbox.kind = kind;
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const here = await house.start();
  await here.ticks();
  return here;
}

test('a worktree is tidied when nothing has happened for a moment, and is held meanwhile', async () => {
  const here = await afterOne('bubblewrap');
  const stream = worktreeStream(SLOT);
  let heldMeanwhile: unknown = null;
  const { tidyWorktree } = here.worker.store;
  const tidy = vi.spyOn(here.worker.store, 'tidyWorktree').mockImplementation(async (path, signal) => {
    heldMeanwhile = here.holder.baton.read(stream).at(-1)?.event.kind;
    await tidyWorktree(path, signal);
  });
  const waits: (number | undefined)[] = [];
  here.worker.bell = async (_, mostMs) => {
    waits.push(mostMs);
    await here.pull();
    return false;
  };
  await here.work();
  expect([here.board(), existsSync(left())]).toEqual([{ greet: 'landed' }, false]);
  expect(tidy.mock.calls).toEqual([[join(house.root, 'worktrees', SLOT), expect.any(AbortSignal)]]);
  expect([heldMeanwhile, here.holder.baton.read(stream).at(-1)?.event.kind]).toEqual(['held', 'let_go']);
  // A short wait, one for its own event, and those while it is tidied: then nothing is due any more.
  expect(waits.slice(0, 3)).toEqual([QUIET_MS, 0, undefined]);
  expect(waits.slice(3).every(mostMs => mostMs === undefined)).toBe(true);
});

test('news stops it, the task that has come is worked on, and the worktree is tidied another time', async () => {
  const here = await afterOne('bubblewrap');
  const signals: AbortSignal[] = [];
  const { tidyWorktree } = here.worker.store;
  here.worker.store.tidyWorktree = async (path, signal) => {
    signals.push(signal);
    if (signals.length > 1) return await tidyWorktree(path, signal);
    house.task('wave', writes({ 'src/backend/wave.txt': 'hello\n' }));
    await new Promise(resolve => signal.addEventListener('abort', resolve));
  };
  here.worker.bell = async (_, mostMs) => {
    await here.pull();
    return mostMs === undefined && signals.length === 1 && !signals[0]?.aborted;
  };
  await here.work();
  expect(here.board()).toEqual({ greet: 'landed', wave: 'landed' });
  expect(signals.map(signal => signal.aborted)).toEqual([true, false]);
});

test('news comes first', async () => {
  const here = await afterOne('bubblewrap');
  const tidy = vi.spyOn(here.worker.store, 'tidyWorktree');
  await here.work();
  expect([here.board(), tidy.mock.calls]).toEqual([{ greet: 'landed' }, []]);
});

test('without a sandbox nothing is tidied, because something of the task may still be alive', async () => {
  const here = await afterOne('none');
  const tidy = vi.spyOn(here.worker.store, 'tidyWorktree');
  here.bell = async () => {
    await here.pull();
    return false;
  };
  await here.work();
  expect([here.board(), tidy.mock.calls]).toEqual([{ greet: 'landed' }, []]);
});

test('a conductor tidies the trees of its checks once after each change', async () => {
  const here = await afterOne('bubblewrap');
  await here.attempt();
  const tidy = vi.spyOn(here.conductor.store, 'tidyWorktree');
  const stop = new AbortController();
  const waits: (number | undefined)[] = [];
  let isLast = 0;
  here.conductor.bell = async (_, mostMs) => {
    await new Promise(resolve => setImmediate(resolve));
    waits.push(mostMs);
    if (!tidy.mock.settledResults.some(({ type }) => type === 'fulfilled')) return false;
    isLast ||= waits.length;
    if (waits.length > isLast) stop.abort();
    return false;
  };
  here.stepDown();
  await conduct({ until: 'stopped', stopping: stop.signal, killed: NEVER }, here.conductor);
  expect([here.board(), waits[0], waits.at(-1)]).toEqual([{ greet: 'landed' }, QUIET_MS, undefined]);
  expect(tidy.mock.calls).toEqual(
    ['submissions', 'checks'].map(tree => [join(house.root, 'worktrees', tree), expect.any(AbortSignal)]),
  );
});
