/** Packs of deliveries in the user's repository: joined at git's own limit, unless the user's git is not to look after itself. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { AT, GitSandbox, must } from '../support/git-sandbox.ts';

/** As many packs of one object each as many nights of deliveries leave, made once for all tests. */
let nights: GitSandbox;
let sandbox: GitSandbox;
const COUNT = 50;
const texts = Array.from({ length: COUNT }, (_, index) => `${index}\n`);

beforeAll(() => {
  nights = new GitSandbox();
  for (const input of texts) {
    const id = fed(nights, input, 'hash-object', '-w', '--stdin');
    fed(nights, id, 'pack-objects', '-q', join(folder(nights), 'pack'));
  }
});
afterAll(() => nights.remove());
beforeEach(() => {
  sandbox = new GitSandbox();
  sandbox.commit(sandbox.user, { a: '1' });
  cpSync(folder(nights), folder(sandbox), { recursive: true });
});
afterEach(() => sandbox.remove());

const folder = ({ user }: GitSandbox): string => join(user, '.git/objects/pack');
const packs = (): string[] => readdirSync(folder(sandbox)).filter(name => name.endsWith('.pack'));
const fed = ({ user }: GitSandbox, input: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: user, input, encoding: 'utf8' }).trimEnd();

async function deliverOne(): Promise<void> {
  const base = sandbox.git(sandbox.user, 'rev-parse', 'HEAD');
  const store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
  const { commit } = must(await store.commitFiles(base, new Map([['b', Buffer.from('2')]]), 'more', AT));
  const delivered = await sandbox.checkout().deliver(store, 'main', commit, () => false);
  expect(must(delivered)).toEqual({ kind: 'delivered', commit });
}

test('joins them, and what no ref names stays', async () => {
  await deliverOne();
  expect(packs().length).toBeLessThan(5);
  const ids = texts.map(text => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex'));
  expect(fed(sandbox, ids.join('\n'), 'cat-file', '--batch-check=%(objecttype)').split('\n')).toEqual(
    ids.map(() => 'blob'),
  );
  expect(sandbox.git(sandbox.user, 'fsck', '--no-dangling')).toBe('');
});

test.each([
  ['gc.auto', '0'],
  ['gc.autoPackLimit', '0'],
  ['gc.autoPackLimit', '60'],
  ['maintenance.auto', 'false'],
])('leaves them where the user has set %s to %s', async (name, value) => {
  sandbox.git(sandbox.user, 'config', name, value);
  await deliverOne();
  expect(packs().length).toBe(COUNT + 1);
});

test('leaves a pack that somebody keeps', async () => {
  const [kept = ''] = packs();
  writeFileSync(join(folder(sandbox), kept.replace('.pack', '.keep')), 'mine\n');
  await deliverOne();
  expect([packs().length < 5, packs().includes(kept)]).toEqual([true, true]);
});

test('leaves those of a repository that borrows from another', async () => {
  writeFileSync(join(sandbox.user, '.git/objects/info/alternates'), `${sandbox.root}/none\n`);
  await deliverOne();
  expect(packs().length).toBe(COUNT + 1);
});
