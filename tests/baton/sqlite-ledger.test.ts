import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger, LedgerRow, Purpose, Turn } from '../../src/baton/ledger.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { type CapScope, MONEY_SCOPES, type ReserveDecision, type Standings } from '../../src/domain/reservation.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { AT, OTHER, OWNER, PURPOSE, successOf, temporaryFolder } from '../support/baton-samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ledger: Ledger;

beforeEach(() => {
  folder = temporaryFolder();
  ledger = successOf(openLedger(join(folder.path, 'kleiber', 'ledger.db')));
});

afterEach(() => {
  ledger.close();
  folder.remove();
});

const TODAY = { at: AT, day: '2026-11-21', week: '2026-W47', owner: OWNER };
const USAGE = { input: 10, output: 20, cacheRead: 30, cacheWrite5m: 40, cacheWrite1h: 50 };
const NOTHING = { settled: 0, open: 0 };
/** Of the usage above, and the most that every reservation here may use. */
const USED = 150;
const TOKENS = 900;

const grant = (reserve: number) => (): ReserveDecision<string> => ({
  kind: 'granted',
  reserve,
  tokens: TOKENS,
  grant: 'go on',
});
const TURN = { ticket: null, urgent: false };

function reserved(amount: number, purpose: Partial<Purpose> = {}, when: Partial<typeof TODAY> = {}): string {
  const outcome = ledger.reserve({ ...PURPOSE, ...purpose }, { ...TODAY, ...when }, TURN, grant(amount));
  if (outcome.kind !== 'granted') throw new Error('refused');
  return outcome.reservation;
}

type Sum = { settled: number; open: number };

/** Money alone; tokens have a unit and tests of their own. */
const standings = (of: Partial<Purpose & typeof TODAY> = {}): Omit<Standings, 'tokens'> => {
  const { tokens: _, ...money } = ledger.standings({ ...PURPOSE, ...TODAY, ...of });
  return money;
};
const tokens = (tier: Tier = 'haiku'): Sum => ledger.standings({ ...PURPOSE, ...TODAY, tier }).tokens;
const everywhere = (standing: Sum): Omit<Standings, 'tokens'> => ({
  task: standing,
  plan: standing,
  day: standing,
  week: standing,
});

describe('reserving', () => {
  test('the decision sees what is settled and open, and its grant comes back', () => {
    ledger.settle(reserved(100), USAGE, 60);
    reserved(7);
    const seen: Standings[] = [];
    const outcome = ledger.reserve(PURPOSE, TODAY, TURN, standing => {
      seen.push(standing);
      return { kind: 'granted', reserve: 5, tokens: 1, grant: { maxTokens: 8000 } };
    });
    expect(outcome).toEqual({ kind: 'granted', reservation: expect.any(String), grant: { maxTokens: 8000 } });
    expect(seen).toEqual([{ ...everywhere({ settled: 60, open: 7 }), tokens: { settled: USED, open: TOKENS } }]);
    expect(standings()).toEqual(everywhere({ settled: 60, open: 12 }));
  });

  test.each(['wait', 'denied'] as const)('a decision to %s leaves nothing in the book', kind => {
    const outcome = ledger.reserve(PURPOSE, TODAY, TURN, () => ({ kind, scope: 'day' }));
    expect(outcome).toEqual({ kind, scope: 'day', ...(kind === 'wait' ? { ticket: '1', ahead: 0 } : {}) });
    expect([ledger.rows(), standings()]).toEqual([[], everywhere(NOTHING)]);
  });

  test('a decision that throws leaves nothing and does not keep the book locked', () => {
    const broken = () => {
      throw new Error('bug: no price');
    };
    expect(() => ledger.reserve(PURPOSE, TODAY, TURN, broken)).toThrow('bug: no price');
    reserved(5);
    expect(standings()).toEqual(everywhere({ settled: 0, open: 5 }));
  });

  test.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d nano-dollars are a bug', amount => {
    expect(() => ledger.reserve(PURPOSE, TODAY, TURN, grant(amount))).toThrow('bug:');
    const reservation = reserved(10);
    expect(() => ledger.settle(reservation, USAGE, amount)).toThrow('bug:');
    expect(() => ledger.settle(reservation, { ...USAGE, input: amount }, 5)).toThrow('bug:');
    expect(standings()).toEqual(everywhere({ settled: 0, open: 10 }));
  });

  test('a task and a plan belong to their repository, a day and a week to everybody', () => {
    reserved(1);
    reserved(2, { task: 'shop-1-02-cart' });
    reserved(4, { repository: '/home/ada/blog' });
    reserved(8, {}, { day: '2026-11-22' });
    reserved(16, { plan: null });
    const open = Object.entries(standings()).map(([scope, standing]) => [scope, standing.open]);
    expect(Object.fromEntries(open)).toEqual({ task: 25, plan: 11, day: 23, week: 31 });
  });

  test('a task without a plan has an empty plan standing', () => {
    reserved(3, { plan: null });
    expect(standings({ plan: null })).toEqual({ ...everywhere({ settled: 0, open: 3 }), plan: NOTHING });
  });
});

