/** What a machine refuses in the middle of the work has words and a command that helps; a bug has a stack. */
import { expect, test } from 'vitest';
import { StateUnavailable, type UnavailableReason } from '../../src/baton/state-unavailable.ts';
import { machineProblem } from '../../src/report/problem.ts';

const refusal = (code: string): Error =>
  Object.assign(new Error(`${code}: refused, open '/state/x'`), { code, syscall: 'open' });

test.each([
  ['ENOSPC', 3, 'the disk is full', 'make room, then: kleiber conduct'],
  ['EDQUOT', 3, 'the disk is full', 'make room, then: kleiber conduct'],
  ['EMFILE', 3, 'too many files are open', 'ulimit -n 4096'],
  ['ENFILE', 3, 'too many files are open', 'ulimit -n 4096'],
  ['EROFS', 1, 'a file cannot be written', 'kleiber doctor'],
  ['EACCES', 1, 'a file cannot be written', 'kleiber doctor'],
  ['ENOENT', 3, 'a file that was there is gone or cannot be read', 'kleiber conduct'],
  ['EIO', 3, 'a file that was there is gone or cannot be read', 'kleiber conduct'],
])('%s of a file ends with exit code %d: %s', (code, exitCode, what, fix) => {
  const found = machineProblem(refusal(code));
  expect([found?.exitCode, found?.what, found?.fix[0]]).toEqual([exitCode, what, fix]);
  expect(found?.where[0]).toBe(`${code}: refused, open '/state/x'`);
});

test.each<[UnavailableReason, number, string]>([
  ['busy', 3, '/state/log.db is locked'],
  ['disk_full', 3, 'the disk is full'],
  ['damaged', 2, '/state/log.db is damaged'],
  ['input_output', 1, '/state/log.db cannot be written'],
  ['unwritable', 1, '/state/log.db cannot be written'],
  ['gone', 3, '/state/log.db is gone'],
])('a log that is %s ends with exit code %d: %s', (reason, exitCode, what) => {
  const found = machineProblem(new StateUnavailable(reason, '/state/log.db', 'SQLite says why'));
  expect([found?.exitCode, found?.what]).toEqual([exitCode, what]);
  expect(found?.where.join('\n')).toContain('SQLite says why');
  expect(found?.fix).toHaveLength(1);
});

test.each([
  ['wrong code', new TypeError('x is not a function')],
  ['a refusal of the network', Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' })],
  ['no error at all', 'words'],
])('%s is not explained away', (_case, thrown) => {
  expect(machineProblem(thrown)).toBe(null);
});
