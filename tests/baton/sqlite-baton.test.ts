import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Append, Baton } from '../../src/baton/baton.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { AT, claimed, ended, OTHER, OWNER, successOf, temporaryFolder } from '../support/baton-samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let baton: Baton;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'kleiber', 'state.db');
  baton = successOf(openBaton(path));
});

afterEach(() => {
  baton.close();
  folder.remove();
});

const haiku = (limit: number, owner = OWNER) => ({ tier: 'haiku', limit, owner }) as const;
const claim = (task: string, more: Partial<Append> = {}): Append => ({
  stream: `task/${task}`,
  seq: 1,
  event: claimed(),
  at: AT,
  ...more,
});

/** Changes a row behind the baton's back. */
function damage(sql: string): void {
  const raw = new DatabaseSync(path);
  raw.exec(sql);
  raw.close();
}

describe('the log', () => {
  test('an appended event is read back as it was, with its place', () => {
    expect(baton.append(claim('a'))).toBe('appended');
    expect(baton.append({ stream: 'task/a', seq: 2, event: ended(), at: AT })).toBe('appended');
    expect(baton.read('task/a')).toEqual([
      { position: 1, stream: 'task/a', seq: 1, at: AT, event: claimed() },
      { position: 2, stream: 'task/a', seq: 2, at: AT, event: ended() },
    ]);
  });

  test('a place is given once, and the refused event leaves nothing', () => {
    baton.append(claim('a'));
    expect(baton.append(claim('a', { event: claimed(1, OTHER), opensLane: haiku(8, OTHER) }))).toBe('conflict');
    expect([baton.read('task/a').map(stored => stored.event), baton.lanes(), baton.position()]).toEqual([
      [claimed()],
      [],
      1,
    ]);
  });

  test('an event that would leave a hole is a bug of the caller', () => {
    expect(() => baton.append(claim('a', { seq: 2 }))).toThrow('bug: append to task/a at 2 would leave a hole after 0');
    expect(baton.position()).toBe(0);
  });

  test('events of all streams are read in order from any position, in pages', () => {
    for (const task of ['a', 'b', 'c']) baton.append(claim(task));
    const streams = (position: number, limit?: number) => baton.after(position, limit).map(stored => stored.stream);
    expect([streams(0), streams(1), streams(0, 2), streams(3), baton.position()]).toEqual([
      ['task/a', 'task/b', 'task/c'],
      ['task/b', 'task/c'],
      ['task/a', 'task/b'],
      [],
      3,
    ]);
  });

  test('an unknown stream is empty and the first position is 0', () => {
    expect([baton.read('task/none'), baton.position()]).toEqual([[], 0]);
  });

  test('a second connection sees everything at once, and a later opening too', () => {
    const other = successOf(openBaton(path));
    baton.append(claim('a'));
    expect(other.read('task/a')).toEqual(baton.read('task/a'));
    other.close();
    baton.close();
    baton = successOf(openBaton(path));
    expect(baton.read('task/a').map(stored => stored.event)).toEqual([claimed()]);
  });

  test('events that a person would miss and events that can be repeated alternate in one log', () => {
    const answer: Append['event'] = { kind: 'answered', by: 'ada', text: 'use the old format', widen: [] };
    baton.append(claim('a'));
    baton.append({ stream: 'task/a', seq: 2, event: answer, at: AT });
    baton.append({ stream: 'task/a', seq: 3, event: claimed(2), at: AT });
    expect(baton.read('task/a').map(stored => stored.event)).toEqual([claimed(), answer, claimed(2)]);
  });

  test('whatever two callers do by turns, every place holds what its winner wrote', () => {
    const step = fc.record({ stream: fc.constantFrom('task/a', 'task/b'), back: fc.nat(2), other: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.uuid(), (steps, run) => {
        const written = new Map<string, unknown[]>();
        const other = successOf(openBaton(path));
        for (const { stream, back, other: isOther } of steps) {
          const name = `${stream}-${run}`;
          const events = written.get(name) ?? [];
          const seq = Math.max(1, events.length + 1 - back);
          const event = claimed(events.length + 1, isOther ? OTHER : OWNER);
          const outcome = (isOther ? other : baton).append({ stream: name, seq, event, at: AT });
          expect(outcome).toBe(seq === events.length + 1 ? 'appended' : 'conflict');
          if (outcome === 'appended') written.set(name, [...events, event]);
        }
        other.close();
        for (const [name, events] of written) expect(baton.read(name).map(stored => stored.event)).toEqual(events);
      }),
      { numRuns: 30 },
    );
  });
});

