import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/cli/clock.ts';
import type { GitStore } from '../../src/git/git.ts';
import { openStore } from '../../src/git/store.ts';
import { AT, GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
let store: GitStore;
let base: string;
beforeEach(async () => {
  sandbox = new GitSandbox();
  const files = { 'src/a.ts': 'a', 'src/b.ts': 'b', 'docs/c.md': 'c', '.gitignore': '*.log\n', deep: 'd' };
  base = sandbox.commit(sandbox.user, files);
  store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
});
afterEach(() => sandbox.remove());

const open = (name: string, commit = base, branch = `agent/${name}`) =>
  store.openWorktree(sandbox.worktree(name), branch, commit);

/** Every file below a folder except git's own, with its text; folders without files end in a slash. */
function contents(folder: string, under = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (path === '.git') continue;
    if (!entry.isDirectory()) found[path] = readFileSync(join(folder, path), 'utf8');
    else if (readdirSync(join(folder, path)).length === 0) found[`${path}/`] = '';
    else Object.assign(found, contents(folder, path));
  }
  return found;
}

const BASE_FILES = { 'src/a.ts': 'a', 'src/b.ts': 'b', 'docs/c.md': 'c', '.gitignore': '*.log\n', deep: 'd' };

describe('opening a worktree', () => {
  test('eight at once all stand at their commit on their own branch', async () => {
    // A clock whose pauses end at once would call a corner abandoned that is being made at this moment.
    const { environment, user } = sandbox;
    const real = must(await openStore({ checkout: user, environment, clock: systemClock }));
    const names = Array.from({ length: 8 }, (_, index) => `w${index}`);
    const opened = await Promise.all(
      names.map(name => real.openWorktree(sandbox.worktree(name), `agent/${name}`, base)),
    );
    expect(opened.map(must)).toEqual(names.map(name => ({ path: sandbox.worktree(name), branch: `agent/${name}` })));
    expect(await store.worktrees()).toEqual(opened.map(must));
    for (const name of names) expect(contents(sandbox.worktree(name))).toEqual(BASE_FILES);
    expect(sandbox.git(sandbox.worktree('w3'), 'status', '--porcelain', '--branch')).toBe('## agent/w3');
  });

  test('nothing of the task before stays: files, ignored files, links, modes, nested repositories, locks', async () => {
    const path = must(await open('w')).path;
    const outside = join(sandbox.root, 'outside');
    sandbox.write(outside, { 'keep.txt': 'mine' });
    sandbox.write(path, { 'src/a.ts': 'changed', 'new/x.ts': 'x', 'debug.log': 'ignored' });
    chmodSync(join(path, 'src/b.ts'), 0o755);
    rmSync(join(path, 'docs'), { recursive: true });
    symlinkSync(outside, join(path, 'docs'));
    rmSync(join(path, 'deep'));
    sandbox.write(path, { 'deep/er/file': 'folder in place of a file' });
    sandbox.git(path, 'init', '-q', 'nested');
    sandbox.commit(join(path, 'nested'), { f: '1' });
    const admin = join(store.path, 'worktrees/w');
    writeFileSync(join(admin, 'index.lock'), '');
    writeFileSync(join(admin, 'HEAD.lock'), '');
    const next = must(await store.commitFiles(base, new Map([['src/z.ts', Buffer.from('z')]]), 'next', AT));
    expect(must(await open('w', next.commit, 'agent/other'))).toEqual({ path, branch: 'agent/other' });
    expect(contents(path)).toEqual({ ...BASE_FILES, 'src/z.ts': 'z' });
    expect(contents(outside)).toEqual({ 'keep.txt': 'mine' });
    expect(sandbox.git(path, 'status', '--porcelain', '--branch', '--ignored')).toBe('## agent/other');
  });

  test('an agent’s `.git` is thrown away, whatever it made of it', async () => {
    const path = must(await open('w')).path;
    const canary = sandbox.canary('gitdir');
    rmSync(join(path, '.git'));
    sandbox.git(path, 'init', '-q', path);
    for (const key of ['core.fsmonitor', 'filter.x.smudge', 'filter.x.clean']) {
      sandbox.git(path, 'config', key, canary.program);
    }
    mkdirSync(join(path, '.git/hooks'), { recursive: true });
    writeFileSync(join(path, '.git/hooks/post-checkout'), `#!/bin/sh\n${canary.program}\n`, { mode: 0o755 });
    sandbox.write(path, { '.gitattributes': '* filter=x\n' });
    const saved = must(await store.checkpoint({ path, branch: 'agent/w' }, base, 'saved', AT));
    must(await open('w', saved.commit));
    expect(readFileSync(join(path, '.git'), 'utf8')).toBe(`gitdir: ${join(store.path, 'worktrees/w')}\n`);
    expect(contents(path)).toEqual({ ...BASE_FILES, '.gitattributes': '* filter=x\n' });
    expect(canary.hasRun()).toBe(false);
  });

  test('a folder deleted by hand is made anew, a corner that is broken too', async () => {
    const path = must(await open('w')).path;
    rmSync(path, { recursive: true });
    expect(await store.worktrees()).toEqual([]);
    must(await open('w'));
    rmSync(join(store.path, 'worktrees/w/HEAD'));
    must(await open('w'));
    expect(contents(path)).toEqual(BASE_FILES);
  });

  test('a folder that is not a worktree of the store is never deleted', async () => {
    const path = sandbox.worktree('w');
    sandbox.write(path, { precious: 'text' });
    const opened = await open('w');
    expect(opened).toMatchObject({ ok: false, failure: { reason: 'git_failed' } });
    expect(contents(path)).toEqual({ precious: 'text' });
  });

  test('an unknown commit is refused before the worktree loses anything', async () => {
    const path = must(await open('w')).path;
    sandbox.write(path, { 'new.ts': 'x' });
    expect(await open('w', '1'.repeat(40))).toMatchObject({ ok: false, failure: { reason: 'git_failed' } });
    expect(contents(path)).toEqual({ ...BASE_FILES, 'new.ts': 'x' });
  });

  test('a submodule arrives as an empty folder and is emptied again', async () => {
    sandbox.git(sandbox.user, 'update-index', '--add', '--cacheinfo', `160000,${base},sub`);
    sandbox.git(sandbox.user, 'commit', '-qm', 'submodule');
    const commit = must(await store.fetchBranch(sandbox.user, 'main'));
    const path = must(await open('w', commit)).path;
    sandbox.write(path, { 'sub/left.ts': 'left' });
    must(await open('w', commit));
    expect(contents(path)).toEqual({ ...BASE_FILES, 'sub/': '' });
  });
});

