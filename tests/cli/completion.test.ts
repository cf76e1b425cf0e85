/** What a shell offers: asked of kleiber for the words up to the cursor, in a real bash too. */
import '../support/journey-patience.ts';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { candidates } from '../../src/cli/candidates.ts';
import { packedPackage } from '../support/journey-package.ts';
import { MoneyShop } from '../support/money-shop.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  shop.task('p1ab2-01-prices');
  shop.task('p1ab2-02-cart', { agent: 'engineer-frontend' });
});
afterEach(() => shop.close());

const offered = (...words: string[]): Promise<string[]> =>
  candidates(words, { ...shop.context({ code: 0, out: '', error: '' }), cwd: shop.root });

test.each<[words: string[], found: string[]]>([
  [['st'], ['status']],
  [['c'], ['conduct', 'calibrate', 'check', 'config', 'clean', 'completion']],
  [
    ['show', ''],
    ['p1ab2-01-prices', 'p1ab2-02-cart'],
  ],
  [['answer', 'p1ab2-02'], ['p1ab2-02-cart']],
  [['route', 'p1ab2-01'], ['p1ab2-01-prices']],
  [['status', ''], []],
  [
    ['status', '--'],
    ['--json', '--plain', '--exit-code', '--watch', '--agent', '--no-input', '--no-pager', '--debug', '--quiet'],
  ],
  [
    ['work', '--agent', 'engineer-'],
    ['engineer-backend', 'engineer-frontend'],
  ],
  [['override', 'p1ab2-01-prices', '--model', 'o'], ['opus']],
  [['help', 'budg'], ['budget']],
  [['nonsense', ''], []],
])('after %j come %j', async (words, found) => {
  expect(await offered(...words)).toEqual(found);
});

test('outside of a repository there are no ids', async () => {
  const context = { ...shop.context({ code: 0, out: '', error: '' }), cwd: shop.folder };
  expect(await candidates(['show', ''], context)).toEqual([]);
});

test('in bash a word is completed by the lines that kleiber prints', () => {
  const line = `kleiber() { "${process.execPath}" "${packedPackage().launcher}" "$@"; }
    eval "$(kleiber completion bash)"
    COMP_WORDS=(kleiber retry p1ab2-0) COMP_CWORD=2; _kleiber; echo "\${COMPREPLY[*]}"
    COMP_WORDS=(kleiber retry '') COMP_CWORD=2; _kleiber; echo "\${#COMPREPLY[@]}"
    complete -p kleiber`;
  const env = { PATH: process.env.PATH, HOME: shop.folder };
  expect(execFileSync('bash', ['-c', line], { cwd: shop.root, env, encoding: 'utf8' })).toBe(
    'p1ab2-01-prices p1ab2-02-cart\n2\ncomplete -o default -F _kleiber kleiber\n',
  );
});
