/** Coverage of a change: every changed source file by itself, and honest about what no report tells. */
import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../src/domain/blocker.ts';
import { configSchema } from '../../src/domain/config.ts';
import { fail, ok } from '../../src/domain/result.ts';
import { type CoverageReport, changedSources, coverageVerdict, hasCode } from '../../src/policy/coverage.ts';

const rulesOf = (testing: object = {}) => configSchema.parse({ testing }).testing;
const changed = (path: string, status: ChangedFile['status'] = 'modified', mode = '100644'): ChangedFile => ({
  path,
  status,
  mode,
});
/** `src/a.ts 3/4`. */
const report = (path: string, ...files: string[]): CoverageReport => ({
  path,
  read: ok(
    files.map(text => {
      const [file = '', covered, lines] = text.split(/[ /](?=\d+(?:\/|$))/);
      return { file, covered: Number(covered), lines: Number(lines) };
    }),
  ),
});
const unread: CoverageReport = { path: 'coverage/lcov.info', read: fail('was not written by the checks') };

const TREE = new Set(['src/a.ts', 'src/b.ts', 'packages/web/src/a.ts', 'shop/cart.py', 'tools/make.py']);
const ask = (files: string[], reports: CoverageReport[], testing: object = {}) =>
  coverageVerdict({
    changed: files,
    reports,
    tree: TREE,
    roots: ['/workspace', '/state/checks'],
    rules: rulesOf(testing),
  });
const LCOV = 'coverage/lcov.info';

describe('which files are held against it', () => {
  test.each<[ChangedFile, boolean]>([
    [changed('src/cart.ts', 'created'), true],
    [changed('src/Cart.vue'), true],
    [changed('shop/cart.py'), true],
    [changed('src/cart.ts', 'deleted'), false],
    [changed('src/link.ts', 'created', '120000'), false],
    [changed('src/cart.test.ts'), false],
    [changed('src/Cart.stories.tsx'), false],
    [changed('tests/integration/cart.ts'), false],
    [changed('shop/test_cart.py'), false],
    [changed('shop/conftest.py'), false],
    [changed('src/env.d.ts'), false],
    [changed('src/user.types.ts'), false],
    [changed('vite.config.ts'), false],
    [changed('README.md'), false],
    [changed('db/1.sql'), false],
  ])('%o: %s', (file, isHeld) => {
    expect(changedSources([file], rulesOf())).toEqual(isHeld ? [file.path] : []);
  });

  test('not those that the project takes out', () => {
    const rules = rulesOf({ coverage_except: ['src/generated/**', 'src/main.ts'] });
    expect(
      changedSources([changed('src/generated/api.ts'), changed('src/main.ts'), changed('src/a.ts')], rules),
    ).toEqual(['src/a.ts']);
  });

  test.each([
    ['a.ts', 'export interface A { b: string }\nexport type C = (a: A) => void;\n', false],
    ['a.ts', "// const a = 1;\nexport * from './b.ts';\n", false],
    ['a.ts', 'export const a = 1;', true],
    ['a.tsx', 'export default function A() { return null; }', true],
    ['__init__.py', '# nothing\nfrom .cart import total\n\n', false],
    ['cart.py', 'import json\n\ndef total():\n    return 1\n', true],
    ['main.go', 'package main', true],
  ])('%s with %j has code: %s', (path, text, isCode) => {
    expect(hasCode(path, text)).toBe(isCode);
  });
});

