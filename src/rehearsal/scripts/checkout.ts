/** The checkout joins what two other tasks have landed. */
import { act, consider, look, type Script, submit, test, write } from '../moves.ts';

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

export const checkout: Script = () => [
  look(
    'Coupons and pricing have landed: I read both and join them, with no rule of my own.',
    'src/backend/coupons.js',
    'src/backend/pricing.js',
    'src/backend/checkout.js',
    'src/backend/checkout.test.js',
  ),
  consider(
    'findCoupon gives a result in the shape that checkout returns itself, so a failure can be handed through as it is.',
    '',
    write('src/backend/checkout.js', CHECKOUT),
    write('src/backend/checkout.test.js', ITS_TEST),
  ),
  act('', test()),
  submit({
    summary:
      'checkout takes { couponCode, today }, and an order now carries subtotal, discount and total. A code that does not count stops the checkout with its reason.',
    tests: ['src/backend/checkout.test.js'],
    decisions: ['An empty code is no coupon and no error, because the field on the page may stay empty'],
  }),
];
