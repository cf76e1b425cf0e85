/** Seed 3's success metrics at their targets, and the honesty about too little. */
import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../src/domain/money.ts';
import { type BookedRequest, type Colour, type Metric, type Metrics, metricsOf } from '../../src/policy/metrics.ts';
import type { TierUse } from '../../src/policy/track-record.ts';
import { usesOf } from '../support/review-values.ts';

const NO_OVERRIDES = { hits: 0, total: 0 };
const booked = (assumed: boolean): BookedRequest => ({
  assumed,
  purpose: { tier: 'haiku' },
  usage: assumed ? null : { ...NO_USAGE, output: 50, thinking: 5 },
  logged: null,
});
const requests = (real: number, assumed: number): BookedRequest[] => [
  ...Array.from({ length: real }, () => booked(false)),
  ...Array.from({ length: assumed }, () => booked(true)),
];

const metricOf = (found: Metrics, name: string): Metric => {
  const metric = found.metrics.find(known => known.name === name);
  if (metric === undefined) throw new Error(`no metric is called ${name}`);
  return metric;
};

/** `hits` of `total` haiku tasks get these changes. */
const haiku = (hits: number, total: number, changes: Partial<TierUse>): TierUse[] =>
  usesOf('scribe', 'EXEC', 'haiku', [0, total]).map((use, index) => (index < hits ? { ...use, ...changes } : use));

describe('each target at its border', () => {
  test.each<[string, TierUse[], ReturnType<typeof requests>, string, Colour, string | null]>([
    ['81 of 100 acceptable', haiku(19, 100, { isRework: true }), [], 'haiku output acceptable', 'green', null],
    ['80 of 100 acceptable', haiku(20, 100, { isRework: true }), [], 'haiku output acceptable', 'red', null],
    [
      'an escalated task is not acceptable',
      haiku(20, 100, { isEscalated: true }),
      [],
      'haiku output acceptable',
      'red',
      null,
    ],
    ['19 of 100 reworked', haiku(19, 100, { isRework: true }), [], 'rework rate', 'green', null],
    ['20 of 100 reworked', haiku(20, 100, { isRework: true }), [], 'rework rate', 'red', null],
    ['9 of 100 escalated', haiku(9, 100, { isEscalated: true }), [], 'escalation', 'green', null],
    ['10 of 100 escalated', haiku(10, 100, { isEscalated: true }), [], 'escalation', 'red', null],
    ['15 of 100 escalated is no alert yet', haiku(15, 100, { isEscalated: true }), [], 'escalation', 'red', null],
    [
      '16 of 100 escalated',
      haiku(16, 100, { isEscalated: true }),
      [],
      'escalation',
      'red',
      'over 15 %: see kleiber calibrate (seed 3, escalation alerting)',
    ],
    [
      '81 of 100 zones foreseen',
      haiku(19, 100, { zones: { foreseen: 'green', reached: 'red' } }),
      [],
      'zone predictions',
      'green',
      null,
    ],
    [
      '80 of 100 zones foreseen',
      haiku(20, 100, { zones: { foreseen: 'green', reached: 'red' } }),
      [],
      'zone predictions',
      'red',
      null,
    ],
    ['all requests known', [], requests(200, 0), 'token logging', 'green', null],
    ['one request of 200 assumed', [], requests(199, 1), 'token logging', 'red', null],
    ['four tasks say nothing', haiku(0, 4, {}), [], 'rework rate', 'not enough data', null],
    ['five do', haiku(0, 5, {}), [], 'rework rate', 'green', null],
  ])('%s', (_name, uses, made, name, colour, alert) => {
    const found = metricOf(metricsOf(uses, made, NO_OVERRIDES), name);
    expect({ colour: found.colour, alert: found.alert }).toEqual({ colour, alert });
  });
});

test('a task that two models tried is one task', () => {
  const twice = usesOf('scribe', 'EXEC', 'haiku', [0, 5]).flatMap(use => [
    { ...use, isRework: true, isEscalated: true },
    { ...use, tier: 'sonnet' as const },
  ]);
  const found = metricsOf(twice, [], NO_OVERRIDES);
  expect([metricOf(found, 'rework rate'), metricOf(found, 'escalation')]).toMatchObject([
    { hits: 5, total: 5 },
    { hits: 5, total: 5 },
  ]);
});

test.each<[string, TierUse[], ReturnType<typeof requests>, Colour]>([
  ['every one of them green', haiku(0, 20, {}), requests(9, 0), 'green'],
  ['one of them red', haiku(0, 20, {}), requests(8, 1), 'red'],
  ['red beside too little', [], requests(8, 1), 'red'],
  ['green beside too little', [], requests(9, 0), 'not enough data'],
  ['nothing at all', [], [], 'not enough data'],
])('overall, with %s', (_name, uses, made, overall) => {
  expect(metricsOf(uses, made, { hits: 1, total: 4 })).toMatchObject({ overall, overrides: { hits: 1, total: 4 } });
});

test('think : execute is beside them, of the requests that say', () => {
  expect(metricsOf([], requests(2, 1), NO_OVERRIDES).thinking[0]).toEqual({
    tier: 'haiku',
    requests: 3,
    known: 2,
    thinking: 10,
    target: '10:90',
  });
});
