/** Tidy worktrees: opened again they are like new ones, and what somebody else has opened since is looked at as a whole. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GitStore } from '../../src/git/git.ts';
import { AT, GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
let store: GitStore;
let base: string;
let next: string;
let far: string;
let path: string;

const open = async (commit: string, by = store, branch = 'agent/w'): Promise<void> => {
  must(await by.openWorktree(path, branch, commit));
};

/** What git sees in it, ignored files too, and the tree that a checkpoint of it is. */
async function seen(commit: string): Promise<{ status: string; isTree: boolean }> {
  const saved = must(await store.checkpoint({ path, branch: 'agent/w' }, commit, 'seen', AT));
  const status = sandbox.git(path, 'status', '--porcelain', '--branch', '--ignored');
  return { status, isTree: saved.commit === commit };
}

const NEVER = new AbortController().signal;
const FRESH = { status: '## agent/w', isTree: true };

beforeEach(async () => {
  sandbox = new GitSandbox();
  path = sandbox.worktree('w');
  const files = {
    'src/a.ts': 'a',
    'src/b.ts': 'b',
    'deep/er/c.md': 'c',
    '.gitignore': '*.log\n',
    plain: 'p',
    'ü n': 'u',
  };
  base = sandbox.commit(sandbox.user, files);
  sandbox.write(sandbox.user, { 'src/a.ts': 'A', 'ü n': 'U', new: 'n', 'deep/er/still/d.md': 'd' });
  chmodSync(join(sandbox.user, 'ü n'), 0o755);
  rmSync(join(sandbox.user, 'src/b.ts'));
  symlinkSync('a.ts', join(sandbox.user, 'src/b.ts'));
  rmSync(join(sandbox.user, 'deep/er/c.md'));
  next = sandbox.commit(sandbox.user, {});
  rmSync(join(sandbox.user, 'deep'), { recursive: true });
  rmSync(join(sandbox.user, 'plain'));
  sandbox.write(sandbox.user, { deep: 'a file in place of a folder', 'plain/now': 'a folder in place of a file' });
  far = sandbox.commit(sandbox.user, {});
  store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
});
afterEach(() => sandbox.remove());

function leaveThings(): void {
  sandbox.write(path, { 'src/a.ts': 'changed', 'left/x.ts': 'x', 'debug.log': 'ignored', new: 'in the way' });
  rmSync(join(path, 'src/b.ts'), { force: true });
}

test.each([
  ['files, links and modes', () => next],
  ['files in place of folders and folders in place of files', () => far],
])(
  'nothing of the task before is in it, and it becomes what the next one starts from, there and back: %s',
  async (_, other) => {
    await open(base);
    leaveThings();
    await store.tidyWorktree(path, NEVER);
    expect(await seen(base)).toEqual(FRESH);
    await open(other());
    expect(await seen(other())).toEqual(FRESH);
    leaveThings();
    await store.tidyWorktree(path, NEVER);
    await open(base);
    expect(await seen(base)).toEqual(FRESH);
  },
);

test('what was put in order is not looked at again, only what differs is', async () => {
  await open(base);
  await store.tidyWorktree(path, NEVER);
  // A file that git would take away if it looked.
  sandbox.write(path, { 'src/unseen.ts': 'u' });
  await open(next);
  expect(existsSync(join(path, 'src/unseen.ts'))).toBe(true);
  await open(next);
  expect(existsSync(join(path, 'src/unseen.ts'))).toBe(false);
});

test.each([
  ['somebody else has opened it meanwhile', async () => open(base, await sandbox.store())],
  ['something came at its top', async () => mkdirSync(join(path, 'stray'))],
  ['something went from its top', async () => rmSync(join(path, 'plain'))],
])('all of it is looked at again when %s', async (_, happen) => {
  await open(base);
  await store.tidyWorktree(path, NEVER);
  await happen();
  sandbox.write(path, { 'src/unseen.ts': 'u' });
  await open(next);
  expect(await seen(next)).toEqual(FRESH);
});

test('for another branch it is looked at again, and stands on that one', async () => {
  await open(base);
  await store.tidyWorktree(path, NEVER);
  await open(next, store, 'agent/other');
  expect(await seen(next)).toEqual({ ...FRESH, status: '## agent/other' });
});

test('a worktree that another process has opened since is left to it', async () => {
  await open(base);
  await open(base, await sandbox.store());
  leaveThings();
  await store.tidyWorktree(path, NEVER);
  expect(existsSync(join(path, 'left/x.ts'))).toBe(true);
});

test('one that is stopped half-way is looked at as a whole, and can be tidied another time', async () => {
  await open(base);
  leaveThings();
  await store.tidyWorktree(path, AbortSignal.abort());
  expect(existsSync(join(path, 'left/x.ts'))).toBe(true);
  await store.tidyWorktree(path, NEVER);
  expect(await seen(base)).toEqual(FRESH);
  leaveThings();
  await store.tidyWorktree(path, AbortSignal.timeout(1));
  await open(next);
  expect(await seen(next)).toEqual(FRESH);
});

test('one that is gone, or that nobody here has opened, is no concern', async () => {
  await store.tidyWorktree(path, NEVER);
  await open(base);
  rmSync(path, { recursive: true });
  await store.tidyWorktree(path, NEVER);
  expect(existsSync(path)).toBe(false);
  await open(next);
  expect(await seen(next)).toEqual(FRESH);
});
