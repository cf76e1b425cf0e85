import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainTable } from '../../src/report/plain-table.ts';
import { table } from '../../src/report/table.ts';

const cell = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '· feat-001',
    '✓ a',
    '▶ Übung',
    '? größer als 3',
    'für alle …',
    '日本',
    '🙂 ok',
    'a\u00adb',
    '\u001b[31mred',
    '',
  ),
);

describe('a table of narrow texts', () => {
  test('is the one that the library makes, cut and uncut', () => {
    let made = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
        fc.option(fc.integer({ min: 1, max: 60 })),
        (rows, width) => {
          const plain = plainTable(rows, width);
          if (plain === null) return;
          made++;
          expect(plain).toEqual(table(rows, width));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(made).toBeGreaterThan(200);
  });

  test.each([['日本'], ['🙂'], ['a\u00adb'], ['\u001b[31m'], ['a\u0301'], ['\u200b']])(
    'leaves %j to the library',
    text => {
      expect(plainTable([[text]], null)).toBe(null);
    },
  );
});
