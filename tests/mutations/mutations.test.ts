/** For every promise there is a build that breaks it, and a test that notices: three of them each time, all of them in the full run. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutations } from './broken-build.ts';

const root = join(import.meta.dirname, '../..');
const PER_RUN = 3;

/** Moves on with every commit, and is the same for everybody who tests that commit. */
function turn(): number {
  const { stdout } = spawnSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const hash = Number.parseInt(stdout.trim(), 16);
  return Number.isNaN(hash) ? new Date().getDate() : hash;
}

const step = Math.floor(mutations.length / PER_RUN);
const rotating = Array.from({ length: PER_RUN }, (_, index) => mutations[(turn() + index * step) % mutations.length]);
const chosen = (process.env.KLEIBER_FULL === '1' ? mutations : rotating).flatMap(mutation => mutation ?? []);

test.each(chosen.map(({ id, breaks }) => [id, breaks] as const))(
  'the build %s, in which %s, is noticed',
  id => {
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/mutations.mjs', id], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('1 of 1 broken builds are caught');
  },
  300_000,
);

test('every promise has one', () => {
  const promises = new Set(mutations.map(({ breaks }) => Number(/^promise (\d)/.exec(breaks)?.[1] ?? 0)));
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter(promise => !promises.has(promise))).toEqual([]);
  expect(new Set(mutations.map(({ id }) => id)).size).toBe(mutations.length);
});