describe('settling', () => {
  test('a line of the book tells what was reserved, what it came to, and for whom', () => {
    const reservation = reserved(100);
    const line: LedgerRow = {
      reservation,
      at: AT,
      day: '2026-11-21',
      week: '2026-W47',
      purpose: PURPOSE,
      reserved: 100,
      settled: null,
      usage: null,
      assumed: false,
      logged: null,
      owner: OWNER,
    };
    expect(ledger.rows()).toEqual([line]);
    expect(ledger.settle(reservation, USAGE, 60)).toBe(true);
    expect(ledger.rows()).toEqual([{ ...line, settled: 60, usage: USAGE }]);
  });

  test('how much of the output was thinking is kept where somebody said so, nothing thought told from not known', () => {
    const usages = [USAGE, { ...USAGE, thinking: 0 }, { ...USAGE, thinking: 12 }];
    for (const usage of usages) ledger.settle(reserved(100), usage, 60);
    expect(ledger.rows().map(({ usage }) => usage)).toStrictEqual(usages);
  });

  test('the second settlement is refused and changes nothing', () => {
    const reservation = reserved(100);
    ledger.settle(reservation, USAGE, 60);
    const again = [ledger.settle(reservation, USAGE, 70), ledger.settleInFull(reservation)];
    expect([again, standings()]).toEqual([[false, false], everywhere({ settled: 60, open: 0 })]);
  });

  test('a reservation that nobody made cannot be settled', () => {
    expect([ledger.settle('77', USAGE, 1), ledger.settleInFull('none'), standings()]).toEqual([
      false,
      false,
      everywhere(NOTHING),
    ]);
  });

  test('an unknown usage costs the whole reservation and is marked as assumed', () => {
    const reservation = reserved(100);
    expect(ledger.settleInFull(reservation)).toBe(true);
    expect(ledger.rows()).toMatchObject([{ reservation, settled: 100, usage: null, assumed: true }]);
    expect(standings()).toEqual(everywhere({ settled: 100, open: 0 }));
  });

  test('a reply dearer than its reservation is booked as it was', () => {
    ledger.settle(reserved(100), USAGE, 130);
    expect(standings()).toEqual(everywhere({ settled: 130, open: 0 }));
  });

  test('what dead owners left open counts as spent, what living ones hold stays open', () => {
    reserved(1);
    ledger.settle(reserved(2), USAGE, 1);
    reserved(4);
    reserved(8, {}, { owner: OTHER });
    const isDead = (owner: { pid: number }) => owner.pid === OWNER.pid;
    expect([ledger.settleAbandoned(isDead), ledger.settleAbandoned(isDead)]).toEqual([2, 0]);
    expect(standings()).toEqual(everywhere({ settled: 6, open: 8 }));
    expect(ledger.rows().map(row => [row.settled, row.assumed])).toEqual([
      [1, true],
      [1, false],
      [4, true],
      [null, false],
    ]);
  });
});

describe('tokens of a tier in a week', () => {
  test('count what may be used until it is known, and then what was', () => {
    const first = reserved(5);
    const second = reserved(5);
    expect(tokens()).toEqual({ settled: 0, open: 2 * TOKENS });
    ledger.settle(first, USAGE, 3);
    ledger.settleInFull(second);
    expect([tokens(), tokens('opus')]).toEqual([{ settled: USED + TOKENS, open: 0 }, NOTHING]);
  });

  test('are those of all repositories, plans and days of the week', () => {
    reserved(1, { repository: '/home/ada/blog', plan: null }, { day: '2026-11-22' });
    reserved(1, { tier: 'opus' });
    reserved(1, {}, { week: '2026-W48' });
    expect([tokens(), tokens('opus')]).toEqual([
      { settled: 0, open: TOKENS },
      { settled: 0, open: TOKENS },
    ]);
  });
});