describe('a checkpoint', () => {
  test('an untouched worktree gives its parent back', async () => {
    const worktree = must(await open('w'));
    expect(must(await store.checkpoint(worktree, base, 'none', AT))).toEqual({
      commit: base,
      tree: await store.treeOf(base),
    });
  });

  test('it holds what is there, without ignored files, and leaves the agent’s own view alone', async () => {
    const worktree = must(await open('w'));
    const { path } = worktree;
    sandbox.write(path, { 'src/a.ts': 'changed', 'new file.ts': 'new', 'x.log': 'ignored' });
    rmSync(join(path, 'src/b.ts'));
    chmodSync(join(path, 'deep'), 0o755);
    symlinkSync('../../etc/passwd', join(path, 'link'));
    const first = must(await store.checkpoint(worktree, base, 'first', AT));
    expect(await store.changes(base, first.commit)).toEqual([
      { path: 'deep', status: 'modified', mode: '100755' },
      { path: 'link', status: 'created', mode: '120000' },
      { path: 'new file.ts', status: 'created', mode: '100644' },
      { path: 'src/a.ts', status: 'modified', mode: '100644' },
      { path: 'src/b.ts', status: 'deleted', mode: '000000' },
    ]);
    expect(Buffer.from((await store.readBlob(first.commit, 'link')) ?? []).toString()).toBe('../../etc/passwd');
    expect(sandbox.git(path, 'diff', '--name-only', '--cached')).toBe('');
    expect(sandbox.git(store.path, 'show', '-s', '--format=%an <%ae> %aI %cn %P', first.commit)).toBe(
      `kleiber <kleiber@localhost> 2026-03-01T12:00:00+00:00 kleiber ${base}`,
    );
    sandbox.write(path, { 'src/b.ts': 'b', 'src/a.ts': 'a' });
    const second = must(await store.checkpoint(worktree, first.commit, 'second', AT));
    expect((await store.changes(base, second.commit)).map(change => change.path)).toEqual([
      'deep',
      'link',
      'new file.ts',
    ]);
    expect(must(await store.checkpoint(worktree, second.commit, 'third', AT))).toEqual(second);
  });

  test('new files that nobody wants are named and left out, changed ones are not, and nested repositories like files', async () => {
    const worktree = must(await open('w'));
    const { path } = worktree;
    sandbox.write(path, { 'src/new.ts': 'n', 'build/Ümlaut.o': 'o', 'docs/c.md': 'changed' });
    execFileSync('git', ['init', '-q', join(path, 'clone')]);
    const isWanted = (name: string): boolean => name.startsWith('src/');
    const saved = must(await store.checkpoint(worktree, base, 'saved', AT, isWanted));
    expect((await store.changes(base, saved.commit)).map(change => change.path)).toEqual(['docs/c.md', 'src/new.ts']);
    expect(saved.leftOut).toEqual(['build/Ümlaut.o', 'clone']);
    expect(readFileSync(join(path, 'build/Ümlaut.o'), 'utf8')).toBe('o');
    rmSync(join(path, 'build'), { recursive: true });
    rmSync(join(path, 'clone'), { recursive: true });
    expect(must(await store.checkpoint(worktree, saved.commit, 'again', AT, isWanted))).toEqual({
      commit: saved.commit,
      tree: saved.tree,
    });
  });

  test('files and folders may change places with each other and with links', async () => {
    const worktree = must(await open('w'));
    const { path } = worktree;
    rmSync(join(path, 'deep'));
    sandbox.write(path, { 'deep/er': 'x' });
    rmSync(join(path, 'src'), { recursive: true });
    sandbox.write(path, { 'lib/a.ts': 'a', 'lib/b.ts': 'b' });
    symlinkSync('lib', join(path, 'src'));
    const saved = must(await store.checkpoint(worktree, base, 'swap', AT));
    expect(sandbox.git(store.path, 'ls-tree', '-r', '--name-only', saved.commit).split('\n')).toEqual([
      '.gitignore',
      'deep/er',
      'docs/c.md',
      'lib/a.ts',
      'lib/b.ts',
      'src',
    ]);
  });

  test('nested repositories show as gitlinks, and nothing in them runs', async () => {
    const worktree = must(await open('w'));
    const { path } = worktree;
    const canary = sandbox.canary('nested');
    for (const name of ['born', 'unborn']) sandbox.git(path, 'init', '-q', name);
    const inner = sandbox.commit(join(path, 'born'), { 'f.ts': '1' });
    sandbox.git(join(path, 'born'), 'config', 'core.fsmonitor', canary.program);
    sandbox.write(path, { 'unborn/g.ts': '2' });
    const saved = must(await store.checkpoint(worktree, base, 'nested', AT));
    expect(await store.changes(base, saved.commit)).toEqual([
      { path: 'born', status: 'created', mode: '160000' },
      { path: 'unborn', status: 'created', mode: '160000' },
    ]);
    expect(sandbox.git(store.path, 'rev-parse', `${saved.commit}:born`)).toBe(inner);
    expect(await store.readBlob(saved.commit, 'born')).toBeNull();
    expect(canary.hasRun()).toBe(false);
    sandbox.git(join(path, 'born'), 'status');
    expect(canary.hasRun()).toBe(true);
    for (const name of ['born', 'unborn']) rmSync(join(path, name, '.git'), { recursive: true });
    const mended = must(await store.checkpoint(worktree, saved.commit, 'mended', AT));
    expect((await store.changes(base, mended.commit)).map(change => change.path)).toEqual(['born/f.ts', 'unborn/g.ts']);
  });

  test('a repository made in the place of a submodule does not run either', async () => {
    sandbox.git(sandbox.user, 'update-index', '--add', '--cacheinfo', `160000,${base},sub`);
    sandbox.write(sandbox.user, { '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ./x\n\tignore = none\n' });
    sandbox.git(sandbox.user, 'add', '.gitmodules');
    sandbox.git(sandbox.user, 'commit', '-qm', 'submodule');
    const commit = must(await store.fetchBranch(sandbox.user, 'main'));
    const worktree = must(await open('w', commit));
    const inner = join(worktree.path, 'sub');
    const canary = sandbox.canary('submodule');
    sandbox.git(inner, 'init', '-q');
    sandbox.commit(inner, { 'f.ts': '1', '.gitattributes': '* filter=x\n' });
    sandbox.write(inner, { 'f.ts': '2' });
    for (const key of ['core.fsmonitor', 'filter.x.clean']) sandbox.git(inner, 'config', key, canary.program);
    const saved = must(await store.checkpoint(worktree, commit, 'moved', AT));
    expect(await store.changes(commit, saved.commit)).toEqual([{ path: 'sub', status: 'modified', mode: '160000' }]);
    expect(canary.hasRun()).toBe(false);
    sandbox.git(inner, 'status');
    expect(canary.hasRun()).toBe(true);
  });

  test('names that only look like git’s reach the tree, names that are git’s do not', async () => {
    const worktree = must(await open('w'));
    sandbox.write(worktree.path, { 'git~1/config': 'x', 'src/.GIT/config': 'y', '.gitmodules': '', 'ok.ts': 'z' });
    const saved = must(await store.checkpoint(worktree, base, 'names', AT));
    expect((await store.changes(base, saved.commit)).map(change => change.path)).toEqual([
      '.gitmodules',
      'git~1/config',
      'ok.ts',
    ]);
  });

  test('a name that is not UTF-8 is committed and shows as unreadable', async () => {
    const worktree = must(await open('w'));
    writeFileSync(Buffer.concat([Buffer.from(`${worktree.path}/bad-`), Buffer.from([0xff])]), 'x');
    const saved = must(await store.checkpoint(worktree, base, 'bytes', AT));
    expect(await store.changes(base, saved.commit)).toEqual([
      { path: 'bad-\ufffd', status: 'created', mode: '100644' },
    ]);
    expect(must(await store.checkpoint(worktree, saved.commit, 'bytes', AT))).toEqual(saved);
  });

  test('a lost private index or a lock left in it costs time and nothing else', async () => {
    const worktree = must(await open('w'));
    sandbox.write(worktree.path, { 'src/a.ts': 'changed' });
    const admin = join(store.path, 'worktrees/w');
    rmSync(join(admin, 'kleiber-index'));
    writeFileSync(join(admin, 'kleiber-index.lock'), '');
    const saved = must(await store.checkpoint(worktree, base, 'again', AT));
    expect((await store.changes(base, saved.commit)).map(change => change.path)).toEqual(['src/a.ts']);
  });

  test('a worktree that is gone is named', async () => {
    const worktree = must(await open('w'));
    rmSync(worktree.path, { recursive: true });
    expect(await store.checkpoint(worktree, base, 'gone', AT)).toEqual({
      ok: false,
      failure: { reason: 'worktree_missing', path: worktree.path },
    });
  });
});

