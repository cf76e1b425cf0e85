import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ok } from '../../src/domain/result.ts';
import { openStore } from '../../src/git/store.ts';
import { AT, GitSandbox, must, QUICK } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
});
afterEach(() => sandbox.remove());

const open = (checkout: string) => openStore({ checkout, environment: sandbox.environment, clock: QUICK });

describe('opening the store', () => {
  test('eight processes at once get one store under the common git directory', async () => {
    sandbox.commit(sandbox.user, { a: '1' });
    const stores = await Promise.all(Array.from({ length: 8 }, () => open(sandbox.user)));
    expect(stores.map(store => must(store).path)).toEqual(Array(8).fill(join(sandbox.user, '.git/kleiber/store.git')));
    expect(readdirSync(join(sandbox.user, '.git/kleiber'))).toEqual(['store.git']);
    expect(sandbox.git(sandbox.user, 'status', '--porcelain')).toBe('');
  });

  test('a linked worktree of the user shares the store of its repository', async () => {
    sandbox.commit(sandbox.user, { a: '1' });
    const linked = join(sandbox.root, 'linked');
    sandbox.git(sandbox.user, 'worktree', 'add', '-q', '-b', 'side', linked);
    expect(must(await open(linked)).path).toBe(must(await open(sandbox.user)).path);
    const side = sandbox.commit(linked, { b: '2' });
    expect(must(await must(await open(linked)).fetchBranch(linked, 'side'))).toBe(side);
  });

  test('a partial clone, a bare repository and a plain folder are refused by name', async () => {
    const partial = join(sandbox.root, 'partial');
    sandbox.commit(sandbox.user, { a: '1' });
    sandbox.git(sandbox.user, 'config', 'uploadpack.allowFilter', 'true');
    sandbox.git(sandbox.root, 'clone', '-q', '--filter=blob:none', `file://${sandbox.user}`, partial);
    const bare = join(sandbox.root, 'bare.git');
    sandbox.git(sandbox.root, 'init', '-q', '--bare', bare);
    expect(await open(partial)).toEqual({ ok: false, failure: { reason: 'partial_clone', path: partial } });
    expect(await open(bare)).toEqual({ ok: false, failure: { reason: 'bare_repository', path: bare } });
    expect(await open(sandbox.home)).toEqual({
      ok: false,
      failure: { reason: 'not_a_repository', path: sandbox.home },
    });
  });

  test('a repository of sha256 objects gets a store of sha256 objects', async () => {
    const modern = join(sandbox.root, 'modern');
    sandbox.git(sandbox.root, 'init', '-q', '-b', 'main', '--object-format=sha256', modern);
    const tip = sandbox.commit(modern, { a: '1' });
    const store = await sandbox.store(modern);
    expect(must(await store.fetchBranch(modern, 'main'))).toBe(tip);
    const next = must(await store.commitFiles(tip, new Map([['tasks/x.md', Buffer.from('x')]]), 'record', AT));
    expect(await sandbox.checkout(modern).deliver(store, 'main', next.commit, () => false)).toEqual({
      ok: true,
      value: { kind: 'delivered', commit: next.commit },
    });
  });
});

describe('bringing commits in', () => {
  test('a branch and its later commits arrive, an unknown branch is named', async () => {
    const first = sandbox.commit(sandbox.user, { a: '1' });
    const store = await sandbox.store();
    expect(must(await store.fetchBranch(sandbox.user, 'main'))).toBe(first);
    const second = sandbox.commit(sandbox.user, { a: '2' });
    expect(must(await store.fetchBranch(sandbox.user, 'main'))).toBe(second);
    expect(await store.isAncestor(first, second)).toBe(true);
    expect(await store.isAncestor(second, first)).toBe(false);
    expect(await store.isAncestor('1'.repeat(40), second)).toBe(false);
    expect(await store.fetchBranch(sandbox.user, 'nope')).toEqual({
      ok: false,
      failure: { reason: 'no_branch', ref: 'nope' },
    });
  });

  test('a shallow clone works from its boundary to a delivery', async () => {
    for (const text of ['1', '2', '3']) sandbox.commit(sandbox.user, { a: text });
    const shallow = join(sandbox.root, 'shallow');
    sandbox.git(sandbox.root, 'clone', '-q', '--depth=1', `file://${sandbox.user}`, shallow);
    const store = await sandbox.store(shallow);
    const tip = must(await store.fetchBranch(shallow, 'main'));
    expect(tip).toBe(sandbox.git(sandbox.user, 'rev-parse', 'HEAD'));
    const next = must(await store.commitFiles(tip, new Map([['b', Buffer.from('b')]]), 'more', AT));
    expect(must(await sandbox.checkout(shallow).deliver(store, 'main', next.commit, () => false))).toEqual({
      kind: 'delivered',
      commit: next.commit,
    });
    expect(sandbox.git(shallow, 'fsck')).toBe('');
    const later = sandbox.commit(shallow, { a: '4' });
    expect(must(await store.fetchBranch(shallow, 'main'))).toBe(later);
  });

  test('settings of the user’s repository that name programs run nothing while it is read', async () => {
    sandbox.commit(sandbox.user, { a: '1' });
    const canary = sandbox.canary('upload');
    for (const key of [
      'uploadpack.packObjectsHook',
      'core.fsmonitor',
      'core.sshCommand',
      'core.alternateRefsCommand',
    ]) {
      sandbox.git(sandbox.user, 'config', key, canary.program);
    }
    sandbox.git(sandbox.user, 'config', 'url.ext::false.insteadOf', '/');
    sandbox.git(sandbox.user, 'config', 'protocol.ext.allow', 'always');
    const store = await sandbox.store();
    expect(must(await store.fetchBranch(sandbox.user, 'main'))).toBe(sandbox.git(sandbox.user, 'rev-parse', 'HEAD'));
    expect(canary.hasRun()).toBe(false);
  });
});

