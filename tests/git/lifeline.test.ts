/** A worktree is opened anew only when no git of the one who was killed in it works there any more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/cli/clock.ts';
import type { GitStore } from '../../src/git/git.ts';
import { takeLifeline } from '../../src/git/lifeline.ts';
import { openStore } from '../../src/git/store.ts';
import { AT, type Files, GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
});
afterEach(() => sandbox.remove());

/** A store whose pauses do what the test wants, the n-th from 1. */
const storeWith = async (sleep: (pause: number) => Promise<void> | void) => {
  let pauses = 0;
  const clock = { sleep: async () => await sleep(++pauses) };
  const { user, environment } = sandbox;
  const store = must(await openStore({ checkout: user, environment, clock }));
  must(await store.fetchBranch(user, 'main'));
  return store;
};

const ended = (child: ChildProcess): Promise<unknown> => new Promise(resolve => child.once('exit', resolve));

const adminOf = (store: GitStore): string => join(store.path, 'worktrees/w');
const pipesOf = (store: GitStore): string => join(store.path, '../lifelines');
const inode = (path: string): number => statSync(path).ino;

describe('while a process of another worker has the pipe of a worktree', () => {
  /** Writes into the folder that it began in, again and again. */
  const PROGRAM = ['-e', 'setInterval(() => require("fs").writeFileSync("late-" + Date.now(), "x"), 5)'];
  let other: ChildProcess;
  afterEach(() => other.kill('SIGKILL'));
  const workIn = async (cwd: string, store: GitStore): Promise<void> => {
    const held = takeLifeline(adminOf(store));
    if (held === null) throw new Error('the worktree has no pipe');
    other = spawn(process.execPath, PROGRAM, { cwd, stdio: ['ignore', 'ignore', 'ignore', held] });
    closeSync(held);
    while (!readdirSync(cwd).some(name => name.startsWith('late-'))) await systemClock.sleep(5);
  };

  test('opening waits for its end and then recycles', async () => {
    const commit = sandbox.commit(sandbox.user, { 'a.ts': 'a' });
    const pauses: number[] = [];
    const store = await storeWith(async pause => {
      pauses.push(pause);
      if (pause !== 3) return;
      other.kill('SIGKILL');
      await ended(other);
    });
    const path = sandbox.worktree('w');
    must(await store.openWorktree(path, 'agent/w', commit));
    const before = inode(path);
    await workIn(path, store);
    must(await store.openWorktree(path, 'agent/w', commit));
    expect([pauses, inode(path), readdirSync(path).sort()]).toEqual([[1, 2, 3], before, ['.git', 'a.ts']]);
  });

  test('that hangs for a minute, another folder takes the place, and nothing is deleted beneath it', async () => {
    const commit = sandbox.commit(sandbox.user, { 'a.ts': 'a' });
    let pauses = 0;
    const store = await storeWith(() => {
      pauses++;
    });
    const path = sandbox.worktree('w');
    const worktree = must(await store.openWorktree(path, 'agent/w', commit));
    await workIn(path, store);
    expect(await store.removeWorktree(worktree, AT)).toEqual({ ok: false, failure: { reason: 'worktree_busy', path } });
    must(await store.openWorktree(path, 'agent/w', commit));
    expect([pauses, readdirSync(path).sort()]).toEqual([6_000, ['.git', 'a.ts']]);
    // Whoever opens it next has nobody to wait for: folder, corner and pipe are others.
    must(await store.openWorktree(path, 'agent/w', commit));
    expect(pauses).toBe(6_000);
    expect((await store.worktrees()).map(found => found.path.replace(/[0-9a-f]{8}$/, '…'))).toEqual([
      path,
      `${path}.left-…`,
    ]);
  });
});

test('a worktree without a pipe gets one when it is opened', async () => {
  const commit = sandbox.commit(sandbox.user, { 'a.ts': 'a' });
  const store = await storeWith(() => {});
  const path = sandbox.worktree('w');
  must(await store.openWorktree(path, 'agent/w', commit));
  rmSync(pipesOf(store), { recursive: true });
  must(await store.openWorktree(path, 'agent/w', commit));
  expect(readdirSync(pipesOf(store))).toEqual(['w']);
});

test('what a killed worker was checking out never gets into the work of the next one', {
  timeout: 60_000,
}, async () => {
  const many = (mark: string): Files =>
    Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`d${n % 50}/${n}.txt`, `${mark} ${n}`]));
  const before = sandbox.commit(sandbox.user, many('before'));
  const after = sandbox.commit(sandbox.user, many('after'));
  const store = await storeWith(() => systemClock.sleep(20));
  const path = sandbox.worktree('w');
  must(await store.openWorktree(path, 'agent/w', after));
  const program = fileURLToPath(new URL('../support/open-worktree-child.ts', import.meta.url));
  const worker = spawn(process.execPath, [program, sandbox.home, sandbox.user, path, before], { stdio: 'inherit' });
  // The checkout has begun, and is far from its end.
  while (!existsSync(join(adminOf(store), 'index.lock'))) await systemClock.sleep(1);
  worker.kill('SIGKILL');
  await ended(worker);
  must(await store.openWorktree(path, 'agent/w', after));
  await systemClock.sleep(200);
  const saved = must(await store.checkpoint({ path, branch: 'agent/w' }, after, 'the next one', AT));
  expect(await store.changes(after, saved.commit)).toEqual([]);
});
