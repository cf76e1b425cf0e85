/** How attempts and tasks are judged: what is rework, what is a first try, what is an escalation, and what is nobody's fault. */
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { Task } from '../../src/domain/task.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { trackRecord } from '../../src/policy/track-record.ts';
import {
  at,
  blocked,
  claimed,
  created,
  ended,
  intended,
  landed,
  proven,
  ROUTE,
  returned,
  SPEND,
  stateAfter,
  submitted,
  taskOf,
  validated,
} from '../support/policy-values.ts';

const on = (tier: Tier, attempt = 1): TaskEvent => ({ ...claimed(attempt), route: { ...ROUTE, tier } }) as TaskEvent;
const home = (attempt = 1): TaskEvent[] => [
  submitted(attempt),
  proven(attempt),
  validated(attempt, 'green'),
  intended(attempt),
  landed(attempt),
];

const recordOf = (events: TaskEvent[], task: Task | null = taskOf({ traits: { minutes: 15 } })) => {
  const state = stateAfter([created(), ...events]);
  return trackRecord([state], new Map(task === null ? [] : [[state.id, { task }]]), 5);
};

const KIND = {
  task: 'shop-1-01-basket',
  agent: 'engineer-backend',
  phase: 'EXEC',
  type: 'other',
  complexity: 2,
  minutes: 15,
};

test('an attempt carries its sort, its complexity, its quality and its cost', () => {
  expect(recordOf([on('sonnet'), ...home()]).attempts).toEqual([
    { ...KIND, attempt: 1, tier: 'sonnet', came: 'landed', isRework: false, quality: 100, cost: SPEND.cost, at: at(2) },
  ]);
});

test('a task that landed at once is one use of one tier', () => {
  expect(recordOf([on('sonnet'), ...home()]).uses).toEqual([
    {
      ...KIND,
      tier: 'sonnet',
      attempts: 1,
      isJudged: true,
      isRework: false,
      isFirstTry: true,
      hasLanded: true,
      isEscalated: false,
      cost: SPEND.cost,
      estimate: 240_000_000,
      zones: { foreseen: 'green', reached: 'green' },
      quality: 100,
      at: at(2),
    },
  ]);
});

describe('what became of the work', () => {
  const verdict = { isJudged: true, isRework: false, isFirstTry: false, hasLanded: false, isEscalated: false };

  test.each<[string, TaskEvent[], object]>([
    ['still running', [on('haiku')], { ...verdict, isJudged: false }],
    ['handed in, not decided', [on('haiku'), submitted()], { ...verdict, isJudged: false }],
    ['interrupted is nobody’s fault', [on('haiku'), ended(1)], { ...verdict, isJudged: false }],
    ['a question is no rework', [on('haiku'), blocked(1)], { ...verdict, isJudged: false }],
    [
      'a conflict is nobody’s fault',
      [on('haiku'), submitted(), returned(1, { reason: 'conflict', strike: false })],
      { ...verdict, isJudged: false },
    ],
    ['red is rework', [on('haiku'), submitted(), returned(1)], { ...verdict, isRework: true }],
    [
      'a reviewer who wants changes is rework, without a strike',
      [on('haiku'), submitted(), returned(1, { reason: 'changes_requested', strike: false })],
      { ...verdict, isRework: true },
    ],
    [
      'stuck is rework',
      [on('haiku'), ended(1, { end: { reason: 'stuck', detail: 'x' }, strike: true })],
      { ...verdict, isRework: true },
    ],
    [
      'landed on the second try is no first try',
      [on('haiku'), submitted(), returned(1), on('haiku', 2), ...home(2)],
      { ...verdict, isRework: true, hasLanded: true },
    ],
    [
      'moved up by its own blocker is an escalation',
      [
        on('haiku'),
        blocked(1),
        { kind: 'escalated', by: 'conductor', to: 'sonnet', reason: 'complex_debugging', note: 'x' },
      ],
      { ...verdict, isEscalated: true },
    ],
    [
      'moved up by a person is none',
      [on('haiku'), ended(1), { kind: 'overridden', by: 'ada', to: 'sonnet', reason: 'x' }, on('sonnet', 2)],
      { ...verdict, isJudged: false },
    ],
  ])('%s', (_name, events, expected) => {
    expect(recordOf(events).uses.find(use => use.tier === 'haiku')).toMatchObject(expected);
  });

  test('strikes that raise the tier are one use of each tier, and the first one is escalated', () => {
    const { uses } = recordOf([on('haiku'), submitted(), returned(1), on('sonnet', 2), ...home(2)]);
    expect(
      uses.map(({ tier, isRework, isEscalated, hasLanded, isFirstTry }) => ({
        tier,
        isRework,
        isEscalated,
        hasLanded,
        isFirstTry,
      })),
    ).toEqual([
      { tier: 'haiku', isRework: true, isEscalated: true, hasLanded: false, isFirstTry: false },
      { tier: 'sonnet', isRework: false, isEscalated: false, hasLanded: true, isFirstTry: false },
    ]);
  });
});

test.each([
  ['landed', [...home()], 100],
  ['red', [submitted(), returned(1)], 30],
  ['rejected', [submitted(), returned(1, { reason: 'rejected' })], 0],
  ['changes_requested', [submitted(), returned(1, { reason: 'changes_requested', strike: false })], 50],
  ['conflict', [submitted(), returned(1, { reason: 'conflict', strike: false })], null],
  ['interrupted', [ended(1)], null],
  ['turn_limit', [ended(1, { end: { reason: 'turn_limit', turns: 60 }, strike: true })], 0],
] as const)('an attempt that came to %s has a quality', (came, events, quality) => {
  expect(recordOf([on('sonnet'), ...events]).attempts).toMatchObject([{ came, quality }]);
});

test('quality is the share of criteria that the last verdict found met', () => {
  const met = (number: number, isMet: boolean) => ({ number, text: 'it works', met: isMet, note: '' });
  const reviewed: TaskEvent = {
    kind: 'reviewed',
    attempt: 1,
    verdict: {
      commit: 'commit-1',
      decision: 'approve',
      summary: '',
      criteria: [met(1, true), met(2, true), met(3, false)],
      comments: [],
    },
    reviewer: { agent: 'reviewer', tier: 'sonnet', model: 'm' },
    spend: SPEND,
  };
  const events = [on('haiku'), submitted(), proven(), validated(1, 'green'), reviewed, intended(), landed()];
  expect(recordOf(events).attempts).toMatchObject([{ came: 'landed', quality: 67 }]);
});

test('a task whose file is gone is of no known sort, and one without attempts is no evidence', () => {
  expect(recordOf([on('sonnet'), ...home()], null).uses).toMatchObject([
    { type: 'other', complexity: null, phase: 'EXEC' },
  ]);
  expect(recordOf([])).toEqual({ attempts: [], uses: [] });
});