describe('the integration ref', () => {
  test('it moves only from where it is expected to be', async () => {
    const one = sandbox.commit(sandbox.user, { a: '1' });
    const two = sandbox.commit(sandbox.user, { a: '2' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    expect(await store.integrationTip('main')).toBeNull();
    expect(await store.moveIntegration('main', two, one)).toBe(false);
    expect(await store.moveIntegration('main', null, one)).toBe(true);
    expect(await store.moveIntegration('main', null, two)).toBe(false);
    expect(await store.moveIntegration('main', one, two)).toBe(true);
    expect(await store.integrationTip('main')).toBe(two);
  });

  test('of eight movers from the same place one wins', async () => {
    const base = sandbox.commit(sandbox.user, { a: '0' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    await store.moveIntegration('main', null, base);
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.commitFiles(base, new Map([['a', Buffer.from(`${index + 1}`)]]), 'move', AT),
      ),
    );
    const moves = await Promise.all(made.map(result => store.moveIntegration('main', base, must(result).commit)));
    expect(moves.filter(Boolean)).toHaveLength(1);
  });

  test('a lock that a killed process left behind does not stop it', async () => {
    const base = sandbox.commit(sandbox.user, { a: '0' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    await store.moveIntegration('main', null, base);
    const lock = join(store.path, 'refs/integration/main.lock');
    writeFileSync(lock, '');
    const next = must(await store.commitFiles(base, new Map([['b', Buffer.from('b')]]), 'move', AT));
    expect(await store.moveIntegration('main', base, next.commit)).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });

  test('a corner that a killed git left half made does not stop it', async () => {
    const base = sandbox.commit(sandbox.user, { a: '0' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    const corner = join(store.path, 'worktrees/dead');
    mkdirSync(corner, { recursive: true });
    writeFileSync(join(corner, 'gitdir'), `${sandbox.worktree('dead')}/.git\n`);
    writeFileSync(join(corner, 'HEAD'), `${base}\n`);
    writeFileSync(join(corner, 'commondir'), '');
    const opened = await store.openWorktree(sandbox.worktree('alive'), 'agent/alive', base);
    expect(opened).toEqual(ok({ path: sandbox.worktree('alive'), branch: 'agent/alive' }));
    expect(readdirSync(join(store.path, 'worktrees'))).toEqual(['alive']);
  });

  test('kept commits and result branches have refs of their own', async () => {
    const base = sandbox.commit(sandbox.user, { a: '0' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    await store.keep('late', 'p1-01/a2', base);
    await store.setBranch('feature/p1-01-prices', base);
    expect(sandbox.git(store.path, 'for-each-ref', '--format=%(refname)')).toBe(
      ['refs/base/main', 'refs/heads/feature/p1-01-prices', 'refs/kleiber/late/p1-01/a2'].join('\n'),
    );
    expect(readFileSync(join(store.path, 'config'), 'utf8')).toContain('hooksPath = /dev/null');
  });
});

test('a store that has seen many record commits stays in few packs and loses nothing, not even what no ref names', async () => {
  const base = sandbox.commit(sandbox.user, { a: '0' });
  const store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
  const made: string[] = [];
  for (let index = 0; index < 60; index += 1) {
    made.push(must(await store.commitFiles(base, new Map([['log.md', Buffer.from(`${index}`)]]), 'record', AT)).commit);
  }
  const packs = readdirSync(join(store.path, 'objects/pack')).filter(name => name.endsWith('.pack'));
  expect(packs.length).toBeLessThan(20);
  expect(new Set(made).size).toBe(60);
  const texts = await Promise.all(made.map(commit => store.readBlob(commit, 'log.md')));
  expect(texts.map(text => Buffer.from(text ?? []).toString())).toEqual(made.map((_, index) => `${index}`));
});
