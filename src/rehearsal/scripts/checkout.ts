/** The checkout joins what two other tasks have landed: sonnet finds that somebody must decide first, and opus takes over. */
import { act, call, consider, look, type Move, type Script, submit, test, write } from '../moves.ts';

const CHECKOUT = `import { findCoupon } from './coupons.js';
import { priceOrder } from './pricing.js';

/**
 * Turns a cart into an order: \`{ lines, subtotal, discount, total }\`, in cents. \`couponCode\` is what the customer typed,
 * empty without one; \`today\` is an ISO day in UTC.
 */
export function checkout(cart, { couponCode = '', today = '' } = {}) {
  if (cart.length === 0) return { ok: false, reason: 'empty_cart' };
  const found = couponCode.trim() === '' ? { ok: true, coupon: null } : findCoupon(couponCode, today);
  return found.ok ? { ok: true, order: { lines: cart, ...priceOrder(cart, found.coupon) } } : found;
}
`;

const ITS_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkout } from './checkout.js';

const cart = [
  { sku: 'tea', name: 'Green tea, 100 g', price: 650, quantity: 2 },
  { sku: 'pot', name: 'Teapot', price: 3495, quantity: 1 },
];

test('an order adds up its lines', () => {
  const order = { lines: cart, subtotal: 4795, discount: 0, total: 4795 };
  assert.deepEqual(checkout(cart), { ok: true, order });
});

test('an empty cart is no order', () => {
  assert.deepEqual(checkout([]), { ok: false, reason: 'empty_cart' });
});

test('a coupon takes its percentage off the order', () => {
  const order = { lines: cart, subtotal: 4795, discount: 1199, total: 3596 };
  assert.deepEqual(checkout(cart, { couponCode: 'teatime', today: '2026-11-21' }), { ok: true, order });
});

test('a coupon that does not count stops the checkout with its reason', () => {
  const late = { couponCode: 'TEATIME', today: '2027-01-01' };
  assert.deepEqual(checkout(cart, late), { ok: false, reason: 'expired_coupon' });
});
`;

const LANDED = ['src/backend/coupons.js', 'src/backend/pricing.js'];

const stop: Move[] = [
  look('Coupons and pricing have landed: I read both before I join them.', ...LANDED, 'src/backend/checkout.js'),
  consider(
    'The page, refunds and pricing all know the fields of an order. Whoever copies them here makes a second owner.',
    'Who owns the fields of an order is more than one file may decide.',
    call('block', {
      type: 'technical',
      reason: 'architectural_decision',
      problem: 'priceOrder and the checkout both name the fields of an order, and three modules read them.',
      tried: ['Looked for the owner in docs/conventions.md and in pricing.js: nothing is said'],
      need: 'Which module owns the fields of an order?',
      options: ['pricing: the checkout spreads what it gives', 'the checkout: it copies them one by one'],
      recommendation: 'pricing, because a copied field is forgotten some day',
    }),
  ),
];

const takeOver: Move[] = [
  look(
    'Taken over: I read what has landed and the note of the one before me.',
    ...LANDED,
    'src/backend/checkout.test.js',
  ),
  consider(
    'One owner: pricing. findCoupon already gives a result in the shape that checkout returns, so a failure goes through as it is.',
    'Pricing owns the amounts; the checkout spreads them and adds no rule of its own.',
    write('src/backend/checkout.js', CHECKOUT),
    write('src/backend/checkout.test.js', ITS_TEST),
  ),
  act('', test()),
  submit({
    summary:
      'checkout takes { couponCode, today }, and an order now carries subtotal, discount and total. A code that does not count stops the checkout with its reason.',
    tests: ['src/backend/checkout.test.js'],
    decisions: [
      'Pricing owns the fields of an order and the checkout spreads them, because a copied field is forgotten some day',
      'An empty code is no coupon and no error, because the field on the page may stay empty',
    ],
  }),
];

export const checkout: Script = ({ opening }) => (opening.includes('Escalated from sonnet') ? takeOver : stop);
