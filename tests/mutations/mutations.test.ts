/** For every promise there is a build that breaks it, and a test that notices: three of them each time, all of them in the full run. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rotating } from '../support/rotation.ts';
import { mutations } from './broken-build.ts';

const root = join(import.meta.dirname, '../..');

test.each(rotating(mutations, 3).map(({ id, breaks }) => [id, breaks] as const))(
  'the build %s, in which %s, is noticed',
  id => {
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/mutations.mjs', '--controlled', id], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('1 of 1 broken builds are caught');
  },
  300_000,
);

test('the line that each of them changes is there, once', () => {
  const counts = mutations.map(({ id, file, find }) => [
    id,
    readFileSync(join(root, file), 'utf8').split(find).length - 1,
  ]);
  expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
});

test('every promise has one', () => {
  const promises = new Set(mutations.map(({ breaks }) => Number(/^promise (\d)/.exec(breaks)?.[1] ?? 0)));
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter(promise => !promises.has(promise))).toEqual([]);
  expect(new Set(mutations.map(({ id }) => id)).size).toBe(mutations.length);
});