describe('the verdict', () => {
  test('names every file with its share, what is too little first, and never rounds up to the border', () => {
    expect(ask(['src/a.ts', 'src/b.ts'], [report(LCOV, 'src/a.ts 26/26', 'src/b.ts 79996/100000')])).toEqual({
      result: 'red',
      text: `tests run less than 80 % of the lines of src/b.ts 79.9 %
  src/b.ts  79.9 % (79996 of 100000 lines)
  src/a.ts  100 % (26 of 26 lines)`,
    });
  });

  test.each<[string, string[], CoverageReport[], object, string | null]>([
    ['exactly at the border', ['src/a.ts'], [report(LCOV, 'src/a.ts 4/5')], {}, 'green'],
    ['a line under it', ['src/a.ts'], [report(LCOV, 'src/a.ts 79/100')], {}, 'red'],
    ['a border of its own', ['src/a.ts'], [report(LCOV, 'src/a.ts 4/5')], { coverage: 81 }, 'red'],
    ['a file without a line to run', ['src/a.ts'], [report(LCOV, 'src/a.ts 0/0')], {}, 'green'],
    ['a file that nobody changed', ['src/a.ts'], [report(LCOV, 'src/a.ts 1/1', 'src/b.ts 0/9')], {}, 'green'],
    ['no report', ['src/a.ts'], [unread], {}, 'could_not_tell'],
    ['no report where one is required', ['src/a.ts'], [unread], { coverage_required: true }, 'could_not_run'],
    ['a file in no report', ['src/a.ts'], [report(LCOV, 'src/b.ts 1/1')], {}, 'could_not_tell'],
    [
      'a file in no report where one is required',
      ['src/a.ts'],
      [report(LCOV, 'src/b.ts 1/1')],
      { coverage_required: true },
      'red',
    ],
    ['one file below, one in no report', ['src/a.ts', 'src/b.ts'], [report(LCOV, 'src/a.ts 0/1')], {}, 'red'],
    [
      'one report of two unread, which tells nothing new',
      ['src/a.ts'],
      [report('a.info', 'src/a.ts 1/1'), unread],
      {},
      'green',
    ],
    ['a language that the reports are not about', ['tools/make.py'], [report(LCOV, 'src/a.ts 1/1')], {}, null],
    ['a report without any file of any language', ['shop/cart.py'], [report(LCOV)], {}, 'could_not_tell'],
  ])('%s', (_name, files, reports, testing, result) => {
    expect(ask(files, reports, testing)?.result ?? null).toBe(result);
  });

  test('begins with the files that matter, and with no more than three of them', () => {
    const headline = (covered: number, ...files: string[]): string | undefined =>
      ask(files, [report(LCOV, ...files.map(file => `${file} ${covered}/4`))])?.text.split('\n')[0];
    expect(headline(1, ...TREE)).toBe(
      'tests run less than 80 % of the lines of src/a.ts 25 %, src/b.ts 25 %, packages/web/src/a.ts 25 % and 2 more',
    );
    expect(headline(4, 'src/a.ts')).toBe('tests run 80 % or more of the lines of src/a.ts 100 %');
  });

  test('says which report is missing, and that no test is known to run a file', () => {
    expect(ask(['src/a.ts'], [unread])?.text).toBe(`no report tells what tests run of src/a.ts
  src/a.ts  in no report, so no test is known to run it
coverage/lcov.info was not written by the checks`);
  });
});

describe('the name of a file in a report', () => {
  test.each<[string, string, string, string | null]>([
    ['relative to the root', LCOV, 'src/a.ts', 'src/a.ts'],
    ['with a dot', LCOV, './src/a.ts', 'src/a.ts'],
    ['absolute in the sandbox', LCOV, '/workspace/src/a.ts', 'src/a.ts'],
    ['absolute without a sandbox', LCOV, '/state/checks/src/a.ts', 'src/a.ts'],
    ['relative to the package of the report', 'packages/web/coverage/lcov.info', 'src/a.ts', 'packages/web/src/a.ts'],
    [
      'relative to the root, from a package',
      'packages/web/coverage/lcov.info',
      'packages/web/src/a.ts',
      'packages/web/src/a.ts',
    ],
    ['climbing out of the package', 'packages/web/coverage/lcov.info', '../../src/b.ts', 'src/b.ts'],
    ['elsewhere on the machine', LCOV, '/home/ada/src/a.ts', null],
    ['climbing out of everything', LCOV, '../../../../src/a.ts', null],
  ])('%s', (_name, path, file, meant) => {
    const all = ['src/a.ts', 'src/b.ts', 'packages/web/src/a.ts'];
    const told = all.filter(one => ask([one], [report(path, `${file} 1/1`)])?.result === 'green');
    expect(told).toEqual(meant === null ? [] : [meant]);
  });

  test('the better of two reports counts', () => {
    const reports = [
      report('unit.info', 'src/a.ts 1/4'),
      report('all.info', 'src/a.ts 4/4'),
      report('e2e.info', 'src/a.ts 0/4'),
    ];
    expect(ask(['src/a.ts'], reports)?.result).toBe('green');
  });
});
