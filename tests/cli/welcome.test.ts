/** `kleiber` alone says where this folder stands and what to type next, and writes nothing where it is not set up. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { welcome } from '../../src/cli/welcome.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { blocked, claimed, created } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

async function said(cwd = shop.root): Promise<string[]> {
  const heard = { code: 0, out: '', error: '' };
  await welcome({ ...shop.context(heard), cwd });
  expect(heard.error).toBe('');
  return heard.out.trimEnd().split('\n');
}

const SENTENCE =
  'kleiber: several Claude models build one feature in parallel, under one budget that holds, all of it in git.';
const LAST = 'kleiber --help names every command, kleiber <command> --help its options and examples.';
const WAY_IN = [
  '  kleiber rehearse                   see it work (no key, 30 s)',
  '  kleiber init                       set up this repository',
  '  kleiber plan "what you want"       turn a request into task files',
  '  kleiber conduct                    build, test and land them',
];

test('in a repository that is not set up: the way in, and no state', async () => {
  expect(await said()).toEqual([SENTENCE, '', ...WAY_IN, '', 'this repository, on main, is not set up yet', '', LAST]);
  expect(shop.exists('.git/kleiber')).toBe(false);
});

test('where no repository is: the way in too', async () => {
  expect((await said(shop.folder)).at(-3)).toBe('here is no git repository yet: git init');
});

test('in one that is set up: what stands where, and the next command', async () => {
  shop.configure('checks: [{ name: test, command: "true" }]\n');
  shop.task('a');
  shop.task('b');
  shop.happen('task/a', created(), claimed(1), blocked(1));
  expect(await said()).toEqual([
    SENTENCE,
    '',
    '2 tasks · on main · no conductor runs · today $0.00 of $100.00 (green)',
    '  1 needs you · 1 ready',
    '',
    'next',
    '  kleiber show a',
    expect.stringMatching(/^ {2}kleiber (answer|retry) a/),
    '  kleiber conduct',
    '',
    LAST,
  ]);
});

test('in one whose settings are broken: where the words for it are', async () => {
  shop.configure('checks: 7\n');
  expect((await said()).at(-3)).toBe('something is wrong here: kleiber status');
});
