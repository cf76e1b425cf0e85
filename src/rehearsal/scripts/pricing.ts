/** Pricing: the script that asks a question, and goes on in the same conversation with the answer. */
import { act, call, consider, edit, look, type Move, nextMove, type Script, submit, test, write } from '../moves.ts';

const PRICING = `import { percentOf } from '../common/money.js';
import { lineTotal } from './cart.js';

/** What lines cost with a coupon, or with null: \`{ subtotal, discount, total }\` in cents. Rounded once, per order. */
export function priceOrder(lines, coupon) {
  const subtotal = lines.reduce((sum, line) => sum + lineTotal(line), 0);
  const discount = coupon === null ? 0 : percentOf(subtotal, coupon.percent);
  return { subtotal, discount, total: subtotal - discount };
}
`;

const ITS_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceOrder } from './pricing.js';

const coupon = { code: 'SPRING10', percent: 10, until: '2027-05-31' };
const line = { sku: 'sugar', name: 'Sugar', price: 125, quantity: 1 };

test('without a coupon there is no discount', () => {
  assert.deepEqual(priceOrder([line], null), { subtotal: 125, discount: 0, total: 125 });
});

test('the discount is rounded once, on the order', () => {
  // Rounded line by line it would be 13 + 13 + 13 = 39.
  const lines = [line, { ...line, sku: 'salt' }, { ...line, sku: 'rice' }];
  assert.deepEqual(priceOrder(lines, coupon), { subtotal: 375, discount: 38, total: 337 });
});
`;

const BEFORE = `  return \`€\${(cents / 100).toFixed(2)}\`;
}
`;

const PERCENT = `
/** So many percent of an amount, to the nearest cent; half a cent goes up. */
export function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100);
}
`;

/** Writes only what was answered; another answer would be another function. */
const buildAsAnswered: Move = talk =>
  /per order/i.test(talk.news)
    ? act(
        'Per order, then: one rounding, on the subtotal.',
        edit('src/common/money.js', BEFORE, BEFORE + PERCENT),
        write('src/backend/pricing.js', PRICING),
        write('src/backend/pricing.test.js', ITS_TEST),
      )(talk)
    : nextMove([], talk);

export const pricing: Script = () => [
  look(
    'I read how lines are added up and where cents are rounded today, then write one function that prices an order.',
    'src/backend/cart.js',
    'src/backend/checkout.js',
    'src/common/money.js',
    'docs/conventions.md',
  ),
  consider(
    'Three lines of 1.25 at 10 %: rounded per line 39 cents, per order 38. Neither the task nor the conventions say which.',
    'Before I write it I need to know where to round.',
    call('block', {
      type: 'unclear_requirements',
      problem:
        '10 % off three lines at €1.25 is 39 cents when each line is rounded and 38 when the order is. The task does not say which.',
      tried: ['Looked for a rule in docs/conventions.md and in the checkout: nothing is rounded there yet'],
      need: 'Is a discount rounded per line or per order?',
      options: ['per line', 'per order'],
    }),
  ),
  buildAsAnswered,
  act('', test()),
  submit({
    summary:
      'priceOrder(lines, coupon) gives subtotal, discount and total in cents; percentOf in src/common/money.js does the rounding, once per order.',
    tests: ['src/backend/pricing.test.js'],
    decisions: ['The discount is rounded once per order and not per line, because that was the answer to my question'],
  }),
];
