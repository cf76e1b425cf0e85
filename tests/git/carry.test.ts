/** Objects on their way into the user's repository, while the user cleans up. */
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Carried, carryObjects } from '../../src/git/carry.ts';
import { storeContext } from '../../src/git/store-context.ts';
import { findRepository } from '../../src/git/user-repository.ts';
import { AT, GitSandbox, must, QUICK } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
});
afterEach(() => sandbox.remove());

const packs = (): string => join(sandbox.user, '.git/objects/pack');
const marks = (): string[] => readdirSync(packs()).filter(name => name.endsWith('.keep'));
const collectGarbage = (): void => {
  sandbox.git(sandbox.user, 'reflog', 'expire', '--all', '--expire=now');
  sandbox.git(sandbox.user, 'gc', '-q', '--prune=now');
};

/** A commit that only the store has, brought over. */
async function carryOne(): Promise<{ commit: string; carried: Carried }> {
  const base = sandbox.commit(sandbox.user, { a: '1' });
  const store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
  const files = new Map([['b', new TextEncoder().encode('2')]]);
  const { commit } = must(await store.commitFiles(base, files, 'more', AT));
  const context = storeContext(store.path, sandbox.environment, QUICK);
  const repository = must(await findRepository(sandbox.user, sandbox.environment));
  return { commit, carried: must(await carryObjects(context, repository, commit, [base])) };
}

test('what was brought over outlives a clean-up of everything that no ref names, until it is let go', async () => {
  const { commit, carried } = await carryOne();
  collectGarbage();
  expect(sandbox.git(sandbox.user, 'ls-tree', '--name-only', commit)).toBe('a\nb');
  await carried.letGo();
  expect(marks()).toEqual([]);
  collectGarbage();
  expect(() => sandbox.git(sandbox.user, 'cat-file', '-e', commit)).toThrow();
});

test('marks of deliveries that were killed long ago go with the next one; young ones and those of others stay', async () => {
  const { carried } = await carryOne();
  const hoursAgo = Date.now() / 1000 - 7_200;
  for (const [name, text] of [
    ['pack-old.keep', 'kleiber'],
    ['pack-others.keep', 'mine'],
    ['pack-young.keep', 'kleiber'],
  ] as const) {
    writeFileSync(join(packs(), name), `${text}\n`);
    if (name !== 'pack-young.keep') utimesSync(join(packs(), name), hoursAgo, hoursAgo);
  }
  await carried.letGo();
  expect(marks()).toEqual(['pack-others.keep', 'pack-young.keep']);
});
