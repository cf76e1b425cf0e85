import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fullDiskLine } from '../../src/git/full-disk.ts';
import { gitAt } from '../../src/git/git-command.ts';
import { machineProblem, problemText } from '../../src/report/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'kleiber-git-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A git that says this and fails. */
function gitSaying(stderr: string) {
  writeFileSync(join(folder, 'git'), `#!/bin/sh\nprintf '%s\\n' ${`'${stderr}'`} >&2\nexit 128\n`);
  chmodSync(join(folder, 'git'), 0o755);
  return gitAt({ path: `${folder}:${process.env.PATH}`, home: folder }, { gitDir: folder });
}

test('a git without room on the disk is no answer to anybody: it ends the run in the words of a full disk', async () => {
  const git = gitSaying('error: fine so far\nfatal: could not write HEAD: No space left on device');
  const thrown: unknown = await git(['worktree', 'add', 'x']).catch((error: unknown) => error);
  const problem = machineProblem(thrown);
  expect(problem && [problem.exitCode, problemText(problem)]).toEqual([
    3,
    `kleiber: the disk is full
  git worktree: fatal: could not write HEAD: No space left on device
  What was saved is kept, and the next run goes on from there.
  fix   make room, then: kleiber conduct`,
  ]);
});

test('a git that fails for another reason answers so', async () => {
  const output = await gitSaying('fatal: not a valid object name x')(['cat-file', 'x']);
  expect([output.end, output.exitCode, output.stderr]).toEqual(['exited', 128, 'fatal: not a valid object name x\n']);
});

test.each([
  [
    'a quota',
    'fatal: write error: Disk quota exceeded\nfatal: index-pack failed',
    'fatal: write error: Disk quota exceeded',
  ],
  ['a file that is named like the words', "error: pathspec 'No space left on device' did not match", null],
  ['nothing at all', '', null],
])('%s on a disk with room', (_what, stderr, line) => {
  expect(fullDiskLine(stderr, [folder, join(folder, 'gone')])).toBe(line);
});
