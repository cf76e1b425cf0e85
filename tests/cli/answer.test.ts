/** `kleiber answer`: what a number means, and what comes of an answer. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { taskStream } from '../../src/domain/event.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { blocked, claimed, created } from '../support/policy-values.ts';

const WHICH = { type: 'unclear_requirements' as const, problem: 'Which way?', tried: [], need: 'say which' };

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  shop.task('basket');
});
afterEach(() => shop.close());

const asks = (options: string[], resumable = true): void =>
  shop.happen(taskStream('basket'), created(), claimed(1), blocked(1, { blocker: { ...WHICH, options }, resumable }));

const answers = (): string[] =>
  shop.log(taskStream('basket')).flatMap(({ event }) => (event.kind === 'answered' ? [event.text] : []));

describe('a number', () => {
  test('picks an option', async () => {
    asks(['left', 'right']);
    expect(await shop.run('answer', 'basket', '2')).toEqual({
      code: 0,
      out: 'basket: answered; its conversation goes on where it stopped\n',
      error: '',
    });
    expect(answers()).toEqual(['right']);
  });

  test.each(['0', '3', ' 12 '])('that no option has is a slip: %j', async number => {
    asks(['left', 'right']);
    expect(await shop.run('answer', 'basket', number)).toEqual({
      code: 2,
      out: '',
      error: [
        'kleiber: basket has 2 options',
        '  1  left',
        '  2  right',
        '  fix   kleiber answer basket 1',
        '   or   kleiber answer basket "…"',
        '',
      ].join('\n'),
    });
    expect(answers()).toEqual([]);
  });

  test('is an answer like any other where nothing is to choose from', async () => {
    asks([]);
    expect(await shop.run('answer', 'basket', '3')).toMatchObject({ code: 0 });
    expect(answers()).toEqual(['3']);
  });
});

test('where no conversation waits the task is tried again with the answer', async () => {
  asks([], false);
  const { out } = await shop.run('answer', 'basket', 'to the left', '--dry-run');
  expect(out).toBe('would write: basket: answered; it is tried again with your answer\n');
});
