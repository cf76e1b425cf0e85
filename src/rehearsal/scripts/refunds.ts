/** Refunds: stops at a question that only the business can answer, builds what was answered, and waits for a person. */
import { act, call, consider, look, type Move, nextMove, type Script, submit, test, write } from '../moves.ts';

const REFUNDS = `import { lineTotal } from './cart.js';

/** What a customer gets back for one line of an order: its share of what was really paid, in cents; null without such a line. */
export function refundFor(order, sku) {
  const index = order.lines.findIndex(candidate => candidate.sku === sku);
  return index < 0 ? null : paidFor(order, index + 1) - paidFor(order, index);
}

/** What was paid for the first lines together. Rounded sums, not rounded lines, so that all lines give exactly the total. */
function paidFor({ lines, subtotal, total }, count) {
  const listed = lines.slice(0, count).reduce((sum, line) => sum + lineTotal(line), 0);
  return Math.round((listed * total) / subtotal);
}
`;

const ITS_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refundFor } from './refunds.js';

const cup = { sku: 'cup', name: 'Cup', price: 1299, quantity: 2 };
const tea = { sku: 'tea', name: 'Green tea, 100 g', price: 650, quantity: 2 };
const pot = { sku: 'pot', name: 'Teapot', price: 3495, quantity: 1 };

test('a line is refunded at the price that was paid', () => {
  const order = { lines: [cup], subtotal: 2598, discount: 0, total: 2598 };
  assert.equal(refundFor(order, 'cup'), 2598);
  assert.equal(refundFor(order, 'tea'), null);
});

test('with a coupon a line gives back its share, and all lines together the total', () => {
  const order = { lines: [tea, pot], subtotal: 4795, discount: 1199, total: 3596 };
  assert.deepEqual(order.lines.map(line => refundFor(order, line.sku)), [975, 2621]);
});
`;

const buildAsAnswered: Move = talk =>
  /share of what was really paid/.test(talk.news)
    ? act(
        'Its share, then: rounded sums, so that not a cent is made or lost.',
        write('src/backend/refunds.js', REFUNDS),
        write('src/backend/refunds.test.js', ITS_TEST),
      )(talk)
    : nextMove([], talk);

export const refunds: Script = () => [
  look(
    'I read what a refund is today and what an order will know about its discount.',
    'src/backend/refunds.js',
    'src/backend/refunds.test.js',
    'src/backend/checkout.js',
  ),
  consider(
    'A line refunded at list price pays back more than was paid. A share of the discount is fair, but then the coupon is spent for what was kept. This is money going out; I must not choose.',
    'Refunds pay money out, so I do not guess.',
    call('block', {
      type: 'unclear_requirements',
      problem:
        'refundFor pays a line back at its list price. With a coupon the customer paid less: one of two cups at €12.99, bought with 25 % off, would be refunded at €12.99 although €9.74 was paid for it.',
      tried: ['Looked for a rule in docs/conventions.md: it says nothing about discounts and refunds'],
      need: 'What does a customer get back for one line of an order that had a coupon?',
      options: [
        'its share of what was really paid',
        'its list price',
        'its share, and the coupon may be used once more',
      ],
    }),
  ),
  buildAsAnswered,
  act('', test()),
  submit({
    summary:
      'refundFor gives a line its share of what was really paid. All lines of an order together give exactly its total; orders without a discount are refunded as before.',
    tests: ['src/backend/refunds.test.js'],
    decisions: ['Sums are rounded and not lines, so that no cent is made or lost'],
  }),
];