describe('removing a worktree', () => {
  test('everything in it is a commit in the attic first', async () => {
    const worktree = must(await open('w'));
    sandbox.write(worktree.path, { 'src/a.ts': 'unsaved', 'new.ts': 'untracked' });
    mkdirSync(`${worktree.path}.trash`);
    const attic = must(await store.removeWorktree(worktree, AT));
    expect(attic).toMatch(/^refs\/kleiber\/attic\/agent\/w-[0-9a-f]{12}$/);
    expect(sandbox.git(store.path, 'show', `${attic}:src/a.ts`)).toBe('unsaved');
    expect(sandbox.git(store.path, 'show', `${attic}:new.ts`)).toBe('untracked');
    expect(existsSync(worktree.path)).toBe(false);
    expect(existsSync(`${worktree.path}.trash`)).toBe(false);
    expect(await store.worktrees()).toEqual([]);
    expect(await store.removeWorktree(worktree, AT)).toMatchObject({
      ok: false,
      failure: { reason: 'worktree_missing' },
    });
    must(await open('w'));
  });
});

test('a person’s git in a worktree sees the store’s settings and no hook of theirs', async () => {
  const worktree = must(await open('w'));
  const hooks = execFileSync('git', ['config', 'core.hooksPath'], { cwd: worktree.path, encoding: 'utf8' });
  expect(hooks).toBe('/dev/null\n');
});
