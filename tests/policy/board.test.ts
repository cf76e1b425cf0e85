/** The board: standings, the order of ready work, and the order of landing. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Blocker } from '../../src/domain/blocker.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import { PRIORITIES, type Tier } from '../../src/domain/tier.ts';
import {
  type BoardTask,
  buildBoard,
  type Card,
  handedInOrder,
  landingOrder,
  readyTasks,
  type Standing,
} from '../../src/policy/board.ts';
import { foldStream } from '../../src/policy/fold.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import {
  answered,
  approved,
  at,
  blocked,
  cancelled,
  claimed,
  created,
  humanReview,
  imported,
  intended,
  landed,
  logOf,
  proven,
  returned,
  reviewAsked,
  reviewed,
  submitted,
  validated,
} from '../support/policy-values.ts';

const cardOf = (id: string, changes: Partial<Card> = {}): Card => ({
  id,
  agent: 'engineer-backend',
  phase: 'EXEC',
  title: id,
  priority: 'p1',
  created: at(0),
  depends_on: [],
  after: [],
  plan: undefined,
  minutes: null,
  ...changes,
});

function statesOf(logs: Record<string, TaskEvent[]>): Map<string, TaskState> {
  return new Map(
    Object.entries(logs).flatMap(([id, events]) => {
      const state = foldStream(id, logOf(id, events));
      return state === null ? [] : [[id, state] as const];
    }),
  );
}

const DONE = [created(), claimed(1), submitted(1), proven(), validated(1, 'green'), intended(), landed()];
const GREEN = [created(), claimed(1), submitted(1), proven(), validated(1, 'green')];

const ids = (tasks: readonly BoardTask[]): string[] => tasks.map(task => task.card.id);

describe('standings', () => {
  test.each<[string, TaskEvent[], string]>([
    ['a file that nobody has taken in', [], 'ready'],
    ['taken in', [created()], 'ready'],
    ['claimed', [created(), claimed(1)], 'running'],
    ['handed in', [created(), claimed(1), submitted(1)], 'submitted'],
    ['proven, not yet validated', [created(), claimed(1), submitted(1), proven()], 'submitted'],
    ['red', [created(), claimed(1), submitted(1), proven(), validated(1, 'red', 'green')], 'submitted'],
    [
      'could not be checked',
      [created(), claimed(1), submitted(1), proven(), validated(1, 'could_not_run')],
      'submitted',
    ],
    ['green', GREEN, 'queued'],
    ['waiting for its reviewer', [...GREEN, reviewAsked('sonnet')], 'in_review'],
    ['reviewed', [...GREEN, reviewAsked('sonnet'), reviewed('approve', 'sonnet')], 'queued'],
    ['meant to be merged', [...GREEN, intended()], 'queued'],
    ['given back', [...GREEN, returned(1)], 'ready'],
    ['waiting for a person', [...GREEN, humanReview(1)], 'blocked'],
    ['approved', [...GREEN, humanReview(1), approved('commit-1')], 'queued'],
    ['asking', [created(), claimed(1), blocked(1)], 'blocked'],
    ['answered', [created(), claimed(1), blocked(1), answered()], 'ready'],
    ['cancelled', [created(), cancelled()], 'cancelled'],
    ['landed', DONE, 'landed'],
    ['read back from git', [created(), imported], 'landed'],
  ])('%s is %s', (_name, events, standing) => {
    const states = statesOf({ a: events });
    const card = cardOf('a');
    expect([...buildBoard([card], states)]).toEqual([
      ['a', { card, state: states.get('a') ?? null, standing, waitingFor: [], critical: false }],
    ]);
  });

  const stops = (tier: Tier, blocker: Partial<Blocker>): TaskEvent[] => [
    created(),
    { ...claimed(1), route: { tier, effort: 'medium', because: [] } } as TaskEvent,
    blocked(1, { blocker: { type: 'technical', problem: 'x', tried: [], need: 'y', options: [], ...blocker } }),
  ];

  test.each<[string, Tier, Partial<Blocker>, Standing, string[]]>([
    ['a question without a reason', 'sonnet', { type: 'unclear_requirements' }, 'blocked', []],
    ['a business question', 'haiku', { type: 'unclear_requirements', reason: 'business_requirement' }, 'blocked', []],
    [
      'a technical question',
      'sonnet',
      { type: 'unclear_requirements', reason: 'architectural_decision' },
      'waiting',
      [],
    ],
    ['work that is too hard', 'sonnet', { reason: 'complex_debugging' }, 'waiting', []],
    ['work that is too hard for opus', 'opus', { reason: 'complex_debugging' }, 'blocked', []],
    ['work that has landed', 'sonnet', { type: 'dependency', waitsFor: ['done'] }, 'waiting', []],
    ['work on its way', 'sonnet', { type: 'dependency', waitsFor: ['done', 'coming'] }, 'waiting', ['coming']],
    ['work that was taken back', 'sonnet', { type: 'dependency', waitsFor: ['gone'] }, 'blocked', []],
    ['work that waits for it', 'sonnet', { type: 'dependency', waitsFor: ['later'] }, 'blocked', []],
    ['work that nobody named', 'sonnet', { type: 'dependency' }, 'blocked', []],
    ['a path', 'sonnet', { type: 'out_of_zone', reason: 'architectural_decision' }, 'blocked', []],
    ['money', 'sonnet', { type: 'budget' }, 'blocked', []],
    ['another model', 'sonnet', { type: 'refusal' }, 'blocked', []],
  ])('what has stopped for %s needs a person, or none', (_name, tier, blocker, standing, waitingFor) => {
    const cards = ['a', 'done', 'coming', 'gone'].map(id => cardOf(id));
    const logs = { a: stops(tier, blocker), done: DONE, gone: [created(), cancelled()] };
    const task = buildBoard([...cards, cardOf('later', { depends_on: ['a'] })], statesOf(logs)).get('a');
    expect([task?.standing, task?.waitingFor]).toEqual([standing, waitingFor]);
  });

  test('other dependencies than those that are installed are a person’s to install', () => {
    const locks = { type: 'dependency', problem: 'the lock file differs', tried: [], need: 'install', options: [] };
    const states = statesOf({ a: [...GREEN, blocked(1, { blocker: locks as Blocker, resumable: false })] });
    expect(buildBoard([cardOf('a')], states).get('a')?.standing).toBe('blocked');
  });

  test('open work waits for every dependency that has not landed, unknown ones too', () => {
    const card = cardOf('z', { depends_on: ['done', 'running', 'cancelled', 'unknown'] });
    const cards = [cardOf('done'), cardOf('running'), cardOf('cancelled'), card];
    const board = buildBoard(
      cards,
      statesOf({ done: DONE, running: [created(), claimed(1)], cancelled: [created(), cancelled()] }),
    );
    expect(board.get('z')).toEqual({
      card,
      state: null,
      standing: 'waiting',
      waitingFor: ['running', 'cancelled', 'unknown'],
      critical: false,
    });
  });

  test('it is ready as soon as the last one has landed', () => {
    const board = buildBoard([cardOf('a'), cardOf('z', { depends_on: ['a'] })], statesOf({ a: DONE }));
    expect(board.get('z')).toMatchObject({ standing: 'ready', waitingFor: [] });
  });

  test('what runs already goes on running, whatever its file depends on now', () => {
    const board = buildBoard([cardOf('z', { depends_on: ['a'] })], statesOf({ z: [created(), claimed(1)] }));
    expect(board.get('z')).toMatchObject({ standing: 'running', waitingFor: ['a'] });
  });

  test('a task whose file is gone keeps its place', () => {
    const states = statesOf({ gone: [created({ plan: null }), claimed(1)] });
    expect([...buildBoard([], states).values()]).toEqual([
      {
        card: {
          id: 'gone',
          agent: 'engineer-backend',
          phase: 'EXEC',
          title: '(the file tasks/engineer-backend/shop-1-01-basket.md is gone)',
          priority: 'p1',
          created: at(1),
          depends_on: [],
          after: [],
          plan: undefined,
          minutes: null,
        },
        state: states.get('gone'),
        standing: 'running',
        waitingFor: [],
        critical: false,
      },
    ]);
  });
});

describe('the critical path', () => {
  const critical = (cards: Card[], logs: Record<string, TaskEvent[]> = {}): string[] =>
    ids([...buildBoard(cards, statesOf(logs)).values()].filter(task => task.critical));

  const plan = (name: string): Card[] => [
    cardOf(`${name}-1`, { plan: name, minutes: 10 }),
    cardOf(`${name}-2`, { plan: name, minutes: 30, depends_on: [`${name}-1`] }),
    cardOf(`${name}-3`, { plan: name, depends_on: [`${name}-1`] }),
    cardOf(`${name}-4`, { plan: name, minutes: 5, depends_on: [`${name}-2`, `${name}-3`] }),
  ];

  test('is the longest path of each plan by itself', () => {
    expect(critical([...plan('a'), ...plan('b'), cardOf('lone')])).toEqual(['a-1', 'a-2', 'a-4', 'b-1', 'b-2', 'b-4']);
  });

  test('counts fifteen minutes for a task that does not say', () => {
    const branches = (minutes: number): Card[] => [
      cardOf('said', { plan: 'p', minutes }),
      cardOf('unsaid', { plan: 'p' }),
    ];
    expect([critical(branches(14)), critical(branches(16))]).toEqual([['unsaid'], ['said']]);
  });

  test('a plan of one task has none', () => {
    expect(critical([cardOf('only', { plan: 'p' })])).toEqual([]);
  });

  test('a plan that has landed has none any more', () => {
    const both = [cardOf('a', { plan: 'p' }), cardOf('b', { plan: 'p', depends_on: ['a'] })];
    expect([critical(both, { a: DONE }), critical(both, { a: DONE, b: DONE })]).toEqual([['a', 'b'], []]);
  });

  test('a circle typed by hand keeps its tasks waiting and breaks nothing', () => {
    const circle = [
      cardOf('a', { plan: 'p', depends_on: ['b'] }),
      cardOf('b', { plan: 'p', depends_on: ['a'] }),
      cardOf('self', { plan: 'p', depends_on: ['self'] }),
    ];
    const standings = [...buildBoard(circle, new Map()).values()].map(task => [task.card.id, task.standing]);
    expect(standings).toEqual([
      ['a', 'waiting'],
      ['b', 'waiting'],
      ['self', 'waiting'],
    ]);
  });
});

describe('the order of ready work', () => {
  const order = (cards: Card[], logs: Record<string, TaskEvent[]> = {}): string[] =>
    ids(readyTasks(buildBoard(cards, statesOf(logs)), 'all'));

  test.each<[string, Card[], string[]]>([
    [
      'priority before age',
      [cardOf('old', { priority: 'p2', created: at(0) }), cardOf('urgent', { priority: 'p0', created: at(9) })],
      ['urgent', 'old'],
    ],
    [
      'a task that would rather come after an open one goes behind the others of its priority',
      [cardOf('a', { after: ['c'] }), cardOf('b', { created: at(5) }), cardOf('c', { priority: 'p2' })],
      ['b', 'a', 'c'],
    ],
    [
      'a wish about an unknown task counts for nothing',
      [cardOf('a', { after: ['nobody'] }), cardOf('b', { created: at(5) })],
      ['a', 'b'],
    ],
    ['age before id', [cardOf('a', { created: at(5) }), cardOf('b', { created: at(4) })], ['b', 'a']],
    [
      'age is a moment and not a text',
      [cardOf('a', { created: '2026-11-21T09:30:00Z' }), cardOf('b', { created: '2026-11-21T10:00:00+02:00' })],
      ['b', 'a'],
    ],
    ['the id last of all', [cardOf('b'), cardOf('a')], ['a', 'b']],
  ])('%s', (_name, cards, wanted) => {
    expect(order(cards)).toEqual(wanted);
  });

  test('a wish is fulfilled once the other has landed', () => {
    const cards = [cardOf('a', { after: ['c'] }), cardOf('b', { created: at(5) }), cardOf('c')];
    expect(order(cards, { c: DONE })).toEqual(['a', 'b']);
  });

  test('holds ready work of the asked agents only', () => {
    const cards = [
      cardOf('mine'),
      cardOf('other', { agent: 'scribe' }),
      cardOf('busy'),
      cardOf('later', { depends_on: ['busy'] }),
    ];
    const board = buildBoard(cards, statesOf({ busy: [created(), claimed(1)] }));
    expect([ids(readyTasks(board, new Set(['engineer-backend']))), ids(readyTasks(board, 'all'))]).toEqual([
      ['mine'],
      ['mine', 'other'],
    ]);
  });

  test('does not depend on the order in which files were read', () => {
    const card = fc
      .record({
        priority: fc.constantFrom(...PRIORITIES),
        minute: fc.nat({ max: 3 }),
        after: fc.subarray(['t-0', 't-1', 't-2']),
      })
      .map(({ priority, minute, after }) => ({ priority, created: at(minute), after }));
    fc.assert(
      fc.property(fc.array(card, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (changes, salt) => {
        const cards = changes.map((change, index) => cardOf(`t-${index}`, change));
        const shuffled = cards
          .map(one => ({ one, key: salt.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(order(shuffled)).toEqual(order(cards));
      }),
    );
  });
});

describe('the order of landing', () => {
  /** Green work that was handed in at this minute. */
  const greenAt = (id: string, minute: number): TaskState => {
    const log = logOf(id, GREEN).map(stored => ({ ...stored, at: at(minute) }));
    const state = foldStream(id, log);
    if (state === null) throw new Error('bug in the test');
    return state;
  };
  const queue = (tasks: [id: string, priority: Card['priority'], minute: number][]): string[] =>
    ids(
      landingOrder(
        buildBoard(
          tasks.map(([id, priority]) => cardOf(id, { priority })),
          new Map(tasks.map(([id, , minute]) => [id, greenAt(id, minute)])),
        ),
      ),
    );

  test('is by priority, then by the time of handing in, then by id', () => {
    expect(
      queue([
        ['late', 'p1', 9],
        ['b', 'p1', 3],
        ['a', 'p1', 3],
        ['urgent', 'p0', 12],
        ['low', 'p2', 1],
      ]),
    ).toEqual(['urgent', 'a', 'b', 'late', 'low']);
  });

  test('is that of judging, too', () => {
    const log = (id: string, minute: number): TaskState | null =>
      foldStream(
        id,
        logOf(id, [created(), claimed(1), submitted(1)]).map(stored => ({ ...stored, at: at(minute) })),
      );
    const states = { a: log('a', 9), b: log('b', 3), c: foldStream('c', logOf('c', [created(), claimed(1)])) };
    const board = buildBoard(
      ['a', 'b', 'c'].map(id => cardOf(id)),
      new Map(Object.entries(states).flatMap(([id, state]) => (state === null ? [] : [[id, state] as const]))),
    );
    expect(ids(handedInOrder(board))).toEqual(['b', 'a']);
  });

  test('holds only what is green', () => {
    const cards = ['a', 'b', 'c', 'd'].map(id => cardOf(id));
    const red = [created(), claimed(1), submitted(1), proven(), validated(1, 'red', 'green')];
    const board = buildBoard(cards, statesOf({ a: GREEN, b: red, c: DONE, d: [...GREEN, humanReview(1)] }));
    expect(ids(landingOrder(board))).toEqual(['a']);
  });

  test('starves nobody: what is handed in later never passes older work of its own or a higher priority', () => {
    const task = fc.tuple(fc.constantFrom(...PRIORITIES), fc.nat({ max: 50 }));
    fc.assert(
      fc.property(fc.array(task, { maxLength: 8 }), fc.constantFrom(...PRIORITIES), (tasks, priority) => {
        const before = tasks.map(([own, minute], index) => [`t-${index}`, own, minute] as [string, typeof own, number]);
        const after = queue([...before, ['newcomer', priority, 51]]);
        expect(after.filter(id => id !== 'newcomer')).toEqual(queue(before));
        const passed = after.slice(after.indexOf('newcomer') + 1);
        const older = before.filter(([id]) => passed.includes(id)).map(([, own]) => own);
        expect(older.every(own => PRIORITIES.indexOf(own) > PRIORITIES.indexOf(priority))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

test('what was answered, escalated or asked to change goes before new work, whatever its priority', () => {
  const asked = [created(), claimed(1), blocked(1)];
  const back = [created(), claimed(1), submitted(1)];
  const states = statesOf({
    answered: [...asked, answered()],
    escalated: [...asked, { kind: 'escalated', by: 'conductor', to: 'opus', reason: 'complex_debugging', note: 'x' }],
    changes: [...back, returned(1, { reason: 'changes_requested' })],
    red: [...back, returned(1)],
  });
  const cards = ['red', 'changes', 'escalated', 'answered'].map(id => cardOf(id, { priority: 'p2' }));
  const board = buildBoard([cardOf('new', { priority: 'p0' }), ...cards], states);
  expect(ids(readyTasks(board, 'all'))).toEqual(['answered', 'changes', 'escalated', 'new', 'red']);
});

test('a person moves work within its rank: p0 and what was answered stay in front, for the asked agents too', () => {
  const answer = [created(), claimed(1), blocked(1), answered()];
  const cards = [
    cardOf('answered'),
    cardOf('urgent', { priority: 'p0' }),
    cardOf('old', { created: at(1) }),
    cardOf('scribe', { created: at(2), agent: 'scribe' }),
    cardOf('young', { created: at(3), priority: 'p2' }),
  ];
  const board = buildBoard(cards, statesOf({ answered: answer }));
  const moves = [{ task: 'young', before: ['answered', 'urgent', 'old', 'scribe'], after: [] }];
  expect([ids(readyTasks(board, 'all', moves)), ids(readyTasks(board, new Set(['engineer-backend']), moves))]).toEqual([
    ['answered', 'urgent', 'young', 'old', 'scribe'],
    ['answered', 'urgent', 'young', 'old'],
  ]);
});

describe('deferred work', () => {
  const deferred: TaskEvent = { kind: 'deferred', why: 'the red zone', until: '2026-11-23' };
  const standing = (events: TaskEvent[], today?: string) =>
    buildBoard([cardOf('a')], statesOf({ a: events }), today).get('a')?.standing;

  test.each<[string, TaskEvent[], string | undefined, Standing]>([
    ['before its day', [created(), deferred], '2026-11-22', 'deferred'],
    ['on the day it was deferred to', [created(), deferred], '2026-11-23', 'ready'],
    ['after it', [created(), deferred], '2026-12-01', 'ready'],
    ['where nobody knows the day', [created(), deferred], undefined, 'deferred'],
    ['once it is claimed', [created(), deferred, claimed(1)], '2026-11-22', 'running'],
    ['once it is taken back', [created(), deferred, cancelled()], '2026-11-22', 'cancelled'],
  ])('%s', (_name, events, today, expected) => {
    expect(standing(events, today)).toBe(expected);
  });

  test('that waits for others is waiting', () => {
    const board = buildBoard(
      [cardOf('a', { depends_on: ['b'] })],
      statesOf({ a: [created(), deferred] }),
      '2026-11-22',
    );
    expect(board.get('a')?.standing).toBe('waiting');
  });

  test('is asked for again with every look, in its place among the others', () => {
    const cards = [cardOf('a', { priority: 'p0' }), cardOf('b')];
    const board = buildBoard(cards, statesOf({ a: [created(), deferred] }), '2026-11-22');
    expect(readyTasks(board, 'all').map(({ card }) => card.id)).toEqual(['a', 'b']);
  });
});