describe('spend made elsewhere', () => {
  test('is booked at once under every cap, with what was written beside it', () => {
    ledger.record(PURPOSE, TODAY, USAGE, 77, 'by hand in the terminal');
    expect(ledger.rows()).toMatchObject([
      { purpose: PURPOSE, reserved: 77, settled: 77, usage: USAGE, assumed: false, logged: 'by hand in the terminal' },
    ]);
    expect([standings(), tokens()]).toEqual([everywhere({ settled: 77, open: 0 }), { settled: USED, open: 0 }]);
  });

  test('cannot be settled a second time', () => {
    ledger.record(PURPOSE, TODAY, USAGE, 77, '');
    const [row] = ledger.rows();
    expect(ledger.settle(row?.reservation ?? '', USAGE, 1)).toBe(false);
  });
});

describe('waiting in line', () => {
  const AFTER = (ms: number) => new Date(Date.parse(AT) + ms).toISOString();

  /** One try: `wants` is what the cap itself says. */
  function ask(
    wants: 'granted' | 'wait',
    turn: Partial<Turn> = {},
    purpose: Partial<Purpose> = {},
    ms = 0,
    scope: CapScope = 'day',
  ): string {
    const outcome = ledger.reserve({ ...PURPOSE, ...purpose }, { ...TODAY, at: AFTER(ms) }, { ...TURN, ...turn }, () =>
      wants === 'wait' ? { kind: 'wait', scope } : { kind: 'granted', reserve: 1, tokens: 1, grant: null },
    );
    return outcome.kind === 'wait'
      ? `${outcome.ticket} behind ${outcome.ahead} for the ${outcome.scope}`
      : outcome.kind;
  }

  test('whoever came first is served first, and nobody overtakes', () => {
    expect([ask('wait'), ask('granted'), ask('wait')]).toEqual([
      '1 behind 0 for the day',
      '2 behind 1 for the day',
      '3 behind 2 for the day',
    ]);
    expect([ask('granted', { ticket: '3' }), ask('granted', { ticket: '2' }), ask('granted', { ticket: '1' })]).toEqual(
      ['3 behind 2 for the day', '2 behind 1 for the day', 'granted'],
    );
    expect([ask('granted', { ticket: '2' }), ask('granted', { ticket: '3' }), ask('granted')]).toEqual([
      'granted',
      'granted',
      'granted',
    ]);
  });

  test('only those who need the same cap wait for each other', () => {
    expect(ask('wait', {}, { plan: 'shop-2' }, 0, 'plan')).toBe('1 behind 0 for the plan');
    expect([ask('granted'), ask('granted', {}, { plan: 'shop-2' })]).toEqual(['granted', '2 behind 1 for the plan']);
  });

  test('p0 and security work stands before all others', () => {
    ask('wait');
    expect(ask('wait', { urgent: true })).toBe('2 behind 0 for the day');
    expect([ask('granted', { ticket: '1' }), ask('granted', { ticket: '2', urgent: true })]).toEqual([
      '1 behind 1 for the day',
      'granted',
    ]);
  });

  test('a ticket that is not shown again is void, also when the clock was set back', () => {
    ask('wait');
    expect(ask('granted', {}, {}, 9_000)).toBe('2 behind 1 for the day');
    expect(ask('granted', { ticket: '2' }, {}, 10_001)).toBe('granted');
    ask('wait', {}, {}, 3_600_000);
    expect(ask('granted')).toBe('granted');
  });

  test('a ticket that is shown again keeps its place', () => {
    ask('wait');
    ask('wait', { ticket: '1' }, {}, 9_000);
    expect(ask('granted', {}, {}, 18_000)).toBe('2 behind 1 for the day');
  });

  test('whoever gives up, and whoever is denied, holds nobody up', () => {
    ask('wait');
    ledger.leave('1');
    expect(ask('wait')).toBe('2 behind 0 for the day');
    ledger.reserve(PURPOSE, TODAY, { ...TURN, ticket: '2' }, () => ({ kind: 'denied', scope: 'day' }));
    expect(ask('granted')).toBe('granted');
  });
});

