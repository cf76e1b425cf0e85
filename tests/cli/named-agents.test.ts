/** Whose work it is, in whatever spelling a person names them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MoneyShop } from '../support/money-shop.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  shop.task('basket');
});
afterEach(() => shop.close());

test.each(['engineer-backend', 'Engineer-Backend', 'ENGINEER_BACKEND'])('%s is engineer-backend', async name => {
  const { code, out } = await shop.run('work', '--agent', name, '--dry-run');
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/^start {2}basket {2}engineer-backend on sonnet/),
  });
});

test('somebody else has nothing to do, and nobody of that name is a mistake', async () => {
  expect(await shop.run('work', '--agent', 'scribe', '--dry-run')).toEqual({
    code: 0,
    out: 'nothing to do\n',
    error: '',
  });
  const wrong = await shop.run('work', '--agent', 'engineer-backnd', '--dry-run');
  expect(wrong).toMatchObject({ code: 2, out: '' });
  expect(wrong.error).toMatch(/^kleiber: no agent is named engineer-backnd; did you mean engineer-backend\?\n/);
});
