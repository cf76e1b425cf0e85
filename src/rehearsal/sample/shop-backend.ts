/** The sample's rules and money, with their tests. */

export const shopBackend: Readonly<Record<string, string>> = {
  'src/backend/cart.js': `import { findProduct } from './catalog.js';

/** A cart is a list of lines, one per product: \`{ sku, name, price, quantity }\`. */
export const emptyCart = () => [];

/** The cart with so many more of a product; the cart that was given stays as it is. */
export function addToCart(cart, sku, quantity) {
  if (!Number.isInteger(quantity) || quantity < 1) return { ok: false, reason: 'bad_quantity' };
  const product = findProduct(sku);
  if (product === null) return { ok: false, reason: 'unknown_product' };
  const before = cart.find(line => line.sku === sku);
  const line = { ...product, quantity: (before?.quantity ?? 0) + quantity };
  return { ok: true, cart: [...cart.filter(other => other.sku !== sku), line] };
}

/** What a line costs, in cents. */
export const lineTotal = line => line.price * line.quantity;
`,
  'src/backend/cart.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToCart, emptyCart, lineTotal } from './cart.js';

test('the same product twice is one line', () => {
  const once = addToCart(emptyCart(), 'cup', 1);
  const twice = addToCart(once.cart, 'cup', 2);
  assert.deepEqual(twice.cart, [{ sku: 'cup', name: 'Cup', price: 1299, quantity: 3 }]);
  assert.equal(lineTotal(twice.cart[0]), 3897);
});

test('a product that the shop does not have is a reason, not an exception', () => {
  assert.deepEqual(addToCart(emptyCart(), 'hat', 1), { ok: false, reason: 'unknown_product' });
});

test('quantities are whole and positive', () => {
  assert.deepEqual(addToCart(emptyCart(), 'cup', 0.5), { ok: false, reason: 'bad_quantity' });
});
`,
  'src/backend/catalog.js': `/** What the shop sells. Prices are cents. */
const PRODUCTS = [
  { sku: 'tea', name: 'Green tea, 100 g', price: 650 },
  { sku: 'cup', name: 'Cup', price: 1299 },
  { sku: 'pot', name: 'Teapot', price: 3495 },
];

/** The product, or null when the shop does not have it. */
export const findProduct = sku => PRODUCTS.find(product => product.sku === sku) ?? null;
`,
  'src/backend/checkout.js': `import { lineTotal } from './cart.js';

/** Turns a cart into an order: \`{ lines, subtotal, total }\`, in cents. */
export function checkout(cart) {
  if (cart.length === 0) return { ok: false, reason: 'empty_cart' };
  const subtotal = cart.reduce((sum, line) => sum + lineTotal(line), 0);
  return { ok: true, order: { lines: cart, subtotal, total: subtotal } };
}
`,
  'src/backend/checkout.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkout } from './checkout.js';

const cart = [
  { sku: 'tea', name: 'Green tea, 100 g', price: 650, quantity: 2 },
  { sku: 'pot', name: 'Teapot', price: 3495, quantity: 1 },
];

test('an order adds up its lines', () => {
  assert.deepEqual(checkout(cart), { ok: true, order: { lines: cart, subtotal: 4795, total: 4795 } });
});

test('an empty cart is no order', () => {
  assert.deepEqual(checkout([]), { ok: false, reason: 'empty_cart' });
});
`,
  'src/backend/refunds.js': `import { lineTotal } from './cart.js';

/** What a customer gets back for one line of an order, in cents; null when the order has no such line. */
export function refundFor(order, sku) {
  const line = order.lines.find(candidate => candidate.sku === sku);
  return line === undefined ? null : lineTotal(line);
}
`,
  'src/backend/refunds.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refundFor } from './refunds.js';

const order = { lines: [{ sku: 'cup', name: 'Cup', price: 1299, quantity: 2 }], subtotal: 2598, total: 2598 };

test('a line is refunded at the price that was paid', () => {
  assert.equal(refundFor(order, 'cup'), 2598);
  assert.equal(refundFor(order, 'tea'), null);
});
`,
  'src/common/money.js': `/** Money is whole cents; this is the only file that turns them into text. */

/** \`1250\` is \`€12.50\`. */
export function formatMoney(cents) {
  return \`€\${(cents / 100).toFixed(2)}\`;
}
`,
  'src/common/money.test.js': `import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatMoney } from './money.js';

test('cents become euros with two decimals', () => {
  assert.equal(formatMoney(1250), '€12.50');
  assert.equal(formatMoney(5), '€0.05');
});

test('nobody else turns money into text', () => {
  const source = join(import.meta.dirname, '..');
  const files = readdirSync(source, { recursive: true }).filter(file => /(?<!\\.test)\\.js$/.test(file));
  const others = files.filter(file => !file.endsWith('money.js'));
  assert.deepEqual(others.filter(file => readFileSync(join(source, file), 'utf8').includes('€')), []);
});
`,
};
