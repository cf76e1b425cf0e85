/** Two values that differ in times alone are the same; everything else is found, and the way to it named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstDifference, lasting } from '../../src/agent/first-difference.ts';

describe('times', () => {
  test.each([
    ['ran 3 tests in 1.42 s', 'ran 3 tests in 380ms'],
    ['# duration_ms 1420.51', '# duration_ms 9'],
    ['Duration  2.10s (tests 83%)', 'Duration  3.05s (tests 83%)'],
    ['{"elapsed": 1420}', '{"elapsed": 3}'],
    ['at 2026-11-29T10:11:12.123Z', 'at 2027-01-02T03:04:05Z'],
    ['[10:11:12] start', '[9:00:01.5] start'],
    ['finished in 2 minutes', 'finished in 3 minutes'],
  ])('%s and %s say the same', (recorded, now) => {
    expect(firstDifference({ text: recorded }, { text: now })).toBeNull();
  });

  test.each([
    ['3 tests', '4 tests'],
    ['exit code 0', 'exit code 1'],
    ['price is 5 items', 'price is 6 items'],
    ['version 1.2.3', 'version 1.2.4'],
  ])('%s and %s do not', (recorded, now) => {
    expect(firstDifference(recorded, now)).toEqual({ path: '', recorded, now });
  });
});

describe('the first difference', () => {
  test.each<[string, unknown, unknown, [path: string, recorded: string, now: string]]>([
    ['of a list is named by its place', { a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }, ['a[1].b', 'x', 'y']],
    ['is a line of a text', 'one\ntwo\nthree', 'one\n2\nthree', ['', 'two', '2']],
    ['may be a line that is new', 'one', 'one\ntwo', ['', '(nothing)', 'two']],
    ['may be a line that is gone', 'one\ntwo', 'one', ['', 'two', '(nothing)']],
    ['may be a key that is gone', { a: 1, b: 2 }, { a: 1 }, ['b', '2', '(nothing)']],
    ['may be a key that is new', { a: 1 }, { a: 1, b: true }, ['b', '(nothing)', 'true']],
    ['may be one of kind', { a: [1] }, { a: 'x' }, ['a', '[1]', '"x"']],
    ['may be one of an empty list and an empty group', { a: [] }, { a: {} }, ['a', '[]', '{}']],
    ['may be a key that all objects inherit', JSON.parse('{"__proto__": {}}'), {}, ['__proto__', '{}', '(nothing)']],
    ['is found where there is nothing at all', { a: 1 }, undefined, ['', '{"a":1}', '(nothing)']],
  ])('%s', (_name, recorded, now, [path, before, after]) => {
    expect(firstDifference(recorded, now)).toEqual({ path, recorded: before, now: after });
  });

  test('of a value and itself is none, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), value => firstDifference(value, structuredClone(value)) === null));
  });

  test('is there exactly where two values are not alike once their times are out', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(value, value, (recorded, now) => {
        const isAlike = JSON.stringify(bare(recorded)) === JSON.stringify(bare(now));
        return (firstDifference(recorded, now) === null) === isAlike;
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Without times, and with keys in order, which is no difference. */
function bare(value: unknown): unknown {
  if (typeof value === 'string') return lasting(value);
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, bare(inner)]);
  return { group: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
