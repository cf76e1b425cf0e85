/** The cart page: needs a file outside its zone, asks for it, and meets its owner's change in it, which the owner resolves. */
import { act, call, consider, edit, look, type Move, nextMove, type Script, submit, test, write } from '../moves.ts';

const PAGE = `import { formatDiscount, formatMoney } from '../common/money.js';
import { escapeHtml } from './html.js';

/** The table that a customer sees before paying; a discount is shown with the subtotal that it was taken from. */
export function renderCart(order) {
  const rows = [...order.lines.map(lineRow), ...discountRows(order), row('Total', formatMoney(order.total), 'total')];
  return \`<table class="cart">\\n\${rows.join('\\n')}\\n</table>\`;
}

const discountRows = ({ subtotal, discount }) =>
  discount > 0
    ? [row('Subtotal', formatMoney(subtotal), 'subtotal'), row('Discount', formatDiscount(discount), 'discount')]
    : [];

const lineRow = ({ name, price, quantity }) =>
  row(\`\${quantity} × \${escapeHtml(name)}\`, formatMoney(price * quantity), 'line');

const row = (label, amount, kind) => \`  <tr class="\${kind}"><th scope="row">\${label}</th><td>\${amount}</td></tr>\`;
`;

const ITS_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCart } from './cart-page.js';

const lines = [{ sku: 'cup', name: 'Cup <large>', price: 1299, quantity: 2 }];

test('every line and the total are shown, names escaped', () => {
  assert.equal(
    renderCart({ lines, subtotal: 2598, discount: 0, total: 2598 }),
    [
      '<table class="cart">',
      '  <tr class="line"><th scope="row">2 × Cup &lt;large&gt;</th><td>€25.98</td></tr>',
      '  <tr class="total"><th scope="row">Total</th><td>€25.98</td></tr>',
      '</table>',
    ].join('\\n'),
  );
});

test('a discount stands between subtotal and total, with a minus', () => {
  const html = renderCart({ lines, subtotal: 2598, discount: 260, total: 2338 });
  assert.deepEqual(html.match(/(?<=<td>)[^<]+/g), ['€25.98', '€25.98', '−€2.60', '€23.38']);
});
`;

const BEFORE = `  return \`€\${(cents / 100).toFixed(2)}\`;
}
`;

const DISCOUNT = `
/** A discount as customers read it: \`260\` is \`−€2.60\`. */
export function formatDiscount(cents) {
  return \`−\${formatMoney(cents)}\`;
}
`;

const BOTH = `/** Money is whole cents; this is the only file that turns them into text. */

/** \`1250\` is \`€12.50\`. */
export function formatMoney(cents) {
  return \`€\${(cents / 100).toFixed(2)}\`;
}

/** So many percent of an amount, to the nearest cent; half a cent goes up. */
export function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100);
}

/** A discount as customers read it: \`260\` is \`−€2.60\`. */
export function formatDiscount(cents) {
  return \`−\${formatMoney(cents)}\`;
}
`;

const SUMMARY =
  'The cart page shows subtotal and discount above the total when there is a discount; formatDiscount in src/common/money.js writes it with a minus.';
const TESTS = ['src/frontend/cart-page.test.js'];

const build: Move[] = [
  look(
    'I add two rows to the cart table, shown only when an order has a discount.',
    'src/frontend/cart-page.js',
    'src/frontend/cart-page.test.js',
    'src/common/money.js',
    'docs/conventions.md',
  ),
  consider(
    'A discount is money as text, and the conventions keep that in src/common/money.js. A euro sign in my folder would turn their test red.',
    'The text of a discount belongs into src/common/money.js, which is not mine to write.',
    call('block', {
      type: 'out_of_zone',
      problem:
        'A discount is shown as −€2.60. The conventions allow only src/common/money.js to turn cents into text, and a test watches over that; my zone is src/frontend.',
      tried: ['Writing the minus in the page: then two files would know how money looks'],
      need: 'May I add formatDiscount to src/common/money.js?',
      options: ['yes', 'no, show discounts without a minus'],
      paths: ['src/common/money.js'],
    }),
  ),
  act(
    'Allowed: one function in src/common/money.js, the rest in the page.',
    edit('src/common/money.js', BEFORE, BEFORE + DISCOUNT),
    write('src/frontend/cart-page.js', PAGE),
    write('src/frontend/cart-page.test.js', ITS_TEST),
  ),
  act('', test()),
  submit({ summary: SUMMARY, tests: TESTS }),
];

/** Keeps both intentions, and only when both are really there. */
const keepBoth: Move = talk => {
  const file = talk.outcomes[0]?.text ?? '';
  const isAsExpected = ['<<<<<<<', 'percentOf', 'formatDiscount', '>>>>>>>'].every(mark => file.includes(mark));
  return isAsExpected
    ? consider(
        'Both sides add a function at the end of the file. They do not know each other, so both stay.',
        'percentOf came with pricing, formatDiscount with the cart page; my file keeps both.',
        write('src/common/money.js', BOTH),
      )(talk)
    : nextMove([], talk);
};

const resolve: Move[] = [
  look('I read the file with the conflict marks before I decide what stays.', 'src/common/money.js'),
  keepBoth,
  act('Now the tests of both sides.', test()),
  submit({
    summary: 'Both new functions stay in the file; nothing else was touched.',
    decisions: ['Kept percentOf and formatDiscount side by side, because both tasks only add to the file'],
  }),
];

export const cartPage: Script = ({ opening }) =>
  opening.includes('only the conflict is yours to resolve') ? resolve : build;
