/** Reservations in whole nano-dollars: no grant beyond a cap, and no cap overshot by any number of workers. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapScope, Standing, Standings } from '../../src/domain/reservation.ts';
import {
  type Caps,
  decideReservation,
  LEAST_OUTPUT_TOKENS,
  MOST_OUTPUT_TOKENS,
  type RequestPrice,
  reviewSetAside,
  withoutReserve,
  zoneOfSpend,
} from '../../src/policy/budget.ts';

const SCOPES: readonly CapScope[] = ['task', 'plan', 'day', 'week', 'tokens'];
/** What every request of the properties reads. */
const TOKENS = 5_000;
const NOTHING: Standing = { settled: 0, open: 0 };
const IDLE: Standings = { task: NOTHING, plan: NOTHING, day: NOTHING, week: NOTHING, tokens: NOTHING };
const UNCAPPED: Caps = { task: null, plan: null, day: null, week: null, tokens: null };
const PRICE: RequestPrice = { input: 1_000_000, perOutputToken: 10_000 };
const SMALLEST = 1_000_000 + 8_000 * 10_000;
const LARGEST = 1_000_000 + 64_000 * 10_000;

describe('one reservation', () => {
  test('a reply is granted 8,000 to 64,000 tokens', () => {
    expect([LEAST_OUTPUT_TOKENS, MOST_OUTPUT_TOKENS]).toEqual([8_000, 64_000]);
  });

  test.each<[string, Partial<Standings>, Partial<Caps>, ReturnType<typeof decideReservation>]>([
    ['no cap at all grants the most', {}, {}, { kind: 'granted', reserve: LARGEST, tokens: 65_000, grant: 64_000 }],
    [
      'a wide cap grants the most',
      {},
      { day: LARGEST },
      { kind: 'granted', reserve: LARGEST, tokens: 65_000, grant: 64_000 },
    ],
    [
      'a nano-dollar less grants a token less',
      {},
      { day: LARGEST - 1 },
      { kind: 'granted', reserve: LARGEST - 10_000, tokens: 64_999, grant: 63_999 },
    ],
    [
      'the least that is worth asking for',
      {},
      { task: SMALLEST },
      { kind: 'granted', reserve: SMALLEST, tokens: 9_000, grant: 8_000 },
    ],
    ['a nano-dollar less than that is denied', {}, { task: SMALLEST - 1 }, { kind: 'denied', scope: 'task' }],
    [
      'the tightest of several caps decides',
      { week: { settled: 100_000_000, open: 50_000_000 } },
      { task: LARGEST, week: 150_000_000 + SMALLEST + 25_000 },
      { kind: 'granted', reserve: SMALLEST + 20_000, tokens: 9_002, grant: 8_002 },
    ],
    [
      'what is settled can never come back: denied',
      { plan: { settled: 1, open: 0 } },
      { plan: SMALLEST },
      { kind: 'denied', scope: 'plan' },
    ],
    [
      'what is only reserved can come back: wait',
      { plan: { settled: 0, open: 1 } },
      { plan: SMALLEST },
      { kind: 'wait', scope: 'plan' },
    ],
    [
      'a week has so many tokens of a tier left',
      { tokens: { settled: 500, open: 400 } },
      { tokens: 12_000 },
      { kind: 'granted', reserve: 1_000_000 + 10_100 * 10_000, tokens: 11_100, grant: 10_100 },
    ],
    [
      'tokens that others hold can come back: wait',
      { tokens: { settled: 0, open: 1 } },
      { tokens: 9_000 },
      { kind: 'wait', scope: 'tokens' },
    ],
    [
      'tokens that are used up do not',
      { tokens: { settled: 1, open: 0 } },
      { tokens: 9_000 },
      { kind: 'denied', scope: 'tokens' },
    ],
    [
      'denied by one scope before waiting for another',
      { task: { settled: 0, open: 1 }, week: { settled: 1, open: 0 } },
      { task: SMALLEST, week: SMALLEST },
      { kind: 'denied', scope: 'week' },
    ],
  ])('%s', (_name, standings, caps, decision) => {
    expect(decideReservation({ ...IDLE, ...standings }, { ...UNCAPPED, ...caps }, PRICE, 1_000)).toEqual(decision);
  });

  test('a model whose output costs nothing is granted the most, with a cap used up as well', () => {
    const free: RequestPrice = { input: 0, perOutputToken: 0 };
    const spent: Standings = { ...IDLE, day: { settled: 5, open: 0 } };
    expect(decideReservation(spent, { ...UNCAPPED, day: 5 }, free, 0)).toEqual({
      kind: 'granted',
      reserve: 0,
      tokens: 64_000,
      grant: 64_000,
    });
  });
});

