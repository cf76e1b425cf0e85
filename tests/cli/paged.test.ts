/** Long answers on a terminal: who shows them, and what is printed where nobody does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { taskStream } from '../../src/domain/event.ts';
import { pagerOf } from '../../src/shell/pager.ts';
import { MoneyShop, type Said } from '../support/money-shop.ts';
import { claimed, created } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  shop.configure('checks: [{ name: test, command: "true" }]\n');
  shop.task('basket');
  shop.happen(taskStream('basket'), created(), claimed(1));
});
afterEach(() => shop.close());

const shown = (): string | null => {
  const path = join(shop.folder, 'shown');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
};

/** On a terminal, with a pager that writes what it gets into a file. */
async function atTerminal(...words: string[]): Promise<Said> {
  const said: Said = { code: -1, out: '', error: '' };
  const context = shop.context(said);
  const stdout = { ...context.stdout, isTTY: true, columns: 80 };
  said.code = await runProgram(words, { ...context, stdout });
  return said;
}

test('a terminal gets show and log through the pager of its person, which never gets the key', async () => {
  shop.environment.ANTHROPIC_API_KEY = 'sk-secret';
  shop.environment.PAGER = `(cat; env) > ${join(shop.folder, 'shown')}`;
  const printed = await shop.run('show', 'basket');
  expect(await atTerminal('show', 'basket')).toEqual({ code: 0, out: '', error: '' });
  expect(shown()?.startsWith(printed.out)).toBe(true);
  expect(shown()).toContain('LESS=FIRX');
  expect(shown()).not.toContain('sk-secret');
  await atTerminal('log');
  expect(shown()?.startsWith((await shop.run('log')).out)).toBe(true);
});

test('without a pager the answer is printed, and its exit code is that of the command', async () => {
  const { out } = await shop.run('log');
  shop.environment.PAGER = 'no-such-program-at-all 2>/dev/null';
  expect(await atTerminal('log')).toEqual({ code: 0, out, error: '' });
  shop.environment.PAGER = `cat > ${join(shop.folder, 'shown')}`;
  expect(await atTerminal('log', '--no-pager')).toEqual({ code: 0, out, error: '' });
  expect(await atTerminal('show', 'nope')).toMatchObject({ code: 2, out: '' });
  expect((await atTerminal('show', 'basket', '--json')).out).toContain('"kind":"task"');
  expect(shown()).toBe(null);
});

test.each<[Record<string, string>, string | null]>([
  [{}, 'less'],
  [{ PAGER: 'more -d' }, 'more -d'],
  [{ PAGER: '' }, null],
  [{ PAGER: 'cat' }, null],
  [{ TERM: 'dumb' }, null],
])('%j is paged by %j', (environment, pager) => {
  expect(pagerOf(environment)).toBe(pager);
});
