/** Packs of deliveries in the user's repository: joined at git's own limit, unless the user's git is not to look after itself. */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AT, GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
});
afterEach(() => sandbox.remove());

const folder = (): string => join(sandbox.user, '.git/objects/pack');
const packs = (): string[] => readdirSync(folder()).filter(name => name.endsWith('.pack'));

/** As many packs of one object each as many nights of deliveries leave. */
function addPacks(count: number): string[] {
  const ids = Array.from({ length: count }, (_, index) => {
    writeFileSync(join(sandbox.root, 'blob'), `${index}\n`);
    return sandbox.git(sandbox.user, 'hash-object', '-w', join(sandbox.root, 'blob'));
  });
  for (const input of ids)
    execFileSync('git', ['pack-objects', '-q', join(folder(), 'pack')], { cwd: sandbox.user, input });
  sandbox.git(sandbox.user, 'prune-packed');
  return ids;
}

async function deliverOne(): Promise<void> {
  const base = sandbox.git(sandbox.user, 'rev-parse', 'HEAD');
  const store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
  const { commit } = must(await store.commitFiles(base, new Map([['b', Buffer.from('2')]]), 'more', AT));
  const delivered = await sandbox.checkout().deliver(store, 'main', commit, () => false);
  expect(must(delivered)).toEqual({ kind: 'delivered', commit });
}

test('joins them, and what no ref names stays', async () => {
  sandbox.commit(sandbox.user, { a: '1' });
  const loose = addPacks(50);
  await deliverOne();
  expect(packs().length).toBeLessThan(5);
  const texts = loose.map(id => sandbox.git(sandbox.user, 'cat-file', 'blob', id));
  expect(texts).toEqual(loose.map((_, index) => `${index}`));
  expect(sandbox.git(sandbox.user, 'fsck', '--no-dangling')).toBe('');
});

test.each([
  ['gc.auto', '0'],
  ['gc.autoPackLimit', '0'],
  ['gc.autoPackLimit', '60'],
  ['maintenance.auto', 'false'],
])('leaves them where the user has set %s to %s', async (name, value) => {
  sandbox.commit(sandbox.user, { a: '1' });
  sandbox.git(sandbox.user, 'config', name, value);
  addPacks(50);
  await deliverOne();
  expect(packs().length).toBe(51);
});

test('leaves a pack that somebody keeps', async () => {
  sandbox.commit(sandbox.user, { a: '1' });
  addPacks(50);
  const [kept = ''] = packs();
  writeFileSync(join(folder(), kept.replace('.pack', '.keep')), 'mine\n');
  await deliverOne();
  expect([packs().length < 5, packs().includes(kept)]).toEqual([true, true]);
});

test('leaves those of a repository that borrows from another', async () => {
  sandbox.commit(sandbox.user, { a: '1' });
  addPacks(50);
  writeFileSync(join(sandbox.user, '.git/objects/info/alternates'), `${sandbox.root}/none\n`);
  await deliverOne();
  expect(packs().length).toBe(51);
});