const amount = fc.nat({ max: 3_000_000_000 });
const standing: fc.Arbitrary<Standing> = fc.record({ settled: amount, open: amount });
const count = fc.nat({ max: 60_000 });
const tokenStanding: fc.Arbitrary<Standing> = fc.record({ settled: count, open: count });
const standings: fc.Arbitrary<Standings> = fc.record({
  task: standing,
  plan: standing,
  day: standing,
  week: standing,
  tokens: tokenStanding,
});
const cap = fc.option(fc.nat({ max: 6_000_000_000 }));
const caps: fc.Arbitrary<Caps> = fc.record({
  task: cap,
  plan: cap,
  day: cap,
  week: cap,
  tokens: fc.option(fc.nat({ max: 250_000 })),
});
const price: fc.Arbitrary<RequestPrice> = fc.record({
  input: fc.nat({ max: 500_000_000 }),
  perOutputToken: fc.nat({ max: 50_000 }),
});

describe('any reservation', () => {
  test('a grant fits under every cap, is whole, and covers exactly its tokens', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const decision = decideReservation(stand, limits, request, TOKENS);
        if (decision.kind !== 'granted') return;
        const { reserve, tokens, grant } = decision;
        for (const scope of SCOPES) {
          const asked = scope === 'tokens' ? tokens : reserve;
          expect(stand[scope].settled + stand[scope].open + asked).toBeLessThanOrEqual(limits[scope] ?? Infinity);
        }
        expect(tokens).toBe(TOKENS + grant);
        expect(reserve).toBe(request.input + grant * request.perOutputToken);
        expect(Number.isSafeInteger(grant) && grant >= 8_000 && grant <= 64_000).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a grant below the most is the largest that fits', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const decision = decideReservation(stand, limits, request, TOKENS);
        if (decision.kind !== 'granted' || decision.grant === 64_000) return;
        const next = (scope: CapScope): number =>
          scope === 'tokens' ? decision.tokens + 1 : decision.reserve + request.perOutputToken;
        const breaks = SCOPES.some(
          scope => stand[scope].settled + stand[scope].open + next(scope) > (limits[scope] ?? Infinity),
        );
        expect(breaks).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('it is denied, waits or is granted by settled spend, by open reservations, or by neither', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const smallest = (scope: CapScope): number =>
          scope === 'tokens' ? TOKENS + 8_000 : request.input + 8_000 * request.perOutputToken;
        const over = (sum: (standing: Standing) => number): CapScope[] =>
          SCOPES.filter(scope => sum(stand[scope]) + smallest(scope) > (limits[scope] ?? Infinity));
        const bySettled = over(({ settled }) => settled);
        const byBoth = over(({ settled, open }) => settled + open);
        const decision = decideReservation(stand, limits, request, TOKENS);
        if (decision.kind === 'granted') expect([bySettled, byBoth]).toEqual([[], []]);
        else if (decision.kind === 'denied') expect(bySettled).toContain(decision.scope);
        else expect([bySettled, byBoth.includes(decision.scope)]).toEqual([[], true]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('many workers at once', () => {
  const worker = fc.record({ task: fc.nat({ max: 3 }), plan: fc.nat({ max: 1 }), isUrgent: fc.boolean(), price });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), worker: fc.nat({ max: 63 }) }),
    // What a reply really cost is any part of what was reserved for it, the whole included.
    fc.record({
      kind: fc.constant('settle' as const),
      pick: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );

  type Names = Record<CapScope, string>;

  /** Sums by place, and beside them those of the work that the reserve is not kept for. */
  class Book {
    readonly sums = new Map<string, Standing>();

    read(name: string): Standing {
      return this.sums.get(name) ?? NOTHING;
    }

    add(names: Names, money: Standing, tokens: Standing): void {
      for (const scope of SCOPES) {
        const { settled, open } = this.read(names[scope]);
        const more = scope === 'tokens' ? tokens : money;
        this.sums.set(names[scope], { settled: settled + more.settled, open: open + more.open });
      }
    }

    standings(names: Names): Standings {
      const { task, plan, day, week, tokens } = names;
      return {
        task: this.read(task),
        plan: this.read(plan),
        day: this.read(day),
        week: this.read(week),
        tokens: this.read(tokens),
      };
    }
  }

  const SHARED: readonly CapScope[] = ['day', 'week', 'tokens'];

  const forOthers = (limits: Caps, percent: number): Caps => {
    const less = (cap: number | null): number | null => (cap === null ? null : withoutReserve(cap, percent));
    return { ...limits, day: less(limits.day), week: less(limits.week), tokens: less(limits.tokens) };
  };

  test('no cap is ever passed, and the reserve is kept, in any order of reserving and settling', () => {
    let granted = 0;
    fc.assert(
      fc.property(
        fc.array(worker, { minLength: 1, maxLength: 64 }),
        caps,
        fc.constantFrom(0, 10, 33.3, 50),
        fc.array(step, { minLength: 20, maxLength: 120 }),
        (workers, limits, percent, steps) => {
          const all = new Book();
          const others = new Book();
          const open: { names: Names; reserve: number; tokens: number; isUrgent: boolean }[] = [];
          const book = (entry: (typeof open)[number], money: Standing, tokens: Standing): void => {
            all.add(entry.names, money, tokens);
            if (!entry.isUrgent) others.add(entry.names, money, tokens);
          };
          for (const move of steps) {
            if (move.kind === 'reserve') {
              const asking = workers[move.worker % workers.length];
              if (asking === undefined) continue;
              const { isUrgent } = asking;
              const names = {
                task: `task ${asking.task}`,
                plan: `plan ${asking.plan}`,
                day: 'day',
                week: 'week',
                tokens: 'tokens',
              };
              const seen = isUrgent ? limits : forOthers(limits, percent);
              const decision = decideReservation(all.standings(names), seen, asking.price, TOKENS);
              if (decision.kind !== 'granted') continue;
              granted++;
              const entry = { names, reserve: decision.reserve, tokens: decision.tokens, isUrgent };
              book(entry, { settled: 0, open: entry.reserve }, { settled: 0, open: entry.tokens });
              open.push(entry);
            } else {
              const [entry] = open.splice(move.pick % Math.max(1, open.length), 1);
              if (entry === undefined) continue;
              const part = (whole: number): Standing => ({ settled: Math.floor(whole * move.share), open: -whole });
              book(entry, part(entry.reserve), part(entry.tokens));
            }
            for (const [name, { settled, open }] of all.sums) {
              const scope = SCOPES.find(known => name.startsWith(known)) ?? 'task';
              expect(settled + open).toBeLessThanOrEqual(limits[scope] ?? Infinity);
              expect(Number.isSafeInteger(settled) && Number.isSafeInteger(open)).toBe(true);
            }
            for (const scope of SHARED) {
              const { settled, open } = others.read(scope);
              expect(settled + open).toBeLessThanOrEqual(forOthers(limits, percent)[scope] ?? Infinity);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(granted).toBeGreaterThan(100);
  });
});

describe('what is kept back', () => {
  test.each([
    [1_000, 10, 900],
    [1_001, 10, 900],
    [999, 33.3, 666],
    [7, 0, 7],
    [1, 50, 0],
  ])('of %d with a reserve of %d percent others see %d', (cap, percent, seen) => {
    expect(withoutReserve(cap, percent)).toBe(seen);
  });

  test('for a review it is two first requests at the price of the reviewer, and nothing where nobody reviews', () => {
    expect([reviewSetAside(PRICE), reviewSetAside(null)]).toEqual([2 * SMALLEST, 0]);
  });
});

describe('the zones of seeds 3 and 4', () => {
  test.each([
    [0, 'green'],
    [6_999, 'green'],
    [7_000, 'yellow'],
    [8_499, 'yellow'],
    [8_500, 'orange'],
    [9_499, 'orange'],
    [9_500, 'red'],
    [10_000, 'red'],
    [12_000, 'red'],
  ] as const)('%i of 10,000 is %s', (spent, zone) => {
    expect(zoneOfSpend(spent, 10_000)).toBe(zone);
  });
});
