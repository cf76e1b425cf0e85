/** Reports of coverage tools, read strictly: they come out of a sandbox in which other people's code ran. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCoverage } from '../../src/policy/coverage-report.ts';

const lcov = (...lines: string[]): string => `${lines.join('\n')}\n`;
const ok = (value: unknown) => ({ ok: true, value });
const fail = (failure: string) => ({ ok: false, failure });

describe('lcov', () => {
  test('as vitest, c8 and jest write it', () => {
    const text = lcov(
      'TN:',
      'SF:src/cart.ts',
      'FN:1,total',
      'FNF:1',
      'FNH:1',
      'FNDA:3,total',
      'DA:1,3',
      'DA:2,0',
      'DA:4,1,hJ3k==',
      'LF:3',
      'LH:2',
      'BRDA:2,0,0,-',
      'BRF:1',
      'BRH:0',
      'end_of_record',
      'SF:src/empty.ts',
      'LF:0',
      'LH:0',
      'end_of_record',
    );
    expect(readCoverage(text)).toEqual(
      ok([
        { file: 'src/cart.ts', covered: 2, lines: 3 },
        { file: 'src/empty.ts', covered: 0, lines: 0 },
      ]),
    );
  });

  test('as coverage.py writes it, with sums alone as some tools do, and with line ends of Windows', () => {
    expect(readCoverage('SF:shop/cart.py\r\nDA:1,1\r\nLF:1\r\nLH:1\r\nend_of_record\r\n')).toEqual(
      ok([{ file: 'shop/cart.py', covered: 1, lines: 1 }]),
    );
    expect(readCoverage(lcov('SF:a.c', 'LF:10', 'LH:4', 'end_of_record'))).toEqual(
      ok([{ file: 'a.c', covered: 4, lines: 10 }]),
    );
  });

  test('puts the sections of one file together, line by line', () => {
    const text = lcov(
      'TN:unit',
      'SF:a.ts',
      'DA:1,1',
      'DA:2,0',
      'end_of_record',
      'TN:other',
      'SF:a.ts',
      'DA:1,0',
      'DA:2,5',
      'end_of_record',
    );
    expect(readCoverage(text)).toEqual(ok([{ file: 'a.ts', covered: 2, lines: 2 }]));
  });

  test.each([
    ['nothing', '', 'holds no file'],
    ['words', 'All is covered.\n', 'line 1 is no line of lcov'],
    ['a line without a file', 'DA:1,1\n', 'line 1 is no line of lcov'],
    ['a count that is none', lcov('SF:a.ts', 'DA:1,many'), 'line 2 is no line of lcov'],
    ['half a line', lcov('SF:a.ts', 'DA:1'), 'line 2 is no line of lcov'],
    [
      'more covered than there is',
      lcov('SF:a.ts', 'LF:1', 'LH:2', 'end_of_record'),
      'has a file with more covered lines than lines',
    ],
  ])('%s is none', (_name, text, failure) => {
    expect(readCoverage(text)).toEqual(fail(failure));
  });
});

describe('JSON', () => {
  const lines = (total: number, covered: number) => ({ lines: { total, covered, skipped: 0, pct: 1 }, branches: {} });

  test("istanbul's summary, whose total is no file", () => {
    const text = JSON.stringify({ total: lines(9, 9), '/workspace/src/a.ts': lines(4, 3) });
    expect(readCoverage(text)).toEqual(ok([{ file: '/workspace/src/a.ts', covered: 3, lines: 4 }]));
  });

  test("coverage.py's report", () => {
    const text = JSON.stringify({
      meta: { version: '7.6' },
      files: { 'shop/cart.py': { executed_lines: [1], summary: { covered_lines: 1, num_statements: 2 } } },
      totals: {},
    });
    expect(readCoverage(text)).toEqual(ok([{ file: 'shop/cart.py', covered: 1, lines: 2 }]));
  });

  test.each([
    ['cut in the middle', '{"total": {"lin', 'is not JSON'],
    ['nested without end', `{"a":${'['.repeat(200_000)}`, 'is not JSON'],
    ['something else', '{"a": 1}', 'is neither the json-summary of istanbul nor the JSON of coverage.py'],
    [
      'a fraction',
      JSON.stringify({ 'a.ts': lines(1.5, 1) }),
      'is neither the json-summary of istanbul nor the JSON of coverage.py',
    ],
    [
      'less than nothing',
      JSON.stringify({ 'a.ts': lines(-1, -1) }),
      'is neither the json-summary of istanbul nor the JSON of coverage.py',
    ],
    [
      'more covered than there is',
      JSON.stringify({ 'a.ts': lines(1, 2) }),
      'has a file with more covered lines than lines',
    ],
  ])('%s is none', (_name, text, failure) => {
    expect(readCoverage(text)).toEqual(fail(failure));
  });
});

test('whatever stands in it is a report whose shares are shares, or a reason', () => {
  const line = fc.oneof(
    fc.constantFrom('SF:a.ts', 'end_of_record', 'DA:1,1', 'DA:1,0', 'LF:3', 'LH:9', 'TN:', ''),
    fc.string(),
  );
  const json = fc.json().map(text => `{"files": ${text}, "meta": {}}`);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(line).map(lines => lines.join('\n')),
        json,
        fc.string(),
      ),
      text => {
        const read = readCoverage(text);
        expect(read.ok ? 'a report' : read.failure).not.toBe('');
        for (const { covered, lines } of read.ok ? read.value : []) expect(covered >= 0 && covered <= lines).toBe(true);
      },
    ),
  );
});
