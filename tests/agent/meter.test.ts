/** The meter: days and weeks of the user's calendar, and prices that stay what they were when the money was reserved. */
import { describe, expect, test } from 'vitest';
import { calendarOf, openMeter } from '../../src/agent/meter.ts';
import { NO_USAGE } from '../../src/domain/money.ts';
import {
  NO_CAPS,
  NOTHING_KEPT,
  OWNER,
  PRICE,
  PURPOSE,
  temporaryLedger,
  USAGE,
  USAGE_COST,
} from '../support/agent-rig.ts';
import { handClock } from '../support/model-clock.ts';

const { signal } = new AbortController();

describe('the calendar', () => {
  /** Local noon, so that the test holds in every time zone. */
  const noon = (year: number, month: number, day: number): Date => new Date(year, month - 1, day, 12);

  test.each<[[number, number, number], string, string]>([
    [[2026, 11, 21], '2026-11-21', '2026-W47'],
    [[2026, 11, 22], '2026-11-22', '2026-W47'],
    [[2026, 11, 23], '2026-11-23', '2026-W48'],
    [[2026, 12, 28], '2026-12-28', '2026-W53'],
    [[2026, 12, 31], '2026-12-31', '2026-W53'],
    [[2027, 1, 1], '2027-01-01', '2026-W53'],
    [[2027, 1, 3], '2027-01-03', '2026-W53'],
    [[2027, 1, 4], '2027-01-04', '2027-W01'],
    [[2024, 12, 29], '2024-12-29', '2024-W52'],
    [[2024, 12, 30], '2024-12-30', '2025-W01'],
    [[2025, 12, 28], '2025-12-28', '2025-W52'],
    [[2025, 12, 29], '2025-12-29', '2026-W01'],
    [[2026, 1, 1], '2026-01-01', '2026-W01'],
    [[2022, 1, 1], '2022-01-01', '2021-W52'],
    [[2022, 1, 2], '2022-01-02', '2021-W52'],
    [[2022, 1, 3], '2022-01-03', '2022-W01'],
    [[2020, 12, 31], '2020-12-31', '2020-W53'],
    [[2021, 1, 3], '2021-01-03', '2020-W53'],
    [[2024, 2, 29], '2024-02-29', '2024-W09'],
  ])('%j is %s in %s', ([year, month, day], date, week) => {
    const now = noon(year, month, day);
    expect(calendarOf(now)).toEqual({ at: now.toISOString(), day: date, week });
  });

  test('a day is the local one, from midnight to midnight', () => {
    const edges = [new Date(2026, 10, 21, 0, 0, 0), new Date(2026, 10, 21, 23, 59, 59)];
    expect(edges.map(now => calendarOf(now).day)).toEqual(['2026-11-21', '2026-11-21']);
  });

  test('a week begins on Monday, in every week of ten years', () => {
    const days = Array.from({ length: 3653 }, (_, index) => calendarOf(noon(2020, 1, 1 + index)));
    const turns = days.slice(1).flatMap((day, index) => (day.week === days[index]?.week ? [] : [index + 1]));
    // 2020-01-06 was the first Monday.
    expect(turns).toEqual(Array.from({ length: turns.length }, (_, index) => 5 + 7 * index));
    expect(turns.length).toBe(522);
  });
});

describe('prices', () => {
  test('are those of the day of the reservation, also when the reply comes after midnight', async () => {
    const asked: string[] = [];
    const clock = handClock(new Date(2026, 10, 21, 23, 59, 30).toISOString());
    const ledger = temporaryLedger();
    const meter = openMeter(PURPOSE, {
      ledger,
      clock,
      owner: OWNER,
      caps: NO_CAPS,
      kept: NOTHING_KEPT,
      urgent: false,
      price: {
        worst: (model, tokens, life, day) => {
          asked.push(`worst ${life} ${day}`);
          return PRICE.worst(model, tokens, life, day);
        },
        cost: (model, usage, day) => {
          asked.push(`cost ${day}`);
          return PRICE.cost(model, usage, day);
        },
      },
    });
    const granted = await meter.reserve(1000, '1h', signal);
    await clock.advance(60_000);
    if (granted.kind === 'granted') meter.settle(granted.reservation, USAGE);
    expect([asked, ledger.rows().map(({ day, settled }) => [day, settled])]).toEqual([
      ['worst 1h 2026-11-21', 'cost 2026-11-21'],
      [['2026-11-21', USAGE_COST]],
    ]);
  });
});

describe('what a session has spent', () => {
  test('is every reply once, and every reservation that was booked in full', async () => {
    const ledger = temporaryLedger();
    const clock = handClock();
    const edges = { ledger, clock, owner: OWNER, caps: NO_CAPS, kept: NOTHING_KEPT, price: PRICE, urgent: false };
    const meter = openMeter(PURPOSE, edges);
    const reserve = async (): Promise<string> => {
      const outcome = await meter.reserve(1000, '5m', signal);
      return outcome.kind === 'granted' ? outcome.reservation : '';
    };
    const first = await reserve();
    meter.settle(first, USAGE);
    meter.settle(first, USAGE);
    meter.settleInFull(first);
    const second = await reserve();
    meter.settleInFull(second);
    meter.settleInFull(second);
    meter.settle(await reserve(), NO_USAGE);
    await reserve();
    const whole = 1000 * 10 + 64_000 * 50;
    expect(meter.spent()).toEqual({ usage: USAGE, cost: USAGE_COST + whole });
    const booked = ledger.rows().reduce((sum, row) => sum + (row.settled ?? 0), 0);
    expect(booked).toBe(meter.spent().cost);
  });
});
