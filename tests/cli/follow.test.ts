import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Baton } from '../../src/baton/baton.ts';
import type { Context } from '../../src/cli/context.ts';
import { followLog } from '../../src/cli/follow.ts';
import type { Stored } from '../../src/domain/event.ts';

const requeued = (position: number): Stored => ({
  position,
  stream: 'task/more',
  seq: position,
  at: '2026-11-21T10:00:00.000Z',
  event: { kind: 'requeued', by: 'Ada', reason: `for the ${position}. time` },
});

/** A log that grows by hand; only what following needs of it. */
function growingLog() {
  const events: Stored[] = [];
  const log = {
    position: () => events.length,
    after: (position: number) => events.slice(position),
  } as Baton; // nothing else of it is asked for
  return { log, grow: () => events.push(requeued(events.length + 1)) };
}

function listening() {
  const said: string[] = [];
  const stream = (name: string) => ({ write: (text: string) => said.push(`${name}: ${text.trimEnd()}`) });
  const context = { environment: {}, stdout: stream('out'), stderr: stream('err') } as unknown as Context; // it prints and asks nothing
  return { said, context };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => vi.useRealTimers());

test('a run in which nothing happens gives a sign of life every minute, and none while something happens', () => {
  const { log, grow } = growingLog();
  const { said, context } = listening();
  const follower = followLog(log, context, () => 'still at work on more');
  vi.advanceTimersByTime(59_000);
  expect(said).toEqual([]);
  grow();
  vi.advanceTimersByTime(59_000);
  expect(said).toEqual([expect.stringMatching(/^out: \d\d:\d\d:\d\d {2}· more +Ada put it back: for the 1\. time$/)]);
  vi.advanceTimersByTime(2_000);
  expect(said.slice(1)).toEqual(['err: still at work on more']);
  vi.advanceTimersByTime(60_400);
  expect(said.slice(1)).toEqual(['err: still at work on more', 'err: still at work on more']);
  follower.stop();
});

test('a run that has nothing to say stays silent, and what happened last is told when it stops', () => {
  const { log, grow } = growingLog();
  const { said, context } = listening();
  const follower = followLog(log, context, () => '');
  vi.advanceTimersByTime(300_000);
  expect(said).toEqual([]);
  grow();
  follower.stop();
  expect(said).toHaveLength(1);
});
