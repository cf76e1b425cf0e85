import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceRowSchema } from '../../src/domain/config.ts';
import type { Usage } from '../../src/domain/money.ts';
import { inputTokens, NO_USAGE, usdText } from '../../src/domain/money.ts';
import { DEFAULT_MODELS } from '../../src/model/models.ts';
import { BUILT_IN_PRICES, costOf, requestPrice, withUserRows, worstCase } from '../../src/model/prices.ts';

const TODAY = '2026-11-21';
const MILLION = 1_000_000;
const OPUS = 'claude-opus-5-5';
const SONNET = 'claude-sonnet-5-5';
const HAIKU = 'claude-haiku-5-5';

const cost = (model: string, usage: Partial<Usage>, day = TODAY) =>
  costOf(BUILT_IN_PRICES, model, { ...NO_USAGE, ...usage }, day);

describe('the built-in prices', () => {
  it.each<[string, string, Partial<Usage>, string, number]>([
    ['opus, a million in and out', OPUS, { input: MILLION, output: MILLION }, TODAY, 24_000_000_000],
    ['opus, a million read', OPUS, { cacheRead: MILLION }, TODAY, 200_000_000],
    ['sonnet, a million read today', SONNET, { cacheRead: MILLION }, TODAY, 100_000_000],
    [
      'sonnet, a million read before its reads became cheaper',
      SONNET,
      { cacheRead: MILLION },
      '2026-10-01',
      200_000_000,
    ],
    ['sonnet on the last dear day', SONNET, { cacheRead: MILLION }, '2026-10-06', 200_000_000],
    ['sonnet on the first cheap day', SONNET, { cacheRead: MILLION }, '2026-10-07', 100_000_000],
    ['haiku exactly on the line', HAIKU, { input: 100_000, output: MILLION }, TODAY, 510_000_000],
    ['haiku one token above the line', HAIKU, { input: 100_001, output: MILLION }, TODAY, 2_550_000_500],
    ['haiku above the line by its cached tokens', HAIKU, { input: 40_001, cacheRead: 60_000 }, TODAY, 23_000_500],
    ['haiku, written for five minutes above the line', HAIKU, { cacheWrite5m: 200_000 }, TODAY, 125_000_000],
    ['haiku, written for an hour', HAIKU, { cacheWrite1h: 100_000 }, TODAY, 20_000_000],
    ['opus, written for an hour', OPUS, { cacheWrite1h: MILLION }, TODAY, 8_000_000_000],
    [
      'fable 5.1',
      'claude-fable-5-1',
      { input: MILLION, cacheWrite5m: MILLION, cacheRead: MILLION },
      TODAY,
      22_750_000_000,
    ],
    ['opus 5', 'claude-opus-5', { input: MILLION, output: MILLION, cacheRead: MILLION }, TODAY, 30_500_000_000],
    ['sonnet 5', 'claude-sonnet-5', { output: MILLION, cacheRead: MILLION }, TODAY, 10_200_000_000],
    ['sonnet 4.6', 'claude-sonnet-4-6', { input: MILLION, cacheWrite5m: MILLION }, TODAY, 6_750_000_000],
    ['haiku 4.5', 'claude-haiku-4-5', { input: MILLION, output: MILLION, cacheRead: MILLION }, TODAY, 6_100_000_000],
    ['a dated id of the same model', 'claude-haiku-4-5-20251001', { cacheWrite1h: MILLION }, TODAY, 2_000_000_000],
  ])('%s', (_, model, usage, day, nano) => {
    expect(cost(model, usage, day)).toBe(nano);
  });

  it.each([
    [OPUS, 45_400_000],
    [SONNET, 22_700_000],
    [HAIKU, 1_375_000],
    ['claude-fable-5-2', 81_200_000],
  ])('price one typical usage of %s exactly', (model, nano) => {
    expect(cost(model, { input: 1200, output: 900, cacheRead: 48_000, cacheWrite5m: 2600 })).toBe(nano);
  });

  it('say unpriced, never zero, for an unknown model and for a day before the model existed', () => {
    expect([
      cost('claude-unknown-9', { input: 1 }),
      cost(HAIKU, { input: 1 }, '2026-10-01'),
      worstCase(BUILT_IN_PRICES, 'claude-unknown-9', 1, 1, TODAY, '5m'),
      worstCase(BUILT_IN_PRICES, HAIKU, 1, 1, '2026-10-01', '5m'),
      requestPrice(BUILT_IN_PRICES, 'claude-unknown-9', 1, TODAY, '5m'),
    ]).toEqual([null, null, null, null, null]);
  });

  it('price every default model, in whole numbers per token', () => {
    expect(Object.values(DEFAULT_MODELS).map(model => cost(model, { input: 1 }))).toEqual([100, 2000, 4000]);
    const rates = BUILT_IN_PRICES.flatMap(({ rate, above }) => [rate, ...(above === null ? [] : [above.rate])]);
    expect(rates.flatMap(rate => Object.values(rate)).filter(nano => !Number.isSafeInteger(nano) || nano <= 0)).toEqual(
      [],
    );
  });

  it('give a model one price a day: rows of one model never overlap', () => {
    const overlaps = BUILT_IN_PRICES.filter((row, index) =>
      BUILT_IN_PRICES.some(
        (other, place) =>
          place > index && other.model === row.model && other.from < (row.to ?? '9') && row.from < (other.to ?? '9'),
      ),
    );
    expect(overlaps).toEqual([]);
  });
});

