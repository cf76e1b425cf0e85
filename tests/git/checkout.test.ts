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
import { userCheckout } from '../../src/git/checkout.ts';
import type { DeliveryOutcome, GitStore } from '../../src/git/git.ts';
import { AT, GitSandbox, must, QUICK } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
});
afterEach(() => sandbox.remove());

describe('the facts of a checkout', () => {
  test('a repository without commits has a branch and no head', async () => {
    expect(must(await sandbox.checkout().facts())).toEqual({
      root: sandbox.user,
      commonDir: join(sandbox.user, '.git'),
      branch: 'main',
      head: null,
      shallow: false,
    });
  });

  test('a folder inside a linked worktree with a detached head', async () => {
    const head = sandbox.commit(sandbox.user, { 'src/a': '1' });
    const linked = join(sandbox.root, 'linked');
    sandbox.git(sandbox.user, 'worktree', 'add', '-q', '--detach', linked);
    expect(must(await sandbox.checkout(join(linked, 'src')).facts())).toEqual({
      root: linked,
      commonDir: join(sandbox.user, '.git'),
      branch: null,
      head,
      shallow: false,
    });
  });

  test('a shallow clone says so', async () => {
    for (const text of ['1', '2']) sandbox.commit(sandbox.user, { a: text });
    const shallow = join(sandbox.root, 'shallow');
    sandbox.git(sandbox.root, 'clone', '-q', '--depth=1', `file://${sandbox.user}`, shallow);
    expect(must(await sandbox.checkout(shallow).facts()).shallow).toBe(true);
  });

  test('what is no checkout has a reason: no folder, no repository, bare', async () => {
    const bare = join(sandbox.root, 'bare.git');
    const missing = join(sandbox.root, 'missing');
    sandbox.git(sandbox.root, 'init', '-q', '--bare', bare);
    const reasons = [missing, sandbox.home, bare].map(async path => sandbox.checkout(path).facts());
    expect(await Promise.all(reasons)).toEqual([
      { ok: false, failure: { reason: 'not_a_repository', path: missing } },
      { ok: false, failure: { reason: 'not_a_repository', path: sandbox.home } },
      { ok: false, failure: { reason: 'bare_repository', path: bare } },
    ]);
  });

  test('git that is missing or too old is named', async () => {
    const folder = join(sandbox.root, 'bin');
    mkdirSync(folder);
    const facts = () =>
      userCheckout({ path: sandbox.user, environment: { path: folder, home: sandbox.home }, clock: QUICK }).facts();
    expect(await facts()).toEqual({ ok: false, failure: { reason: 'git_missing' } });
    writeFileSync(join(folder, 'git'), '#!/bin/sh\necho git version 2.37.1\n', { mode: 0o755 });
    expect(await facts()).toEqual({
      ok: false,
      failure: { reason: 'git_too_old', found: '2.37.1', needed: '2.38' },
    });
  });

  test('the identity is the user’s own, with the repository’s word last', async () => {
    expect(await sandbox.checkout().identity()).toEqual({ name: '', email: '' });
    writeFileSync(join(sandbox.home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@home\n');
    sandbox.git(sandbox.user, 'config', 'user.email', 'ada@work');
    expect(await sandbox.checkout().identity()).toEqual({ name: 'Ada', email: 'ada@work' });
  });
});

describe('delivery', () => {
  let store: GitStore;
  let base: string;
  let next: string;
  const FILES = { 'src/a.ts': 'new a\n', 'src/new.ts': 'created\n', 'src/old.ts': null, 'tasks/x/t1.md': 'task 1\n' };

  beforeEach(async () => {
    base = sandbox.commit(sandbox.user, { 'src/a.ts': 'a\n', 'src/old.ts': 'old\n', 'b.ts': 'b\n', 'log.md': '1\n' });
    store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    next = await make(base, FILES);
  });

  const make = async (from: string, files: Record<string, string | null>): Promise<string> => {
    const entries = Object.entries(files).map(
      ([path, text]) => [path, text === null ? null : Buffer.from(text)] as const,
    );
    return must(await store.commitFiles(from, new Map(entries), 'work', AT)).commit;
  };
  const deliver = async (commit: string, records: string[] = [], path = sandbox.user): Promise<DeliveryOutcome> =>
    must(await sandbox.checkout(path).deliver(store, 'main', commit, name => records.includes(name)));
  const status = (folder = sandbox.user): string => sandbox.git(folder, 'status', '--porcelain');
  const tip = (branch = 'main'): string => sandbox.git(sandbox.user, 'rev-parse', `refs/heads/${branch}`);
  const text = (path: string): string => readFileSync(join(sandbox.user, path), 'utf8');

  test('a clean checkout moves forward, and again there is nothing to do', async () => {
    expect(await deliver(next)).toEqual({ kind: 'delivered', commit: next });
    expect([tip(), status(), text('src/a.ts'), existsSync(join(sandbox.user, 'src/old.ts'))]).toEqual([
      next,
      '',
      'new a\n',
      false,
    ]);
    expect(await deliver(next)).toEqual({ kind: 'up_to_date' });
    expect(await deliver(base)).toEqual({ kind: 'ahead' });
    expect(sandbox.git(sandbox.user, 'fsck', '--strict')).toBe('');
    expect(sandbox.git(sandbox.user, 'reflog', '-1', '--format=%gn %gs')).toContain('kleiber kleiber: deliver');
  });

  test('changes that are not in the way stay exactly as they are: staged, unstaged, untracked', async () => {
    sandbox.write(sandbox.user, { 'b.ts': 'staged\n' });
    sandbox.git(sandbox.user, 'add', 'b.ts');
    sandbox.write(sandbox.user, { 'b.ts': 'unstaged on top\n', 'mine.txt': 'untracked\n' });
    expect(await deliver(next)).toEqual({ kind: 'delivered', commit: next });
    expect(status()).toBe('MM b.ts\n?? mine.txt');
    expect([text('b.ts'), text('mine.txt')]).toEqual(['unstaged on top\n', 'untracked\n']);
  });

  test.each([
    ['an unstaged change', () => sandbox.write(sandbox.user, { 'src/a.ts': 'mine\n' }), ['src/a.ts']],
    [
      'a staged change',
      () => {
        sandbox.write(sandbox.user, { 'src/a.ts': 'mine\n' });
        sandbox.git(sandbox.user, 'add', '-A');
      },
      ['src/a.ts'],
    ],
    ['an untracked file', () => sandbox.write(sandbox.user, { 'src/new.ts': 'mine\n' }), ['src/new.ts']],
    [
      'an ignored file',
      () => {
        sandbox.write(sandbox.user, { 'src/new.ts': 'mine\n' });
        writeFileSync(join(sandbox.user, '.git/info/exclude'), 'src/new.ts\n');
      },
      ['src/new.ts'],
    ],
  ])('%s in the way waits, and nothing moves', async (_, change, files) => {
    change();
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1\n' });
    const before = [status(), sandbox.git(sandbox.user, 'ls-files', '-s'), text(files[0] ?? '')];
    expect(await deliver(next, ['tasks/x/t1.md'])).toEqual({ kind: 'waits_for_local_changes', files });
    expect([status(), sandbox.git(sandbox.user, 'ls-files', '-s'), text(files[0] ?? '')]).toEqual(before);
    expect(tip()).toBe(base);
  });

  test('objects that were carried for a delivery that waits are kept, and carried once, packed refs or not', async () => {
    const packs = (): string[] => readdirSync(join(sandbox.user, '.git/objects/pack')).sort();
    sandbox.write(sandbox.user, { 'src/a.ts': 'mine\n' });
    for (const pack of [false, true]) {
      if (pack) sandbox.git(sandbox.user, 'pack-refs', '--all');
      const before = packs();
      expect(await deliver(next)).toEqual({ kind: 'waits_for_local_changes', files: ['src/a.ts'] });
      expect(sandbox.git(sandbox.user, 'rev-parse', 'refs/kleiber/main')).toBe(next);
      if (pack) expect(packs()).toEqual(before);
    }
    sandbox.git(sandbox.user, 'checkout', '-q', '--', 'src/a.ts');
    expect(await deliver(next)).toEqual({ kind: 'delivered', commit: next });
  });

  test('record files that already lie there as delivered are no obstacle, whether untracked or changed', async () => {
    const commit = await make(next, { 'log.md': '1\n2\n', 'tasks/gone.md': null });
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1\n', 'log.md': '1\n2\n' });
    expect(await deliver(commit)).toEqual({ kind: 'waits_for_local_changes', files: ['log.md', 'tasks/x/t1.md'] });
    expect(await deliver(commit, ['tasks/x/t1.md', 'log.md'])).toEqual({ kind: 'delivered', commit });
    expect(status()).toBe('');
  });

  test('a record file that a person is typing in is never overwritten', async () => {
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1, half typed' });
    const records = ['tasks/x/t1.md', 'log.md'];
    expect(await deliver(next, records)).toEqual({ kind: 'waits_for_local_changes', files: ['tasks/x/t1.md'] });
    expect(text('tasks/x/t1.md')).toBe('task 1, half typed');
    const other = await make(base, { 'src/a.ts': 'new a\n' });
    sandbox.write(sandbox.user, { 'log.md': 'typed\n' });
    expect(await deliver(other, records)).toEqual({ kind: 'delivered', commit: other });
    expect([text('log.md'), text('tasks/x/t1.md')]).toEqual(['typed\n', 'task 1, half typed']);
  });

  test('a record file that is a link is not staged', async () => {
    sandbox.write(sandbox.user, { 'copy.md': 'task 1\n' });
    mkdirSync(join(sandbox.user, 'tasks/x'), { recursive: true });
    symlinkSync('../../copy.md', join(sandbox.user, 'tasks/x/t1.md'));
    expect(await deliver(next, ['tasks/x/t1.md'])).toEqual({
      kind: 'waits_for_local_changes',
      files: ['tasks/x/t1.md'],
    });
  });

  test('what a person staged in a record file is kept, even when the file on disk is as delivered', async () => {
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'staged by hand\n' });
    sandbox.git(sandbox.user, 'add', 'tasks/x/t1.md');
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1\n' });
    expect(await deliver(next, ['tasks/x/t1.md'])).toEqual({
      kind: 'waits_for_local_changes',
      files: ['tasks/x/t1.md'],
    });
    expect(sandbox.git(sandbox.user, 'show', ':tasks/x/t1.md')).toBe('staged by hand');
  });

  test('a delivery killed after staging is finished by the next one, also when the record has moved on', async () => {
    const later = await make(next, { 'tasks/x/t1.md': 'task 1, version 2\n' });
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1\n' });
    sandbox.git(sandbox.user, 'add', 'tasks/x/t1.md');
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1, version 2\n' });
    expect(await deliver(later, ['tasks/x/t1.md'])).toEqual({ kind: 'delivered', commit: later });
    expect(status()).toBe('');
  });

  test('commits of the user’s that the store lacks are reported as diverged', async () => {
    const mine = sandbox.commit(sandbox.user, { 'mine.txt': 'm' });
    expect(await deliver(next)).toEqual({ kind: 'diverged', tip: mine });
    expect(tip()).toBe(mine);
  });

  test('a branch that is checked out nowhere moves by its ref alone, also under a detached head', async () => {
    sandbox.git(sandbox.user, 'checkout', '-q', '--detach');
    sandbox.write(sandbox.user, { 'src/a.ts': 'mine\n' });
    expect(await deliver(next)).toEqual({ kind: 'delivered', commit: next });
    expect([tip(), sandbox.git(sandbox.user, 'rev-parse', 'HEAD'), status()]).toEqual([next, base, ' M src/a.ts']);
  });

  test('a branch that another worktree shows waits and names it, and that worktree can deliver itself', async () => {
    const linked = join(sandbox.root, 'linked');
    sandbox.git(sandbox.user, 'checkout', '-q', '-b', 'side');
    sandbox.git(sandbox.user, 'worktree', 'add', '-q', linked, 'main');
    expect(await deliver(next)).toEqual({
      kind: 'waits_for_checkout',
      detail: `main is checked out in ${linked}`,
    });
    expect(await deliver(next, [], linked)).toEqual({ kind: 'delivered', commit: next });
    expect([status(linked), status()]).toEqual(['', '']);
  });

  test('a branch in the middle of a rebase or merge is left alone', async () => {
    sandbox.git(sandbox.user, 'checkout', '-q', '-b', 'side');
    sandbox.commit(sandbox.user, { 'src/a.ts': 'side\n' });
    sandbox.git(sandbox.user, 'checkout', '-q', 'main');
    sandbox.git(sandbox.user, 'merge', '-q', '--no-ff', '--no-commit', 'side');
    expect(await deliver(next)).toEqual({
      kind: 'waits_for_checkout',
      detail: `a merge is not finished in ${sandbox.user}`,
    });
    sandbox.git(sandbox.user, 'merge', '--abort');
    const folder = join(sandbox.user, '.git/rebase-merge');
    mkdirSync(folder);
    writeFileSync(join(folder, 'head-name'), 'refs/heads/main\n');
    sandbox.git(sandbox.user, 'checkout', '-q', '--detach');
    expect(await deliver(next)).toMatchObject({ kind: 'waits_for_checkout' });
    expect(tip()).toBe(base);
  });

  test('an index lock of the user’s git is waited for and never removed', async () => {
    const lock = join(sandbox.user, '.git/index.lock');
    writeFileSync(lock, '');
    sandbox.write(sandbox.user, { 'tasks/x/t1.md': 'task 1\n' });
    expect(await deliver(next)).toMatchObject({ kind: 'waits_for_checkout' });
    expect(await deliver(next, ['tasks/x/t1.md'])).toMatchObject({ kind: 'waits_for_checkout' });
    expect(existsSync(lock)).toBe(true);
    rmSync(lock);
    expect(await deliver(next, ['tasks/x/t1.md'])).toEqual({ kind: 'delivered', commit: next });
  });

  test('a submodule of the user’s stays as it is', async () => {
    const inner = join(sandbox.user, 'sub');
    sandbox.git(sandbox.user, 'init', '-q', 'sub');
    sandbox.commit(inner, { f: '1' });
    sandbox.write(sandbox.user, { '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n' });
    base = sandbox.commit(sandbox.user, {});
    sandbox.git(sandbox.user, 'config', 'submodule.recurse', 'true');
    sandbox.write(inner, { f: 'dirty' });
    must(await store.fetchBranch(sandbox.user, 'main'));
    next = await make(base, { 'b.ts': 'new b\n' });
    expect(await deliver(next)).toEqual({ kind: 'delivered', commit: next });
    expect(status()).toBe(' M sub');
    expect(readFileSync(join(inner, 'f'), 'utf8')).toBe('dirty');
  });

  test('an unknown branch is named', async () => {
    expect(await sandbox.checkout().deliver(store, 'nope', next, () => false)).toEqual({
      ok: false,
      failure: { reason: 'no_branch', ref: 'nope' },
    });
  });

  test('nothing of the user’s settings runs, and none of them changes what a delivery is', async () => {
    sandbox.commit(sandbox.user, { '.gitattributes': '*.ts filter=a=b\n' });
    base = must(await store.fetchBranch(sandbox.user, 'main'));
    next = await make(base, { 'b.ts': 'new b\n', 'log.md': '2\n' });
    const canary = sandbox.canary('user');
    const program = canary.program;
    const keys = ['core.fsmonitor', 'filter.a=b.clean', 'filter.a=b.smudge', 'filter.a=b.process', 'gpg.program'];
    for (const key of [...keys, 'core.alternateRefsCommand']) sandbox.git(sandbox.user, 'config', key, program);
    sandbox.git(sandbox.user, 'config', 'filter.a=b.required', 'true');
    sandbox.git(sandbox.user, 'config', 'merge.verifySignatures', 'true');
    sandbox.git(sandbox.user, 'config', 'merge.autoStash', 'true');
    sandbox.git(sandbox.user, 'config', 'branch.main.mergeOptions', '--squash --no-commit');
    sandbox.git(sandbox.user, 'config', 'url.ext::false.insteadOf', '/');
    for (const hook of ['post-merge', 'post-checkout', 'reference-transaction', 'post-index-change', 'pre-auto-gc']) {
      const file = join(sandbox.user, '.git/hooks', hook);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n${program} </dev/null\n`);
      chmodSync(file, 0o755);
    }
    sandbox.write(sandbox.user, { 'log.md': '2\n' });
    expect(await deliver(next, ['log.md'])).toEqual({ kind: 'delivered', commit: next });
    expect([tip(), text('b.ts'), canary.hasRun()]).toEqual([next, 'new b\n', false]);
    expect(() => sandbox.git(sandbox.user, 'status')).toThrow();
    expect(canary.hasRun()).toBe(true);
  });
});

describe('bringing a branch over', () => {
  test('a result branch arrives under the name that was asked for, once and again', async () => {
    const base = sandbox.commit(sandbox.user, { a: '1' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    const work = must(await store.commitFiles(base, new Map([['b', Buffer.from('b')]]), 'work', AT)).commit;
    await store.setBranch('feature/t1', work);
    const checkout = sandbox.checkout();
    expect(await checkout.importBranch(store, 'feature/t1', 'review/t1')).toEqual({ ok: true, value: undefined });
    expect(await checkout.importBranch(store, 'feature/t1', 'review/t1')).toEqual({ ok: true, value: undefined });
    expect(sandbox.git(sandbox.user, 'show', 'review/t1:b')).toBe('b');
    expect(sandbox.git(sandbox.user, 'status', '--porcelain', '--branch')).toBe('## main');
    expect(await checkout.importBranch(store, 'feature/t2', 'x')).toEqual({
      ok: false,
      failure: { reason: 'no_branch', ref: 'feature/t2' },
    });
  });

  test('a branch with other commits, or one that is checked out, is never moved', async () => {
    const base = sandbox.commit(sandbox.user, { a: '1' });
    const store = await sandbox.store();
    must(await store.fetchBranch(sandbox.user, 'main'));
    const work = must(await store.commitFiles(base, new Map([['b', Buffer.from('b')]]), 'work', AT)).commit;
    await store.setBranch('feature/t1', work);
    sandbox.git(sandbox.user, 'checkout', '-q', '-b', 'mine');
    const mine = sandbox.commit(sandbox.user, { m: 'm' });
    sandbox.git(sandbox.user, 'checkout', '-q', 'main');
    const checkout = sandbox.checkout();
    for (const [to, detail] of [
      ['mine', 'mine exists and has other commits'],
      ['main', 'main is checked out'],
    ] as const) {
      expect(await checkout.importBranch(store, 'feature/t1', to)).toMatchObject({ ok: false, failure: { detail } });
    }
    expect(sandbox.git(sandbox.user, 'for-each-ref', '--format=%(objectname)', 'refs/heads')).toBe(`${base}\n${mine}`);
  });
});
