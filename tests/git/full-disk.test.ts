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

const ROOM = { bsize: 4096, blocks: 1000, bfree: 900, bavail: 900, files: 500, ffree: 400 };
const SILENT = 'Preparing worktree\nfatal: cannot update ref: could not write HEAD.lock';
const SILENT_LINE = 'fatal: cannot update ref: could not write HEAD.lock';

test.each([
  [
    'a quota that is named',
    'fatal: write error: Disk quota exceeded\nfatal: index-pack failed',
    ROOM,
    'fatal: write error: Disk quota exceeded',
  ],
  ['words in the middle of a line', "error: pathspec 'No space left on device' did not match", ROOM, null],
  [
    'a file that is called so',
    'error: these would be overwritten:\n\tdocs/: No space left on device\nAborting',
    ROOM,
    null,
  ],
  ['nothing said, with room', SILENT, ROOM, null],
  ['nothing said, without blocks', SILENT, { ...ROOM, bfree: 63, bavail: 63 }, SILENT_LINE],
  ['nothing said, without names', SILENT, { ...ROOM, ffree: 0 }, SILENT_LINE],
  ['a file system that counts no names', SILENT, { ...ROOM, files: 0, ffree: 0 }, null],
  [
    'a file system that counts nothing',
    SILENT,
    { bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 },
    null,
  ],
  ['a read-only disk, which is always full', 'error: x: Read-only file system', { ...ROOM, bfree: 0, bavail: 0 }, null],
  ['a failure without a word', '', { ...ROOM, bfree: 0, bavail: 0 }, null],
])('%s', (_what, stderr, facts, line) => {
  expect(fullDiskLine(stderr, ['/somewhere'], () => facts)).toBe(line);
});

test('a folder that is gone is no full disk', () => {
  expect(fullDiskLine(SILENT, [join(folder, 'gone')])).toBe(null);
});
