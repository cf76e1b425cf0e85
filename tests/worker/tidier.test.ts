/** What is done while there is nothing to do: the worktrees of ended attempts are put in order, and the conductor's with them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { conduct } from '../../src/conductor/conduct.ts';
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
  const tidy = vi.spyOn(here.worker.store, 'tidyWorktree').mockImplementation(async path => {
    heldMeanwhile = here.holder.baton.read(stream).at(-1)?.event.kind;
    await tidyWorktree(path);
  });
  const waits: (number | undefined)[] = [];
  here.worker.bell = async (_, mostMs) => {
    waits.push(mostMs);
    await here.pull();
    return false;
  };
  await here.work();
  expect([here.board(), existsSync(left())]).toEqual([{ greet: 'landed' }, false]);
  expect(tidy.mock.calls).toEqual([[join(house.root, 'worktrees', SLOT)]]);
  expect([heldMeanwhile, here.holder.baton.read(stream).at(-1)?.event.kind]).toEqual(['held', 'let_go']);
  // Only the first wait is short: afterwards nothing is due.
  expect([waits[0], waits[1]]).toEqual([300, undefined]);
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

test('a conductor tidies the tree of its checks once after each change', async () => {
  const here = await afterOne('bubblewrap');
  await here.attempt();
  const tidy = vi.spyOn(here.conductor.store, 'tidyWorktree');
  const stop = new AbortController();
  const waits: (number | undefined)[] = [];
  here.conductor.bell = async (_, mostMs) => {
    waits.push(mostMs);
    if (waits.length === 2) stop.abort();
    return false;
  };
  here.stepDown();
  await conduct({ until: 'stopped', stopping: stop.signal, killed: NEVER }, here.conductor);
  expect([here.board(), waits]).toEqual([{ greet: 'landed' }, [300, undefined]]);
  expect(tidy.mock.calls).toEqual([[join(house.root, 'worktrees', 'checks')]]);
});
