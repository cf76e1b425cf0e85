/** What people decide for the whole repository, and the table that follows from it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ControlEvent } from '../../src/domain/event.ts';
import {
  type Controls,
  foldControls,
  hindranceOf,
  NO_CONTROLS,
  reviewOverdueDays,
  tableFor,
} from '../../src/policy/controls.ts';
import { at } from '../support/policy-values.ts';

/** The n-th event happened in minute n. */
const decided = (...events: ControlEvent[]): Controls =>
  foldControls(events.map((event, index) => ({ event, at: at(index + 1) })));

const MOVE = { agent: 'testing', phase: 'EXEC', from: 'sonnet', to: 'opus', evidence: '3 of 5 reworked' } as const;
const paused: ControlEvent = { kind: 'paused', by: 'ada', reason: 'the release goes first' };
const rolledBack: ControlEvent = { kind: 'routing_rolled_back', by: 'ada', reason: 'too many surprises' };

describe('the fold of the controls', () => {
  test.each<[string, ControlEvent[], Partial<Controls>]>([
    ['nothing', [], {}],
    ['a pause', [paused], { paused: { by: 'ada', reason: 'the release goes first', since: at(1) } }],
    ['a pause that was ended', [paused, { kind: 'resumed', by: 'bob' }], {}],
    ['a rollback', [rolledBack], { rolledBack: { by: 'ada', reason: 'too many surprises', since: at(1) } }],
    ['a rollback that was ended', [rolledBack, { kind: 'routing_restored', by: 'ada' }], {}],
    [
      'a note',
      [{ kind: 'noted', by: 'ada', agent: 'testing', phase: 'EXEC', text: 'selectors' }],
      { notes: [{ by: 'ada', agent: 'testing', phase: 'EXEC', text: 'selectors', at: at(1) }] },
    ],
    [
      'a review that moved a row and ends what was watched',
      [
        { kind: 'shadowed', by: 'ada', moves: [MOVE] },
        { kind: 'calibrated', by: 'ada', changes: ['testing EXEC → opus'], moves: [MOVE] },
      ],
      { lastReviewAt: at(2), moves: [MOVE] },
    ],
    ['a review from an older log', [{ kind: 'calibrated', by: 'ada', changes: ['x'] }], { lastReviewAt: at(1) }],
    [
      'rows that are watched',
      [{ kind: 'shadowed', by: 'ada', moves: [MOVE] }],
      { shadow: { moves: [MOVE], since: at(1) } },
    ],
    [
      'the line of ready tasks',
      [
        { kind: 'moved', by: 'ada', task: 'c', before: ['a', 'b'], after: [] },
        { kind: 'moved', by: 'ada', task: 'a', before: [], after: ['b'] },
      ],
      {
        line: [
          { task: 'c', before: ['a', 'b'], after: [] },
          { task: 'a', before: [], after: ['b'] },
        ],
      },
    ],
    ['an alert, which decides nothing', [{ kind: 'alerted', subject: 'day', text: 'orange' }], {}],
  ])('%s', (_name, events, expected) => {
    expect(decided(...events)).toEqual({ ...NO_CONTROLS, ...expected });
  });
});

describe('the table that decides for a task', () => {
  const today = { EXEC: { scribe: 'sonnet' } } as const;
  const frozen = { EXEC: { scribe: 'haiku' } } as const;
  const tables = new Map([['p1', frozen]]);

  test.each([
    ['a plan keeps the rows it was made with', 'p1', NO_CONTROLS, frozen],
    ['a plan of an older log goes by today', 'p0', NO_CONTROLS, today],
    ['a task typed by hand goes by today', null, NO_CONTROLS, today],
    [
      'a rollback lies over the rows of a plan',
      'p1',
      decided(rolledBack),
      { ...frozen, rolledBack: 'too many surprises, says ada' },
    ],
    ['and over those of today', null, decided(rolledBack), { ...today, rolledBack: 'too many surprises, says ada' }],
  ])('%s', (_name, plan, controls, expected) => {
    expect(tableFor(plan, today, { controls, tables })).toEqual(expected);
  });

  test('routing by hand has no rows of its own', () => {
    expect(tableFor(null, 'manual', { controls: NO_CONTROLS, tables })).toEqual({});
  });
});

test.each([
  ['nothing is in the way', NO_CONTROLS, {}, false, null],
  ['a person chooses, and has not', NO_CONTROLS, 'manual' as const, false, { reason: 'no_choice' }],
  ['a person chooses, and has', NO_CONTROLS, 'manual' as const, true, null],
  [
    'a pause stops even what was chosen',
    decided(paused),
    'manual' as const,
    true,
    { reason: 'paused', said: decided(paused).paused },
  ],
])('a claim: %s', (_name, controls, today, chosen, expected) => {
  expect(hindranceOf(controls, today, chosen)).toEqual(expected);
});

describe('the weekly review', () => {
  const day = (number: number): string => new Date(Date.UTC(2026, 10, number)).toISOString();
  const now = Date.parse(day(21));

  test.each([
    ['is not due where nothing has been tried', null, null, null],
    ['is not due where only a review has been, and no work', day(1), null, null],
    ['is not due six days after the first work', null, day(15), null],
    ['is due seven days after the first work', null, day(14), 0],
    ['is counted from the last review', day(12), day(1), 2],
    ['is not due six days after the last review', day(15), day(1), null],
  ])('%s', (_name, lastReview, firstWork, expected) => {
    expect(reviewOverdueDays(lastReview, firstWork, now)).toBe(expected);
  });
});

test('property: events of other streams change nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom('requeued', 'withdrawn'), fc.string(), (kind, by) => {
      const event =
        kind === 'requeued' ? { kind: 'requeued' as const, by, reason: '' } : { kind: 'withdrawn' as const, by };
      expect(foldControls([{ event, at: at(1) }])).toEqual(NO_CONTROLS);
    }),
  );
});