describe("the user's own rows", () => {
  const row = (rest: Record<string, unknown>) =>
    priceRowSchema.parse({
      model: SONNET,
      from: '2025-01-01',
      input: 3,
      output: 15,
      cache_read: 0.3,
      cache_write_5m: 3.75,
      cache_write_1h: 6,
      ...rest,
    });
  const sonnetCost = (rows: Record<string, unknown>[], usage: Partial<Usage>, day = TODAY) =>
    costOf(withUserRows(BUILT_IN_PRICES, rows.map(row)), SONNET, { ...NO_USAGE, ...usage }, day);

  it("make the blueprint's example row cost 0.165 dollars to the last digit", () => {
    const nano = sonnetCost([{}], { input: 15_000, output: 8_000 }, '2025-01-09');
    expect([nano, usdText(nano ?? 0)]).toEqual([165_000_000, '0.165']);
  });

  it('come before the built-in ones, but only on their days', () => {
    const bounded = [{ from: '2026-11-01', to: '2026-11-21' }];
    expect(
      ['2026-10-31', '2026-11-01', '2026-11-20', '2026-11-21'].map(day => sonnetCost(bounded, { input: 1 }, day)),
    ).toEqual([2000, 3000, 3000, 2000]);
  });

  it('let the later of two valid rows win, in whatever order they stand', () => {
    const older = { from: '2026-01-01', input: 7 };
    const newer = { from: '2026-11-01', input: 8 };
    expect([sonnetCost([older, newer], { input: 1 }), sonnetCost([newer, older], { input: 1 })]).toEqual([8000, 8000]);
  });

  it('become exact integers, and a fraction of a nano-dollar goes up', () => {
    expect([0.1, 0.3, 1.1, 3.3, 18.75, 0.0004, 0].map(input => sonnetCost([{ input }], { input: 1 }))).toEqual([
      100, 300, 1100, 3300, 18_750, 1, 0,
    ]);
  });

  it('can price a model that the built-in list does not know', () => {
    const prices = withUserRows(BUILT_IN_PRICES, [row({ model: 'my-gateway-model' })]);
    expect(costOf(prices, 'my-gateway-model', { ...NO_USAGE, output: 1 }, TODAY)).toBe(15_000);
  });
});

describe('the worst case', () => {
  const worst = (model: string, input: number, output: number, life: '5m' | '1h' = '5m') =>
    worstCase(BUILT_IN_PRICES, model, input, output, TODAY, life);

  it('takes all input at the cache write of the life in use', () => {
    expect([worst(OPUS, 1000, 8000, '5m'), worst(OPUS, 1000, 8000, '1h')]).toEqual([165_000_000, 168_000_000]);
  });

  it('takes the dear haiku line as soon as the input may pass it', () => {
    expect([worst(HAIKU, 100_000, 8000), worst(HAIKU, 100_001, 8000)]).toEqual([16_500_000, 82_500_625]);
  });

  it('is a straight line in the output', () => {
    expect(requestPrice(BUILT_IN_PRICES, SONNET, 1000, TODAY, '1h')).toEqual({
      input: 4_000_000,
      perOutputToken: 10_000,
    });
  });

  it('is never below what a request within its bounds really costs', () => {
    const count = fc.nat(200_000);
    const usage = fc.record({ input: count, cacheRead: count, written: count, output: fc.nat(64_000) });
    const model = fc.constantFrom(...new Set(BUILT_IN_PRICES.map(price => price.model)));
    fc.assert(
      fc.property(
        model,
        usage,
        fc.nat(50_000),
        fc.nat(1000),
        fc.constantFrom('5m', '1h'),
        (id, spent, more, rest, life) => {
          const { written, ...others } = spent;
          const real = {
            ...NO_USAGE,
            ...others,
            cacheWrite5m: life === '5m' ? written : 0,
            cacheWrite1h: life === '1h' ? written : 0,
          };
          const bound = worstCase(BUILT_IN_PRICES, id, inputTokens(real) + more, real.output + rest, TODAY, life);
          const paid = costOf(BUILT_IN_PRICES, id, real, TODAY);
          return bound !== null && paid !== null && paid <= bound && Number.isSafeInteger(bound);
        },
      ),
    );
  });
});
