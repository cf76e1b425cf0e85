/** What became of the money: sums, rate, waste, shares, durations, savings and how good the estimates were. */
import { describe, expect, test } from 'vitest';
import type { Spend } from '../../src/domain/money.ts';
import { NO_USAGE } from '../../src/domain/money.ts';
import { type Alert, alertNews, alertsOf } from '../../src/policy/alerts.ts';
import { type BookedLine, budgetReport, type ReportQuestion } from '../../src/policy/budget-report.ts';
import type { CapUse } from '../../src/policy/cap-use.ts';
import { estimateQuality, pastTasks } from '../../src/policy/history.ts';
import { TARGETS } from '../../src/policy/targets.ts';
import type { Attempt, TaskState } from '../../src/policy/task-state.ts';
import type { TierUse } from '../../src/policy/track-record.ts';
import { wasteOf } from '../../src/policy/waste.ts';
import {
  at,
  cancelled,
  claimed,
  created,
  proven,
  reviewed,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';
import { usesOf } from '../support/review-values.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const FRESH = stateAfter([created()]);

const attempt = (number: number, changes: Partial<Attempt> = {}): Attempt => ({
  attempt: number,
  agent: 'engineer-backend',
  route: { tier: 'sonnet', effort: 'medium', because: [] },
  base: 'b',
  session: 'shop-1-01-basket-a1',
  approach: '',
  claimedAt: at(0),
  endedAt: at(10),
  outcome: 'submitted',
  stuckOn: null,
  spend: spent(1_000),
  model: null,
  ...changes,
});
const spent = (cost: number): Spend => ({ usage: NO_USAGE, cost });
const taskWith = (attempts: Attempt[], changes: Partial<TaskState> = {}): TaskState => ({
  ...FRESH,
  attempts,
  ...changes,
});
const onTier = (tier: 'haiku' | 'opus'): Partial<Attempt> => ({ route: { tier, effort: 'low', because: [] } });
const LANDED = { kind: 'landed', commit: 'c', at: at(20), imported: false } as const;
const blockedBy = (type: 'budget' | 'unclear_requirements'): TaskState['stage'] => ({
  kind: 'blocked',
  blocker: { type, problem: 'The cap is near.', tried: [], need: 'more', options: [] },
  since: at(5),
  session: null,
  afterProof: false,
  asker: null,
  advised: false,
});

const line = (hour: number, settled: number | null, changes: Partial<BookedLine> = {}): BookedLine => ({
  at: new Date(NOW.getTime() - hour * 3_600_000).toISOString(),
  day: '2026-11-21',
  purpose: { task: 't', agent: 'scribe', phase: 'EXEC', tier: 'haiku', model: 'm' },
  reserved: 500,
  settled,
  usage: { ...NO_USAGE, input: 3, output: 2 },
  logged: null,
  ...changes,
});
const day = (settled: number): CapUse => ({
  scope: 'day',
  tier: null,
  settled,
  open: 0,
  cap: 1_000,
  until: '2026-11-22',
});

const ask = (changes: Partial<ReportQuestion> = {}) =>
  budgetReport({
    lines: [],
    recent: [],
    caps: [],
    states: [],
    estimates: new Map(),
    targets: TARGETS.seed1,
    now: NOW,
    priceOn: (tier, usage) => usage.output * { haiku: 1, sonnet: 10, opus: 100 }[tier],
    ...changes,
  });

describe('the sums', () => {
  test('tell what is spent, reserved and logged by hand, dearest first', () => {
    const mine = line(1, 40, {
      logged: 'by hand',
      purpose: { task: 'u', agent: 'scribe', phase: 'LEAD', tier: 'haiku', model: 'm' },
    });
    const { total, byTask, byAgent } = ask({ lines: [line(3, 10), line(2, null), mine] });
    expect(total).toEqual({ spent: 50, reserved: 500, logged: 40 });
    expect(byTask).toEqual([
      { name: 'u', cost: 40, tokens: 5, logged: 40 },
      { name: 't', cost: 10, tokens: 10, logged: 0 },
    ]);
    expect(byAgent).toEqual([{ name: 'scribe', cost: 50, tokens: 15, logged: 40 }]);
  });

  test('compare with the same tokens on sonnet and on opus, and leave out what nobody knows', () => {
    const lines = [line(1, 5), line(1, 7), line(1, 900, { usage: null }), line(1, null)];
    expect(ask({ lines }).saving).toEqual({ actual: 12, allSonnet: 40, allOpus: 400 });
    expect(ask({ lines, priceOn: () => null }).saving).toEqual({ actual: 12, allSonnet: null, allOpus: null });
  });
});

describe('the burn rate', () => {
  test('is what the last day has cost, by the hours since its first request', () => {
    expect(ask({ recent: [line(30, 900), line(4, 100), line(1, 300)] }).burn).toEqual({ perHour: 100, exhausts: null });
  });

  test('is nothing without a request', () => {
    expect(ask({ recent: [line(25, 900)] }).burn).toEqual({ perHour: null, exhausts: null });
  });

  test('is not blown up by the first minutes', () => {
    expect(ask({ recent: [line(0, 100)] }).burn.perHour).toBe(400);
  });

  test('tells which cap it uses up before that begins anew', () => {
    const end = new Date('2026-11-22T00:00:00').getTime();
    const hoursLeft = (end - NOW.getTime()) / 3_600_000;
    const recent = [line(1, 100)];
    const soon = ask({ recent, caps: [day(900)] }).burn.exhausts;
    expect(soon).toEqual({ scope: 'day', at: new Date(NOW.getTime() + 3_600_000).toISOString() });
    const wide = { ...day(0), cap: 100 * (hoursLeft + 1) };
    expect(ask({ recent, caps: [wide] }).burn.exhausts).toBeNull();
  });
});

describe('waste', () => {
  test.each<[string, TaskState, [number, string][]]>([
    ['work that landed', taskWith([attempt(1)], { stage: LANDED }), []],
    ['an attempt that was interrupted and gone on with', taskWith([attempt(1, { outcome: 'interrupted' })]), []],
    [
      'a question that waits',
      taskWith([attempt(1, { outcome: 'blocked' })], { stage: blockedBy('unclear_requirements') }),
      [],
    ],
    [
      'a stop at a cap',
      taskWith([attempt(1, { outcome: 'blocked' })], { stage: blockedBy('budget') }),
      [[1, 'blocked: budget']],
    ],
    ['an attempt that was stuck', taskWith([attempt(1, { outcome: 'stuck' }), attempt(2)]), [[1, 'stuck']]],
    [
      'work that came back',
      taskWith([attempt(1), attempt(2)], { returns: [{ attempt: 1, reason: 'red_candidate', note: '', at: at(3) }] }),
      [[1, 'returned: red candidate']],
    ],
    [
      'everything of a task that was taken back',
      taskWith([attempt(1), attempt(2)], { stage: { kind: 'cancelled', by: 'Ada', reason: '' } }),
      [
        [1, 'cancelled'],
        [2, 'cancelled'],
      ],
    ],
    [
      'a review without a verdict, also of work that landed',
      taskWith([attempt(1)], { stage: LANDED, lostReviews: [{ attempt: 1, detail: 'turn limit', cost: 7 }] }),
      [[1, 'review without a verdict: turn limit']],
    ],
    [
      'a review that cost nothing before it failed',
      taskWith([attempt(1)], { stage: LANDED, lostReviews: [{ attempt: 1, detail: 'stuck', cost: 0 }] }),
      [],
    ],
    [
      'the verdict on work that was taken back',
      stateAfter([
        created(),
        claimed(1),
        submitted(1),
        proven(),
        validated(1, 'green'),
        reviewed('approve', 'opus'),
        cancelled(),
      ]),
      [
        [1, 'cancelled'],
        [1, 'cancelled, its review'],
      ],
    ],
    ['an attempt that cost nothing', taskWith([attempt(1, { outcome: 'stuck', spend: null })]), []],
  ])('%s', (_name, state, wasted) => {
    expect(wasteOf([state]).map(found => [found.attempt, found.reason])).toEqual(wasted);
  });

  test('is added up, the dearest first', () => {
    const stuck = (cost: number): Attempt => attempt(1, { outcome: 'stuck', spend: spent(cost) });
    const review = { attempt: 1, detail: 'no verdict', cost: 7 };
    const states = [taskWith([stuck(5)], { lostReviews: [review] }), taskWith([stuck(9)], { id: 'other' })];
    const { wasted } = ask({ states });
    expect([wasted.cost, wasted.attempts.map(({ task, cost }) => [task, cost])]).toEqual([
      21,
      [
        ['other', 9],
        ['shop-1-01-basket', 7],
        ['shop-1-01-basket', 5],
      ],
    ]);
  });
});

describe('work per tier', () => {
  const states = [
    taskWith([attempt(1), attempt(2, onTier('haiku')), attempt(3, onTier('haiku'))]),
    taskWith([attempt(1, { ...onTier('opus'), endedAt: at(40) })]),
  ];

  test('is counted in attempts beside the targets of seed 1', () => {
    expect(ask({ states }).work.tiers).toEqual([
      { tier: 'haiku', amount: 2, share: 50, target: [25, 35] },
      { tier: 'sonnet', amount: 1, share: 25, target: [50, 60] },
      { tier: 'opus', amount: 1, share: 25, target: [10, 15] },
    ]);
  });

  test('is counted in hours beside those of seed 3', () => {
    const { work } = ask({ states, targets: TARGETS['haiku-first'] });
    expect([work.targets.unit, work.tiers.map(({ share, target }) => [Math.round(share ?? 0), target])]).toEqual([
      'hours',
      [
        [29, [60, 70]],
        [14, [25, 30]],
        [57, [5, 10]],
      ],
    ]);
  });

  test('takes as long as the median of what was handed in', () => {
    const took = (minutes: number): Attempt => attempt(1, { endedAt: at(minutes) });
    const lost = attempt(2, { endedAt: at(59), outcome: 'stuck' });
    expect(ask({ states: [taskWith([took(4), lost]), taskWith([took(7)]), taskWith([took(50)])] }).durations).toEqual([
      { tier: 'haiku', attempts: 0, medianMinutes: null, ideal: [1, 10] },
      { tier: 'sonnet', attempts: 3, medianMinutes: 7, ideal: [5, 30] },
      { tier: 'opus', attempts: 0, medianMinutes: null, ideal: [15, 60] },
    ]);
  });
});

describe('estimates', () => {
  test('are judged by what landed, with all its attempts', () => {
    const past = pastTasks([
      taskWith([attempt(1, { outcome: 'stuck' }), attempt(2, onTier('opus'))], { stage: LANDED }),
      taskWith([attempt(1)], { id: 'open' }),
      taskWith([attempt(1)], { id: 'read-back', stage: { ...LANDED, imported: true } }),
    ]);
    expect(past).toEqual([{ id: 'shop-1-01-basket', agent: 'engineer-backend', tier: 'opus', cost: 2_000 }]);
    const range = { low: 500, likely: 1_000, high: 1_999 };
    expect(estimateQuality(past, new Map([['shop-1-01-basket', range]]))).toEqual({ tasks: 1, inRange: 0, bias: 1 });
    expect(estimateQuality(past, new Map([['other', range]]))).toEqual({ tasks: 0, inRange: 0, bias: null });
  });
});

describe('alerts', () => {
  const told = (caps: CapUse[], states: TaskState[] = [], guard = 10_000, uses: TierUse[] = []): string[] =>
    alertsOf({ caps, guard, states, uses }).map(({ subject }) => subject);

  test.each<[number, string[]]>([
    [699, []],
    [700, ["yellow zone of the day's money until 2026-11-22"]],
    [850, ["orange zone of the day's money until 2026-11-22"]],
    [950, ["red zone of the day's money until 2026-11-22"]],
  ])('at %d of 1,000: %j', (settled, subjects) => {
    expect(told([day(settled)])).toEqual(subjects);
  });

  test('tell of the guard, and of each task that a cap has stopped, once per attempt', () => {
    const stopped = taskWith([attempt(1, { outcome: 'blocked' })], { stage: blockedBy('budget') });
    expect(told([day(600)], [stopped], 600)).toEqual(['guard until 2026-11-22', 'cap of shop-1-01-basket, attempt 1']);
    expect(told([day(599)], [taskWith([], { stage: blockedBy('unclear_requirements') })], 600)).toEqual([]);
  });

  test.each<[number, number, string[]]>([
    [3, 20, []],
    [4, 20, ['escalations over 15 %']],
    [4, 4, []],
  ])('tell of %d escalations among %d tasks: %j', (escalated, tasks, subjects) => {
    const uses = usesOf('testing', 'EXEC', 'sonnet', [0, tasks]).map((use, index) => ({
      ...use,
      isEscalated: index < escalated,
    }));
    expect(told([], [], 10_000, uses)).toEqual(subjects);
  });

  test('are told once, and those without a period once more after they were over', () => {
    const zone = { subject: "red zone of the day's money until 2026-11-22", text: 'red' };
    const share = { subject: 'escalations over 15 %', text: 'over' };
    const alerted = (alert: Alert) => ({ event: { kind: 'alerted' as const, ...alert } });
    const calmed = { event: { kind: 'calmed' as const, subject: share.subject } };
    const log = [alerted(zone), alerted(share)];
    expect(alertNews([zone, share], [])).toEqual({ tell: [zone, share], over: [] });
    expect(alertNews([zone, share], log)).toEqual({ tell: [], over: [] });
    expect(alertNews([], log)).toEqual({ tell: [], over: [share.subject] });
    expect(alertNews([], [...log, calmed])).toEqual({ tell: [], over: [] });
    expect(alertNews([zone, share], [...log, calmed])).toEqual({ tell: [share], over: [] });
  });
});
