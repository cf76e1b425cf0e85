/** Why a task stands where it stands: every standing has its reasons, and every reason its source. */
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { BoardTask, Standing } from '../../src/policy/board.ts';
import type { Around, Reason } from '../../src/policy/reason.ts';
import { NO_EVIDENCE, route } from '../../src/policy/route.ts';
import { whyStanding } from '../../src/policy/why.ts';
import {
  approved,
  at,
  blocked,
  cancelled,
  claimed,
  created,
  headOf,
  humanReview,
  imported,
  intended,
  landed,
  proven,
  returned,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';

const AROUND: Around = {
  routing: route(headOf(), {}, NO_EVIDENCE),
  hindrance: null,
  lanes: { haiku: { live: 0, limit: 8 }, sonnet: { live: 0, limit: 3 }, opus: { live: 0, limit: 1 } },
  waitsFor: [],
  before: [],
  baseline: null,
  guardReached: false,
  paused: null,
  move: null,
};

const taskIn = (standing: Standing, events: TaskEvent[] | null, critical = false): BoardTask => ({
  card: { ...headOf({ plan: 'p1' }), minutes: null },
  state: events === null ? null : stateAfter([created(), ...events]),
  standing,
  waitingFor: [],
  critical,
});

const why = (standing: Standing, events: TaskEvent[] | null, around: Partial<Around> = {}): Reason[] =>
  whyStanding(taskIn(standing, events), { ...AROUND, ...around });

const paused = { by: 'ada', reason: 'the release', since: at(3) };
const home: TaskEvent[] = [claimed(), submitted(), proven(), validated(1, 'green')];

describe('each standing', () => {
  test.each<[string, Standing, TaskEvent[] | null, Partial<Around>, Reason[]]>([
    [
      'waiting names what it needs and how that stands',
      'waiting',
      [],
      {
        waitsFor: [
          { id: 'a', standing: 'in_review' },
          { id: 'b', standing: null },
        ],
      },
      [
        {
          text: 'it needs a, which is in review and has not landed',
          source: 'depends_on in the task file of shop-1-01-basket',
        },
        {
          text: 'it needs b, and there is no such task: kleiber check',
          source: 'depends_on in the task file of shop-1-01-basket',
        },
      ],
    ],
    [
      'ready, and a file that nobody has taken in',
      'ready',
      null,
      {},
      [
        { text: 'nobody has taken its file in yet; the next worker does', source: 'the task file' },
        {
          text: 'nothing stands in its way; the next free worker of engineer-backend takes it',
          source: 'priority, then what it should come after, then age',
        },
      ],
    ],
    [
      'ready behind others',
      'ready',
      [],
      { before: ['a', 'b', 'c', 'd'] },
      [
        {
          text: 'nothing stands in its way but a, b, c and 1 more, which a worker of engineer-backend takes first',
          source: 'priority, then what it should come after, then age',
        },
      ],
    ],
    [
      'ready while all is paused',
      'ready',
      [],
      { hindrance: { reason: 'paused', said: paused }, paused },
      [
        {
          text: 'ada paused all work on 2026-11-21: the release; go on with: kleiber resume',
          source: 'seed 3, pause system',
        },
      ],
    ],
    [
      'ready, and a person has to choose',
      'ready',
      [],
      { hindrance: { reason: 'no_choice' } },
      [
        {
          text: 'a person chooses its model: kleiber override shop-1-01-basket --model sonnet --reason "…"',
          source: 'kleiber.yml, routing; seed 3, pause system',
        },
      ],
    ],
    [
      'ready, with a full lane, a red base and the guard reached: all of them',
      'ready',
      [],
      {
        lanes: { ...AROUND.lanes, sonnet: { live: 3, limit: 3 } },
        baseline: 'the checks are red on the base',
        guardReached: true,
      },
      [
        {
          text: 'today has cost more than the cost guard, so a person is asked first: kleiber conduct --past-guard',
          source: 'kleiber.yml, budget.guard_usd; seed 5, cost guard',
        },
        {
          text: 'the checks are red on the base',
          source: 'no money is spent on a broken base: the checks run on it first',
        },
        {
          text: 'the sonnet lane is full: 3 of 3 conversations are live',
          source: 'kleiber.yml, lanes.sonnet; seed 1, lanes',
        },
      ],
    ],
    [
      'deferred until its day',
      'deferred',
      [{ kind: 'deferred', why: 'the day is in orange', until: '2026-11-22' }],
      {},
      [
        {
          text: 'the day is in orange; it comes back by itself on 2026-11-22',
          source: `deferred since ${at(2)}; seeds 3 and 4: defer, never downgrade`,
        },
        {
          text: 'sooner with: kleiber override shop-1-01-basket --model sonnet --reason "…"',
          source: 'seed 3, manual override',
        },
      ],
    ],
    [
      'deferred because nothing is left',
      'deferred',
      [{ kind: 'deferred', why: "nothing is left of the day's money", until: '2026-11-22' }],
      {},
      [
        {
          text: "nothing is left of the day's money; it comes back by itself on 2026-11-22",
          source: `deferred since ${at(2)}; seeds 3 and 4: defer, never downgrade`,
        },
        {
          text: 'sooner with: a higher cap in kleiber.yml, budget',
          source: 'kleiber.yml, budget; a cap is never passed',
        },
      ],
    ],
    [
      'running a first time',
      'running',
      [claimed()],
      {},
      [{ text: `pid 4711 on desk works on attempt 1 since ${at(2)}`, source: 'its claim' }],
    ],
    [
      'running again, while all is paused',
      'running',
      [claimed(), submitted(), returned(1), claimed(2)],
      { paused },
      [
        { text: `pid 4711 on desk works on attempt 2 since ${at(5)}`, source: 'its claim' },
        { text: 'attempt 2, because attempt 1 came back (red)', source: 'its events' },
        { text: 'all work is paused; what runs goes on to the end of its attempt', source: 'seed 3, pause system' },
      ],
    ],
    [
      'submitted, before the proof',
      'submitted',
      [claimed(), submitted()],
      {},
      [{ text: 'the conductor holds commit-1 against its report next', source: 'the road in: proof' }],
    ],
    [
      'submitted, before the checks',
      'submitted',
      [claimed(), submitted(), proven()],
      {},
      [{ text: 'the checks run on commit-1 next', source: 'kleiber.yml, checks; the road in: validation' }],
    ],
    [
      'submitted, and the checks are red',
      'submitted',
      [claimed(), submitted(), proven(), validated(1, 'red')],
      {},
      [
        {
          text: 'the checks on commit-1: red; the conductor decides what that means',
          source: 'kleiber.yml, checks; the road in: validation',
        },
      ],
    ],
    [
      'queued first',
      'queued',
      home,
      {},
      [
        {
          text: 'it is next to land; its merge is built and checked first',
          source: 'one candidate at a time, by priority, then the oldest submission',
        },
      ],
    ],
    [
      'queued behind one',
      'queued',
      home,
      { before: ['a'] },
      [
        {
          text: '1 task lands before it: a',
          source: 'one candidate at a time, by priority, then the oldest submission',
        },
      ],
    ],
    [
      'landed',
      'landed',
      [...home, intended(), landed()],
      {},
      [{ text: 'it landed as merge-1 on 2026-11-21', source: 'the checks were green on exactly this tree' }],
    ],
    [
      'landed with a person’s approval',
      'landed',
      [...home, humanReview(1), approved(), intended(), landed()],
      {},
      [
        { text: 'it landed as merge-1 on 2026-11-21', source: 'the checks were green on exactly this tree' },
        { text: 'ada approved it', source: 'seed 5, force opus + human review' },
      ],
    ],
    [
      'landed by git’s own account',
      'landed',
      [imported],
      {},
      [{ text: 'it landed as merge-9 on 2026-11-21, read back from git', source: 'the trailers of its merge' }],
    ],
    [
      'blocked by a question',
      'blocked',
      [claimed(), blocked(1)],
      { move: { kind: 'person', because: 'it gives no reason to escalate' } },
      [
        { text: 'which currency?', source: `unclear_requirements, since ${at(3)}` },
        { text: 'it needs: a currency', source: 'seed 5, blocked files; seed 1, escalation path' },
        {
          text: 'then: kleiber answer shop-1-01-basket "…"',
          source: 'only a person moves it: it gives no reason to escalate',
        },
      ],
    ],
    [
      'cancelled',
      'cancelled',
      [cancelled()],
      {},
      [{ text: 'ada took it back: not needed', source: 'a person, or an undone plan' }],
    ],
  ])('%s', (_name, standing, events, around, reasons) => {
    expect(why(standing, events, around)).toEqual(reasons);
  });

  test('in review names the reviewer, the reviews that failed, and the person after it', () => {
    const task = taskIn('in_review', home);
    const stage = task.state?.stage;
    if (task.state === null || stage?.kind !== 'submitted') throw new Error('it is not submitted');
    const state = {
      ...task.state,
      stage: { ...stage, review: 'opus' as const },
      failedReviews: [{ detail: 'cut', scope: null }],
    };
    const routing = route(headOf({ risk: ['payment'] }), {}, NO_EVIDENCE);
    expect(whyStanding({ ...task, state }, { ...AROUND, routing })).toEqual([
      {
        text: 'commit-1 waits for the verdict of a reviewer on opus; 1 review ended without one',
        source: 'seed 1, quality gates, for work of sonnet',
      },
      { text: 'and a person approves it after that', source: routing.floor.because.join('; ') },
    ]);
  });
});

test.each<[string, Partial<Around>, Reason]>([
  [
    'for other work',
    { move: { kind: 'wait', for: ['a'] }, waitsFor: [{ id: 'a', standing: 'in_review' }] },
    { text: 'it goes on by itself when a, which is in review, has landed', source: 'seed 5, blocked files' },
  ],
  [
    'for a tick',
    { move: { kind: 'resume', landed: ['a', 'b'] } },
    { text: 'a and b landed, so it goes on with the next tick', source: 'seed 5, blocked files' },
  ],
  [
    'for advice',
    { move: { kind: 'advise' } },
    { text: 'opus is asked, and then the same conversation goes on', source: 'seed 2, escalation prompt' },
  ],
  [
    'for a stronger model',
    { move: { kind: 'escalate', to: 'opus', reason: 'complex_debugging' } },
    { text: 'the conductor moves it to opus: complex debugging', source: 'seed 1, escalation path' },
  ],
])('what has stopped and waits %s says who moves it', (_name, around, moved) => {
  const asked = { text: 'which currency?', source: `unclear_requirements, since ${at(3)}` };
  expect(why('waiting', [claimed(), blocked(1)], around)).toEqual([asked, moved]);
});

test('a blocker of every type says whose word moves it and where that comes from', () => {
  const types = [
    'merge_conflict',
    'dependency',
    'unclear_requirements',
    'technical',
    'budget',
    'out_of_zone',
    'refusal',
    'human_review',
  ] as const;
  for (const type of types) {
    const blocker = { type, problem: 'x\nmore', tried: [], need: 'y', options: [] };
    const events = type === 'human_review' ? [...home, humanReview(1)] : [claimed(), blocked(1, { blocker })];
    const [problem, need, then] = why('blocked', events);
    expect([problem?.text.includes('\n'), need?.source === '', then?.text.startsWith('then: kleiber ')]).toEqual([
      false,
      false,
      true,
    ]);
  }
});

test('what lies on the critical path says so, wherever it stands', () => {
  expect(whyStanding(taskIn('ready', [], true), AROUND).at(-1)).toEqual({
    text: 'it is on the critical path of plan p1',
    source: 'the longest path of its plan',
  });
});
