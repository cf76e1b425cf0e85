import { describe, expect, test } from 'vitest';
import { TIERS } from '../../src/domain/tier.ts';
import { type Bar, barsOf, lanesOf } from '../../src/report/timeline.ts';
import {
  answered,
  blocked,
  claimed,
  created,
  returned,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';

const bar = (task: string, from: string, to: string | null, changes: Partial<Bar> = {}): Bar => ({
  task,
  attempt: 1,
  tier: 'sonnet',
  session: `${task}-a1`,
  kind: 'work',
  from,
  to,
  outcome: null,
  ...changes,
});

describe('bars of a task', () => {
  test('an attempt that asked, the wait for the answer, and the attempt that goes on', () => {
    const state = stateAfter([created(), claimed(), blocked(1), answered(), claimed(2)]);
    expect(barsOf([state]).map(({ kind, attempt, to, outcome }) => [kind, attempt, to !== null, outcome])).toEqual([
      ['work', 1, true, 'blocked'],
      ['person', 1, true, null],
      ['work', 2, false, null],
    ]);
  });

  test('a question that nobody has answered goes on', () => {
    const last = barsOf([stateAfter([created(), claimed(), blocked(1)])]).at(-1);
    expect([last?.kind, last?.to]).toEqual(['person', null]);
  });

  test.each([
    ['dependency', ['types'], 'tasks'],
    ['dependency', [], 'person'],
    ['technical', [], 'person'],
  ] as const)('that stopped at a %s and needs %j waits for %s, also when it is over', (type, waitsFor, kind) => {
    const blocker = { type, problem: 'p', tried: [], need: 'n', options: [], waitsFor: [...waitsFor] };
    const open = [created(), claimed(), blocked(1, { blocker })];
    expect(barsOf([stateAfter(open)])[1]?.kind).toBe(kind);
    expect(barsOf([stateAfter([...open, answered(), claimed(2)])]).map(bar => bar.kind)).toEqual([
      'work',
      kind,
      'work',
    ]);
  });

  test('work that came back says why', () => {
    const state = stateAfter([created(), claimed(), submitted(), validated(1, 'red'), returned(1)]);
    expect(barsOf([state]).map(({ outcome }) => outcome)).toEqual([expect.stringMatching(/^given back: /)]);
  });
});

describe('lanes', () => {
  const namesOf = (bars: Bar[]): [string, number, string[]][] =>
    lanesOf(bars, TIERS).map(({ tier, slot, bars: own }) => [tier, slot, own.map(({ task }) => task)]);

  test('what does not overlap shares a lane, what does gets one of its own', () => {
    expect(namesOf([bar('a', '1', '3'), bar('b', '2', '4'), bar('c', '3', '5')])).toEqual([
      ['sonnet', 1, ['a', 'c']],
      ['sonnet', 2, ['b']],
    ]);
  });

  test('each tier has its own, and what still goes on keeps its lane', () => {
    expect(namesOf([bar('a', '1', null), bar('b', '2', '3', { tier: 'opus' }), bar('c', '4', '5')])).toEqual([
      ['sonnet', 1, ['a']],
      ['sonnet', 2, ['c']],
      ['opus', 1, ['b']],
    ]);
  });

  test('a wait is drawn until the lane is taken by other work', () => {
    const wait = bar('a', '3', null, { kind: 'person' });
    const [lane] = lanesOf([bar('a', '1', '3'), wait, bar('b', '5', '7')], TIERS);
    expect(lane?.bars.map(({ task, kind, from, to }) => [task, kind, from, to])).toEqual([
      ['a', 'work', '1', '3'],
      ['b', 'work', '5', '7'],
      ['a', 'person', '3', '5'],
    ]);
  });
});