describe('damage', () => {
  beforeEach(() => {
    for (const seq of [1, 2, 3]) {
      baton.append({ stream: 'task/a', seq, event: claimed(seq), at: AT });
      baton.append({ stream: 'task/b', seq, event: claimed(seq), at: AT });
    }
  });

  const attempts = (stream: string) => baton.read(stream).map(stored => stored.seq);

  test.each([
    ['not JSON', `'{"kind":"cla'`],
    ['not an event', `'[1]'`],
    ['unknown kind "dreamt"', `'{"kind":"dreamt"}'`],
    ['claimed without a proper owner', `'{"kind":"claimed","attempt":2}'`],
  ])('a row that is %s stops its own stream only and is named', (detail, text) => {
    const whole = text.includes('claimed') ? `json_remove(event, '$.owner')` : text;
    damage(`UPDATE events SET event = ${whole} WHERE stream = 'task/a' AND seq = 2`);
    expect(baton.after(0).map(stored => `${stored.stream} ${stored.seq}`)).toEqual([
      'task/a 1',
      'task/b 1',
      'task/b 2',
      'task/b 3',
    ]);
    expect([attempts('task/a'), attempts('task/b')]).toEqual([[1], [1, 2, 3]]);
    expect(baton.damaged()).toEqual([{ stream: 'task/a', seq: 2, detail }]);
  });

  test('a hole stops the stream as well', () => {
    damage(`DELETE FROM events WHERE stream = 'task/a' AND seq = 2`);
    expect(attempts('task/a')).toEqual([1]);
    expect(baton.damaged()).toEqual([{ stream: 'task/a', seq: 2, detail: 'the event is missing' }]);
  });

  test('a damaged stream takes no further event', () => {
    damage(`UPDATE events SET event = 'x' WHERE stream = 'task/a' AND seq = 2`);
    expect(baton.append({ stream: 'task/a', seq: 2, event: claimed(2), at: AT })).toBe('conflict');
  });

  test('a page full of damage does not look like the end of the log', () => {
    damage(`UPDATE events SET event = 'x' WHERE stream = 'task/a'`);
    expect(baton.after(0, 1).map(stored => stored.stream)).toEqual(['task/b']);
  });

  test('a whole log is not called damaged', () => {
    baton.after(0);
    baton.read('task/a');
    expect(baton.damaged()).toEqual([]);
  });
});

describe('lanes', () => {
  test('a full lane refuses the claim and leaves nothing of it', () => {
    expect(baton.append(claim('a', { opensLane: haiku(1) }))).toBe('appended');
    expect(baton.append(claim('b', { opensLane: haiku(1) }))).toBe('lane_full');
    expect([baton.read('task/b'), baton.lanes(), baton.position()]).toEqual([
      [],
      [{ stream: 'task/a', tier: 'haiku', owner: OWNER }],
      1,
    ]);
  });

  test('a conversation that ends makes room', () => {
    baton.append(claim('a', { opensLane: haiku(1) }));
    baton.append({ stream: 'task/a', seq: 2, event: ended(), at: AT, closesLane: true });
    expect(baton.append(claim('b', { opensLane: haiku(1) }))).toBe('appended');
  });

  test('tiers have lanes of their own', () => {
    baton.append(claim('a', { opensLane: haiku(1) }));
    expect(baton.append(claim('b', { opensLane: { tier: 'opus', limit: 1, owner: OWNER } }))).toBe('appended');
  });

  test('a reclaimed task takes the lane of its dead owner over instead of a second one', () => {
    baton.append(claim('a', { opensLane: haiku(1) }));
    const again = { stream: 'task/a', seq: 2, event: claimed(2, OTHER), at: AT, opensLane: haiku(1, OTHER) };
    expect(baton.append(again)).toBe('appended');
    expect(baton.lanes()).toEqual([{ stream: 'task/a', tier: 'haiku', owner: OTHER }]);
  });

  test('a refused event does not close the lane either', () => {
    baton.append(claim('a', { opensLane: haiku(1) }));
    baton.append(claim('b', { opensLane: { tier: 'opus', limit: 1, owner: OWNER } }));
    const swap = { stream: 'task/b', seq: 2, event: ended(), at: AT, closesLane: true, opensLane: haiku(1) };
    expect(baton.append(swap)).toBe('lane_full');
    expect(baton.lanes().map(lane => lane.stream)).toEqual(['task/a', 'task/b']);
  });

  test('only the owner it was given to can be taken out of a lane', () => {
    baton.append(claim('a', { opensLane: haiku(1) }));
    baton.freeLane('task/a', OTHER);
    expect(baton.lanes()).toHaveLength(1);
    baton.freeLane('task/a', OWNER);
    expect(baton.lanes()).toEqual([]);
  });

  test('a planner takes a lane without an event, again for itself, but not from somebody else', () => {
    expect([
      baton.takeLane('plan/p', haiku(1)),
      baton.takeLane('plan/p', haiku(1)),
      baton.takeLane('plan/p', haiku(2, OTHER)),
      baton.takeLane('plan/q', haiku(1)),
      baton.position(),
    ]).toEqual([true, true, false, false, 0]);
  });
});

describe('the small things beside the log', () => {
  test('a heartbeat counts for its own owner', () => {
    for (let beat = 0; beat < 3; beat += 1) baton.beat(OWNER);
    baton.beat(OTHER);
    expect([baton.heartbeat(OWNER), baton.heartbeat(OTHER), baton.heartbeat({ ...OWNER, pid: 1 })]).toEqual([3, 1, 0]);
  });

  test('the last validation under a fingerprint is remembered', () => {
    baton.rememberValidation('tree+checks', 'red');
    baton.rememberValidation('tree+checks', 'green');
    expect([baton.recallValidation('tree+checks'), baton.recallValidation('other')]).toEqual(['green', null]);
  });

  test('nobody else can read the folder and the files', () => {
    baton.append(claim('a'));
    const modes = [join(folder.path, 'kleiber'), path, `${path}-wal`, `${path}-shm`].map(file =>
      (statSync(file).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '600', '600', '600']);
  });

  test('closing twice is harmless and leaves one file', () => {
    baton.append(claim('a'));
    baton.close();
    baton.close();
    expect([existsSync(path), existsSync(`${path}-wal`)]).toEqual([true, false]);
  });
});
