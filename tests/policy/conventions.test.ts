/** Names, stories and integration tests: seed 5's words, held against the files of a difference. */
import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../src/domain/blocker.ts';
import { configSchema } from '../../src/domain/config.ts';
import { conventionFaults, databaseFaults, fileNameFault } from '../../src/policy/conventions.ts';

const rulesOf = (config: Record<string, unknown>) => configSchema.parse(config);
const files = (paths: readonly string[], status: ChangedFile['status'] = 'created'): ChangedFile[] =>
  paths.map(path => ({ path, status, mode: '100644' }));
const nothing = (): boolean => false;

test.each([
  ['src/components/UserProfile.tsx', null],
  ['src/components/userProfile.tsx', 'PascalCase'],
  ['src/components/user-card.jsx', 'PascalCase'],
  ['src/app/page.tsx', null],
  ['src/components/Card.test.tsx', null],
  ['src/components/card.stories.tsx', null],
  ['src/lib/formatDate.ts', null],
  ['src/lib/format-date.ts', 'camelCase'],
  ['src/lib/FormatDate.ts', 'camelCase'],
  ['src/lib/user.types.ts', null],
  ['src/lib/env.d.ts', null],
  ['vite.config.ts', null],
  ['src/lib/formatDate_test.ts', '*.test or *.spec'],
  ['src/lib/format-date.spec.ts', null],
  ['src/types.ts', 'order.types.ts'],
  ['src/order.types.ts', null],
  ['README.md', null],
  ['Makefile', null],
])('%s: %s', (path, fault) => {
  if (fault === null) expect(fileNameFault(path)).toBeNull();
  else expect(fileNameFault(path)).toContain(fault);
});

describe('a difference', () => {
  test('is not looked at while nothing is switched on', () => {
    const difference = files(['src/components/cart.tsx', 'src/routes/pay.ts']);
    expect(conventionFaults(difference, rulesOf({}), nothing)).toEqual([]);
  });

  test('answers for the names of files that it creates, not for those that it found', () => {
    const rules = rulesOf({ conventions: { files: true } });
    expect(conventionFaults(files(['src/a-b.ts'], 'modified'), rules, nothing)).toEqual([]);
    expect(conventionFaults(files(['src/a-b.ts']), rules, nothing)).toEqual([
      'src/a-b.ts: files are named in camelCase, such as formatDate.ts (seed 5, naming conventions)',
    ]);
  });

  test('needs a story for each new component, in the difference or beside it already', () => {
    const rules = rulesOf({ testing: { components_need_stories: true } });
    const difference = files(['src/components/Cart.tsx', 'src/components/Cart.test.tsx', 'src/components/useCart.tsx']);
    expect(conventionFaults(difference, rules, nothing)).toEqual([
      'src/components/Cart.tsx has no story; expected src/components/Cart.stories.tsx (seed 5, engineer-frontend)',
    ]);
    expect(conventionFaults(difference, rules, path => path === 'src/components/Cart.stories.ts')).toEqual([]);
  });

  test.each([
    [['src/routes/pay.ts'], 1],
    [['src/routes/pay.ts', 'tests/integration/pay.test.ts'], 0],
    [['src/routes/pay.test.ts'], 0],
    [['src/lib/pay.ts'], 0],
  ])('needs an integration test when it touches an endpoint: %j', (paths, faults) => {
    const rules = rulesOf({ testing: { endpoints_need_integration_tests: true } });
    expect(conventionFaults(files(paths, 'modified'), rules, nothing)).toHaveLength(faults);
    expect(conventionFaults(files(paths, 'deleted'), rules, nothing)).toEqual([]);
  });
});

test.each([
  ['create table user_accounts (id int);', []],
  ['CREATE TABLE IF NOT EXISTS "orders" (id int);', []],
  ['create table UserAccount (id int);', ['UserAccount']],
  ['create table app.invoice (id int);', ['invoice']],
  ['-- create table Old (id int);\n/* create table Older (x int); */', []],
  ['create unique index idx_users_email on users (email);', []],
  ['create table users (id int, created_at text, primary key (id));', []],
  ['create table users (createdAt text, price numeric(10, 2), userName text);', ['createdAt', 'userName']],
  ['create table users (id int check (id in (1, 2)), constraint Ok unique (id));', []],
  ['alter table users add column IF NOT EXISTS "lastSeen" text;', ['lastSeen']],
  ['create table users as select 1', []],
  ['create index users_email on users (email);', ['users_email']],
  ['create index concurrently if not exists idx_users on users (email);', ['idx_users']],
])('%s names %j wrongly', (sql, names) => {
  const faults = databaseFaults('db/1.sql', sql);
  expect(faults.map(fault => names.find(name => fault.includes(` ${name} `)))).toEqual(names);
});
