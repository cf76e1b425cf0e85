/** Coverage of changed files, read out of the tree that the checks ran in and held against what the project asks. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { checkReports } from '../../src/cli/check-reports.ts';
import { taskStream } from '../../src/domain/event.ts';
import { validationPath } from '../../src/domain/record-paths.ts';
import { eventLine } from '../../src/report/event-line.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { type Script, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

const LCOV = 'coverage/lcov.info';
const CART = 'src/backend/cart.js';
const CODE = 'export function total() {\n  return 1;\n}\n';
const section = (file: string, covered: number, lines: number): string =>
  [
    `SF:${file}`,
    ...Array.from({ length: lines }, (_, i) => `DA:${i + 1},${i < covered ? 1 : 0}`),
    'end_of_record',
    '',
  ].join('\n');

let house: House;
afterEach(() => house.close());

/** The check leaves this report wherever the cart is there; `null` leaves none. */
function open(report: string | null, testing: object = {}, options: HouseOptions = {}): House {
  house = new House({
    check: (tree, leave) => {
      if (report !== null && tree(CART) !== null) leave(LCOV, report);
      return 'green';
    },
    config: { testing: { coverage_reports: [LCOV], ...testing } },
    ...options,
  });
  return house;
}

const cart: Script = writes({ [CART]: CODE });

async function worked(): Promise<HouseProcess> {
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.ticks();
  return here;
}

/** The line of the log that tells how the checks went. */
function lineOfValidated(here: HouseProcess): string | undefined {
  const found = here.holder.baton.read(taskStream('a')).find(({ event }) => event.kind === 'validated');
  return found && eventLine(found)?.text;
}

test('too little sends the work back with the file and its share, as red checks do', async () => {
  open(section(CART, 7, 10)).task('a', cart);
  const here = await worked();
  expect(here.last('a', 'validated')).toMatchObject({ validation: { result: 'red' }, baseResult: 'green' });
  expect(lineOfValidated(here)).toMatch(
    /^checks red on [0-9a-f]{9}: tests run less than 80 % of the lines of src\/backend\/cart\.js 70 %$/,
  );
  expect(here.last('a', 'returned')).toMatchObject({
    reason: 'red',
    strike: true,
    note: `The checks are red on what you handed in:
$ lines of changed files in coverage/lcov.info
(red)
tests run less than 80 % of the lines of src/backend/cart.js 70 %
  src/backend/cart.js  70 % (7 of 10 lines)`,
  });
});

test('enough lands, is in the report, and is neither measured twice nor asked of a reviewer', async () => {
  open(section(`/workspace/${CART}`, 8, 10)).task('a', cart, { risk: ['performance_critical'] });
  const here = await house.start();
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'landed' });
  expect(house.read(validationPath('a'))).toContain('Check: coverage of the change\n');
  expect(house.read(validationPath('a'))).toContain('  src/backend/cart.js  80 % (8 of 10 lines)');
  // Once before any work and once on the work: the merged tree is the same.
  expect(house.checksRun).toBe(2);
  const reviewed = JSON.stringify(house.claude.asked.at(-1)?.request.messages[0]);
  expect(reviewed).toContain('A submission needs your review');
  expect(reviewed).not.toContain('lines at 80 %');
});

describe('without a report', () => {
  test('nobody can tell: it is said to everybody who could, and stops nothing', async () => {
    open(null).task('a', cart, { risk: ['performance_critical'] });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
    const reviewed = JSON.stringify(house.claude.asked.at(-1)?.request.messages[0]);
    expect(reviewed).toContain('lines at 80 % or more (the checks could not tell for every file, see below)');
    expect(reviewed).toContain(`${CART}  in no report`);
    expect(lineOfValidated(here)).toMatch(/^checks green on [0-9a-f]{9}; coverage of the change could not be told$/);
    expect(house.read(validationPath('a'))).toContain('Result: could_not_tell\n');
    expect(house.read(validationPath('a'))).toContain('coverage/lcov.info was not written by the checks');
  });

  test('nothing lands where the project requires it', async () => {
    open(null, { coverage_required: true }).task('a', cart);
    const here = await worked();
    expect(here.board()).toEqual({ a: 'blocked' });
    expect(here.last('a', 'blocked').blocker.problem).toContain(
      '$ lines of changed files in coverage/lcov.info\n(could not run)\n',
    );
  });
});

test('a report that work brings with it counts for nothing: only what the checks write is read', async () => {
  open(null, { coverage_required: true }).task('a', writes({ [CART]: CODE, [LCOV]: section(CART, 10, 10) }), {
    files: ['src/**', 'coverage/**'],
  });
  house.config.roles['engineer-backend'] = { paths: ['**'] };
  const here = await worked();
  expect(here.told('a')).toContain('validated');
  expect(here.board()).toEqual({ a: 'blocked' });
});

test('the candidate is measured as merged', async () => {
  const others = 'src/backend/other.js';
  house = new House({
    check: (tree, leave) => {
      // What one has written makes the tests of the other run less.
      leave(LCOV, section(CART, tree(others) === null ? 10 : 1, 10) + section(others, 10, 10));
      return 'green';
    },
    config: { testing: { coverage_reports: [LCOV] } },
  });
  house.task('first', writes({ [others]: CODE }));
  house.task('second', cart);
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  await here.ticks();
  expect(here.board()).toMatchObject({ first: 'landed' });
  expect(here.last('second', 'returned')).toMatchObject({
    reason: 'red_candidate',
    note: expect.stringContaining(`${CART}  10 % (1 of 10 lines)`),
  });
});

describe('what a sandbox leaves behind', () => {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'kleiber-left-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    mkdirSync(join(path, 'tree/coverage'), { recursive: true });
    writeFileSync(join(path, 'secret'), 'SF:a\n');
    return path;
  };

  test.each<[string, (root: string) => void, string]>([
    ['a file', root => writeFileSync(join(root, 'tree', LCOV), 'SF:b\n'), 'SF:b\n'],
    ['a link', root => symlinkSync('../../secret', join(root, 'tree', LCOV)), 'cannot be read: a link is in the way'],
    [
      'a folder that is a link',
      root => {
        rmSync(join(root, 'tree/coverage'), { recursive: true });
        writeFileSync(join(root, 'lcov.info'), 'SF:a\n');
        symlinkSync('..', join(root, 'tree/coverage'));
      },
      'cannot be read: a link is in the way',
    ],
    [
      'a pipe',
      root => execFileSync('mkfifo', [join(root, 'tree', LCOV)]),
      'cannot be read: this is not a regular file',
    ],
    [
      'a file without end',
      root => {
        writeFileSync(join(root, 'tree', LCOV), '');
        truncateSync(join(root, 'tree', LCOV), 17 * 1024 * 1024);
      },
      'cannot be read: this file has 17825792 bytes; read at most 16777216',
    ],
    ['nothing', () => {}, 'was not written by the checks'],
  ])('%s', (_name, leave, text) => {
    const root = folder();
    leave(root);
    const read = checkReports.read(join(root, 'tree'), LCOV);
    expect(read.ok ? read.value : read.failure).toBe(text);
    checkReports.forget(join(root, 'tree'), LCOV);
    expect(checkReports.read(join(root, 'tree'), LCOV).ok).toBe(false);
    expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('SF:a\n');
  });
});
