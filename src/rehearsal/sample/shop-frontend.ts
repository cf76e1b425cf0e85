/** The sample's pages, with their tests. */

export const shopFrontend: Readonly<Record<string, string>> = {
  'src/frontend/cart-page.js': `import { formatMoney } from '../common/money.js';
import { escapeHtml } from './html.js';

/** The table that a customer sees before paying. */
export function renderCart(order) {
  const rows = [...order.lines.map(lineRow), row('Total', formatMoney(order.total), 'total')];
  return \`<table class="cart">\\n\${rows.join('\\n')}\\n</table>\`;
}

const lineRow = ({ name, price, quantity }) =>
  row(\`\${quantity} × \${escapeHtml(name)}\`, formatMoney(price * quantity), 'line');

const row = (label, amount, kind) => \`  <tr class="\${kind}"><th scope="row">\${label}</th><td>\${amount}</td></tr>\`;
`,
  'src/frontend/cart-page.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCart } from './cart-page.js';

const lines = [{ sku: 'cup', name: 'Cup <large>', price: 1299, quantity: 2 }];

test('every line and the total are shown, names escaped', () => {
  assert.equal(
    renderCart({ lines, subtotal: 2598, total: 2598 }),
    [
      '<table class="cart">',
      '  <tr class="line"><th scope="row">2 × Cup &lt;large&gt;</th><td>€25.98</td></tr>',
      '  <tr class="total"><th scope="row">Total</th><td>€25.98</td></tr>',
      '</table>',
    ].join('\\n'),
  );
});
`,
  'src/frontend/html.js': `/** Text that may stand in HTML. */
export const escapeHtml = text =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
`,
};
