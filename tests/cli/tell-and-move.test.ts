/** A person's word to a task at work, and about the line of ready tasks, as it is typed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONTROL_STREAM, taskStream } from '../../src/domain/event.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { claimed, created } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  writeFileSync(join(shop.folder, '.gitconfig'), '[user]\nname = Ada\nemail = ada@example.org\n');
});
afterEach(() => shop.close());

const KEY = `sk-ant-${'x'.repeat(24)}`;

describe('kleiber tell', () => {
  test('writes what was said with the name of who said it, without keys and terminal escapes', async () => {
    shop.task('basket');
    shop.happen(taskStream('basket'), created(), claimed(1));
    const said = await shop.run('tell', 'bask', `cents, not \u001b[31m${KEY}`);
    expect(said).toEqual({
      code: 0,
      out: 'basket: its model hears it with its next turn\n',
      error: 'something that looks like a key was taken out of it\n',
    });
    expect(
      shop
        .log(taskStream('basket'))
        .map(({ event }) => event)
        .at(-1),
    ).toEqual({
      kind: 'told',
      attempt: 1,
      by: 'Ada <ada@example.org>',
      text: 'cents, not \\u{1b}[31m[redacted secret]',
    });
    expect((await shop.run('log', '--task', 'basket')).out).toMatch(/told it: cents, not/);
  });

  test('is refused with the reason and what helps instead where nobody would hear', async () => {
    shop.task('basket');
    expect(await shop.run('tell', 'basket', 'hello')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/basket has not been started; .*\n {2}fix {3}kleiber show basket/),
    });
    expect((await shop.run('tell', 'basket', ' ')).code).toBe(2);
    expect(shop.log(taskStream('basket')).map(({ event }) => event)).toEqual([]);
  });
});

describe('kleiber move', () => {
  test('changes what is taken next, is in the log, and says its place in line', async () => {
    shop.task('a', { created: '2026-11-21T09:00:00Z' });
    shop.task('b', { created: '2026-11-21T09:01:00Z' });
    shop.task('urgent', { created: '2026-11-21T09:02:00Z', priority: 'p0' });
    expect(await shop.run('move', 'b', 'first')).toEqual({ code: 0, out: 'b is number 2 of 3 in line\n', error: '' });
    expect(shop.log(CONTROL_STREAM).map(({ event }) => event)).toMatchObject([
      { kind: 'moved', task: 'b', before: ['a'], after: [] },
    ]);
    expect((await shop.run('log')).out).toMatch(/moved b before a/);
    expect((await shop.run('work', '--all', '--dry-run')).out.match(/urgent|\b[ab]\b(?= {2})/g)).toEqual([
      'urgent',
      'b',
      'a',
    ]);
    expect(await shop.run('move', 'b', 'up')).toMatchObject({
      code: 1,
      error: expect.stringContaining('b cannot go before urgent'),
    });
  });
});