test('rows are found by repository, day, week and plan, together', () => {
  const first = reserved(1);
  const second = reserved(2, { repository: '/home/ada/blog' }, { day: '2026-11-22' });
  const third = reserved(3, { plan: 'shop-2' });
  const found = (filter: Parameters<Ledger['rows']>[0]) => ledger.rows(filter).map(row => row.reservation);
  expect([
    found({}),
    found({ repository: PURPOSE.repository }),
    found({ day: '2026-11-22' }),
    found({ plan: 'shop-2' }),
    found({ repository: PURPOSE.repository, plan: 'shop-1', day: '2026-11-21' }),
    found({ repository: PURPOSE.repository, day: '2026-11-22' }),
    found({ week: '2026-W47' }),
  ]).toEqual([[first, second, third], [first, third], [second], [third], [first], [], [first, second, third]]);
});

describe('under caps', () => {
  const CAPS: Record<CapScope, number> = { task: 60, plan: 100, day: 130, week: 180, tokens: 1_800 };
  const MOST_TOKENS = 160;

  const decide =
    (amount: number) =>
    (standing: Standings): ReserveDecision<null> => {
      const scope = MONEY_SCOPES.find(name => standing[name].settled + standing[name].open + amount > CAPS[name]);
      if (scope !== undefined) return { kind: 'denied', scope };
      if (standing.tokens.settled + standing.tokens.open + MOST_TOKENS > CAPS.tokens)
        return { kind: 'denied', scope: 'tokens' };
      return { kind: 'granted', reserve: amount, tokens: MOST_TOKENS, grant: null };
    };

  /** The standings added up from the lines of the book, which the counters must equal. */
  function addedUp(of: Purpose & typeof TODAY): Standings {
    const sum = (belongs: (row: LedgerRow) => boolean) => {
      const rows = ledger.rows().filter(belongs);
      const settled = rows.reduce((total, row) => total + (row.settled ?? 0), 0);
      const open = rows.reduce((total, row) => total + (row.settled === null ? row.reserved : 0), 0);
      return { settled, open };
    };
    const ofTier = (count: (row: LedgerRow) => number) =>
      ledger
        .rows({ week: of.week })
        .filter(row => row.purpose.tier === of.tier)
        .reduce((total, row) => total + count(row), 0);
    const isHere = (row: LedgerRow) => row.purpose.repository === of.repository;
    return {
      task: sum(row => isHere(row) && row.purpose.task === of.task),
      plan: sum(row => isHere(row) && of.plan !== null && row.purpose.plan === of.plan),
      day: sum(row => row.day === of.day),
      week: sum(row => row.week === of.week),
      tokens: {
        settled: ofTier(row => (row.settled === null ? 0 : row.usage === null ? MOST_TOKENS : USED)),
        open: ofTier(row => (row.settled === null ? MOST_TOKENS : 0)),
      },
    };
  }

  const place = fc.record({
    repository: fc.constantFrom('/a', '/b'),
    task: fc.constantFrom('t1', 't2'),
    plan: fc.constantFrom('p1', null),
    tier: fc.constantFrom('haiku' as const, 'opus' as const),
    day: fc.constantFrom('2026-11-20', '2026-11-21'),
  });
  const step = fc.record({
    place,
    amount: fc.integer({ min: 0, max: 40 }),
    next: fc.constantFrom('leave', 'settle', 'in full', 'abandon'),
    share: fc.integer({ min: 0, max: 100 }),
  });

  test('no sequence of reservations and settlements passes a cap, and the counters equal the sums', () => {
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        ledger.close();
        run += 1;
        ledger = successOf(openLedger(join(folder.path, `ledger-${run}.db`)));
        for (const { place, amount, next, share } of steps) {
          const purpose = { ...PURPOSE, ...place };
          const outcome = ledger.reserve(purpose, { ...TODAY, day: place.day }, TURN, decide(amount));
          const reservation = outcome.kind === 'granted' ? outcome.reservation : '0';
          if (next === 'settle') ledger.settle(reservation, USAGE, Math.floor((amount * share) / 100));
          if (next === 'in full') ledger.settleInFull(reservation);
          if (next === 'abandon') ledger.settleAbandoned(() => true);
          const standing = ledger.standings({ ...purpose, week: TODAY.week, day: place.day });
          expect(standing).toEqual(addedUp({ ...TODAY, ...purpose }));
          for (const scope of [...MONEY_SCOPES, 'tokens'] as const) {
            expect(standing[scope].settled + standing[scope].open).toBeLessThanOrEqual(CAPS[scope]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
