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
  zoneOfSpend,
} from '../../src/policy/budget.ts';

const SCOPES: readonly CapScope[] = ['task', 'plan', 'day', 'week'];
const NOTHING: Standing = { settled: 0, open: 0 };
const IDLE: Standings = { task: NOTHING, plan: NOTHING, day: NOTHING, week: NOTHING };
const UNCAPPED: Caps = { task: null, plan: null, day: null, week: null };
const PRICE: RequestPrice = { input: 1_000_000, perOutputToken: 10_000 };
const SMALLEST = 1_000_000 + 8_000 * 10_000;
const LARGEST = 1_000_000 + 64_000 * 10_000;

describe('one reservation', () => {
  test('a reply is granted 8,000 to 64,000 tokens', () => {
    expect([LEAST_OUTPUT_TOKENS, MOST_OUTPUT_TOKENS]).toEqual([8_000, 64_000]);
  });

  test.each<[string, Partial<Standings>, Partial<Caps>, ReturnType<typeof decideReservation>]>([
    ['no cap at all grants the most', {}, {}, { kind: 'granted', reserve: LARGEST, grant: 64_000 }],
    ['a wide cap grants the most', {}, { day: LARGEST }, { kind: 'granted', reserve: LARGEST, grant: 64_000 }],
    [
      'a nano-dollar less grants a token less',
      {},
      { day: LARGEST - 1 },
      { kind: 'granted', reserve: LARGEST - 10_000, grant: 63_999 },
    ],
    [
      'the least that is worth asking for',
      {},
      { task: SMALLEST },
      { kind: 'granted', reserve: SMALLEST, grant: 8_000 },
    ],
    ['a nano-dollar less than that is denied', {}, { task: SMALLEST - 1 }, { kind: 'denied', scope: 'task' }],
    [
      'the tightest of several caps decides',
      { week: { settled: 100_000_000, open: 50_000_000 } },
      { task: LARGEST, week: 150_000_000 + SMALLEST + 25_000 },
      { kind: 'granted', reserve: SMALLEST + 20_000, grant: 8_002 },
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
      'denied by one scope before waiting for another',
      { task: { settled: 0, open: 1 }, week: { settled: 1, open: 0 } },
      { task: SMALLEST, week: SMALLEST },
      { kind: 'denied', scope: 'week' },
    ],
  ])('%s', (_name, standings, caps, decision) => {
    expect(decideReservation({ ...IDLE, ...standings }, { ...UNCAPPED, ...caps }, PRICE)).toEqual(decision);
  });

  test('a model whose output costs nothing is granted the most, with a cap used up as well', () => {
    const free: RequestPrice = { input: 0, perOutputToken: 0 };
    const spent: Standings = { ...IDLE, day: { settled: 5, open: 0 } };
    expect(decideReservation(spent, { ...UNCAPPED, day: 5 }, free)).toEqual({
      kind: 'granted',
      reserve: 0,
      grant: 64_000,
    });
  });
});

const amount = fc.nat({ max: 3_000_000_000 });
const standing: fc.Arbitrary<Standing> = fc.record({ settled: amount, open: amount });
const standings: fc.Arbitrary<Standings> = fc.record({ task: standing, plan: standing, day: standing, week: standing });
const cap = fc.option(fc.nat({ max: 6_000_000_000 }));
const caps: fc.Arbitrary<Caps> = fc.record({ task: cap, plan: cap, day: cap, week: cap });
const price: fc.Arbitrary<RequestPrice> = fc.record({
  input: fc.nat({ max: 500_000_000 }),
  perOutputToken: fc.nat({ max: 50_000 }),
});

describe('any reservation', () => {
  test('a grant fits under every cap, is whole, and covers exactly its tokens', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const decision = decideReservation(stand, limits, request);
        if (decision.kind !== 'granted') return;
        const { reserve, grant } = decision;
        for (const scope of SCOPES)
          expect(stand[scope].settled + stand[scope].open + reserve).toBeLessThanOrEqual(limits[scope] ?? Infinity);
        expect(reserve).toBe(request.input + grant * request.perOutputToken);
        expect(Number.isSafeInteger(grant) && grant >= 8_000 && grant <= 64_000).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a grant below the most is the largest that fits', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const decision = decideReservation(stand, limits, request);
        if (decision.kind !== 'granted' || decision.grant === 64_000) return;
        const next = decision.reserve + request.perOutputToken;
        const breaks = SCOPES.some(
          scope => stand[scope].settled + stand[scope].open + next > (limits[scope] ?? Infinity),
        );
        expect(breaks).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('it is denied, waits or is granted by settled spend, by open reservations, or by neither', () => {
    fc.assert(
      fc.property(standings, caps, price, (stand, limits, request) => {
        const smallest = request.input + 8_000 * request.perOutputToken;
        const over = (sum: (standing: Standing) => number): CapScope[] =>
          SCOPES.filter(scope => sum(stand[scope]) + smallest > (limits[scope] ?? Infinity));
        const bySettled = over(({ settled }) => settled);
        const byBoth = over(({ settled, open }) => settled + open);
        const decision = decideReservation(stand, limits, request);
        if (decision.kind === 'granted') expect([bySettled, byBoth]).toEqual([[], []]);
        else if (decision.kind === 'denied') expect(bySettled).toContain(decision.scope);
        else expect([bySettled, byBoth.includes(decision.scope)]).toEqual([[], true]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('many workers at once', () => {
  const worker = fc.record({ task: fc.nat({ max: 3 }), plan: fc.nat({ max: 1 }), price });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), worker: fc.nat({ max: 7 }) }),
    // What a reply really cost is any part of what was reserved for it, the whole included.
    fc.record({
      kind: fc.constant('settle' as const),
      pick: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );

  test('settled and open together never exceed a cap, in any order of reserving and settling', () => {
    let granted = 0;
    fc.assert(
      fc.property(
        fc.array(worker, { minLength: 2, maxLength: 8 }),
        caps,
        fc.array(step, { minLength: 20, maxLength: 120 }),
        (workers, limits, steps) => {
          const book = new Map<string, Standing>();
          const open: { names: Record<CapScope, string>; reserve: number }[] = [];
          const read = (name: string): Standing => book.get(name) ?? NOTHING;
          const add = (name: string, settled: number, reserved: number): void => {
            book.set(name, { settled: read(name).settled + settled, open: read(name).open + reserved });
          };
          for (const move of steps) {
            if (move.kind === 'reserve') {
              const asking = workers[move.worker % workers.length];
              if (asking === undefined) continue;
              const names = { task: `task ${asking.task}`, plan: `plan ${asking.plan}`, day: 'day', week: 'week' };
              const seen: Standings = {
                task: read(names.task),
                plan: read(names.plan),
                day: read(names.day),
                week: read(names.week),
              };
              const decision = decideReservation(seen, limits, asking.price);
              if (decision.kind !== 'granted') continue;
              granted++;
              for (const scope of SCOPES) add(names[scope], 0, decision.reserve);
              open.push({ names, reserve: decision.reserve });
            } else {
              const [settling] = open.splice(move.pick % Math.max(1, open.length), 1);
              if (settling === undefined) continue;
              const cost = Math.floor(settling.reserve * move.share);
              for (const scope of SCOPES) add(settling.names[scope], cost, -settling.reserve);
            }
            for (const [name, sum] of book) {
              const scope = SCOPES.find(known => name.startsWith(known)) ?? 'task';
              expect(sum.settled + sum.open).toBeLessThanOrEqual(limits[scope] ?? Infinity);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(granted).toBeGreaterThan(500);
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
