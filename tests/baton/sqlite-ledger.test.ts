import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger, LedgerRow, Purpose } from '../../src/baton/ledger.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import type { CapScope, ReserveDecision, Standings } from '../../src/domain/reservation.ts';
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

const grant = (reserve: number) => (): ReserveDecision<string> => ({ kind: 'granted', reserve, grant: 'go on' });

function reserved(amount: number, purpose: Partial<Purpose> = {}, when: Partial<typeof TODAY> = {}): string {
  const outcome = ledger.reserve({ ...PURPOSE, ...purpose }, { ...TODAY, ...when }, grant(amount));
  if (outcome.kind !== 'granted') throw new Error('refused');
  return outcome.reservation;
}

const standings = (of: Partial<Purpose & typeof TODAY> = {}) => ledger.standings({ ...PURPOSE, ...TODAY, ...of });
const everywhere = (standing: { settled: number; open: number }): Standings => ({
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
    const outcome = ledger.reserve(PURPOSE, TODAY, standing => {
      seen.push(standing);
      return { kind: 'granted', reserve: 5, grant: { maxTokens: 8000 } };
    });
    expect(outcome).toEqual({ kind: 'granted', reservation: expect.any(String), grant: { maxTokens: 8000 } });
    expect(seen).toEqual([everywhere({ settled: 60, open: 7 })]);
    expect(standings()).toEqual(everywhere({ settled: 60, open: 12 }));
  });

  test.each(['wait', 'denied'] as const)('a decision to %s leaves nothing in the book', kind => {
    expect(ledger.reserve(PURPOSE, TODAY, () => ({ kind, scope: 'day' }))).toEqual({ kind, scope: 'day' });
    expect([ledger.rows(), standings()]).toEqual([[], everywhere(NOTHING)]);
  });

  test('a decision that throws leaves nothing and does not keep the book locked', () => {
    const broken = () => {
      throw new Error('bug: no price');
    };
    expect(() => ledger.reserve(PURPOSE, TODAY, broken)).toThrow('bug: no price');
    reserved(5);
    expect(standings()).toEqual(everywhere({ settled: 0, open: 5 }));
  });

  test.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d nano-dollars are a bug', amount => {
    expect(() => ledger.reserve(PURPOSE, TODAY, grant(amount))).toThrow('bug:');
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
      owner: OWNER,
    };
    expect(ledger.rows()).toEqual([line]);
    expect(ledger.settle(reservation, USAGE, 60)).toBe(true);
    expect(ledger.rows()).toEqual([{ ...line, settled: 60, usage: USAGE }]);
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

test('rows are found by repository, day and plan, together', () => {
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
  ]).toEqual([[first, second, third], [first, third], [second], [third], [first], []]);
});

describe('under caps', () => {
  const CAPS: Record<CapScope, number> = { task: 60, plan: 100, day: 130, week: 180 };
  const SCOPES = ['task', 'plan', 'day', 'week'] as const;

  const decide =
    (amount: number) =>
    (standing: Standings): ReserveDecision<null> => {
      const scope = SCOPES.find(name => standing[name].settled + standing[name].open + amount > CAPS[name]);
      return scope ? { kind: 'denied', scope } : { kind: 'granted', reserve: amount, grant: null };
    };

  /** The standings added up from the lines of the book, which the counters must equal. */
  function addedUp(of: Purpose & typeof TODAY): Standings {
    const sum = (belongs: (row: LedgerRow) => boolean) => {
      const rows = ledger.rows().filter(belongs);
      const settled = rows.reduce((total, row) => total + (row.settled ?? 0), 0);
      const open = rows.reduce((total, row) => total + (row.settled === null ? row.reserved : 0), 0);
      return { settled, open };
    };
    const isHere = (row: LedgerRow) => row.purpose.repository === of.repository;
    return {
      task: sum(row => isHere(row) && row.purpose.task === of.task),
      plan: sum(row => isHere(row) && of.plan !== null && row.purpose.plan === of.plan),
      day: sum(row => row.day === of.day),
      week: sum(row => row.week === of.week),
    };
  }

  const place = fc.record({
    repository: fc.constantFrom('/a', '/b'),
    task: fc.constantFrom('t1', 't2'),
    plan: fc.constantFrom('p1', null),
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
          const outcome = ledger.reserve(purpose, { ...TODAY, day: place.day }, decide(amount));
          const reservation = outcome.kind === 'granted' ? outcome.reservation : '0';
          if (next === 'settle') ledger.settle(reservation, USAGE, Math.floor((amount * share) / 100));
          if (next === 'in full') ledger.settleInFull(reservation);
          if (next === 'abandon') ledger.settleAbandoned(() => true);
          const standing = ledger.standings({ ...purpose, week: TODAY.week, day: place.day });
          expect(standing).toEqual(addedUp({ ...TODAY, ...purpose }));
          for (const scope of SCOPES) {
            expect(standing[scope].settled + standing[scope].open).toBeLessThanOrEqual(CAPS[scope]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
