/** The architect's task: the boundaries of the new modules, as a document. */
import { act, consider, look, type Script, submit, test, write } from '../moves.ts';

const DOCUMENT = `# Coupons

    code ──▶ findCoupon ──▶ coupon ─┐
    cart ───────────────────────────┴▶ priceOrder ──▶ order ──▶ cart page

| module | knows | does not know |
|---|---|---|
| \`src/backend/coupons.js\` | which codes exist, and until when | what an order costs |
| \`src/backend/pricing.js\` | how a percentage becomes cents | where a coupon came from |
| \`src/backend/checkout.js\` | the order of the steps | any rule of its own |
| \`src/frontend/cart-page.js\` | the fields of an order | how they were computed |

## Decisions

- A coupon is data (\`{ code, percent, until }\`), not a class: it is looked up, passed on, and never changed.
- \`today\` comes in as an argument. A rule that asks the clock itself cannot be tested on the last day of a year.
- An order carries \`subtotal\`, \`discount\` and \`total\`. Nobody subtracts twice.

## Boundaries

The cart page never imports from \`src/backend/\`. Refunds read an order's fields and no coupon.
`;

export const architecture: Script = () => [
  look(
    'I read how an order is made today, then write down who knows what once coupons exist.',
    'docs/architecture/overview.md',
    'docs/conventions.md',
    'src/backend/checkout.js',
  ),
  consider(
    'Three modules, one direction. The page must not learn how a discount is computed, or two places will round.',
    '',
    write('docs/architecture/coupons.md', DOCUMENT),
  ),
  act('A document breaks no test, but the checks are the same for everybody.', test()),
  submit({
    summary:
      'Wrote docs/architecture/coupons.md: who knows what about a coupon, the fields of an order, and the boundary between pages and rules.',
    decisions: [
      'A coupon is data and not a class, because it is looked up, passed on and never changed',
      '`today` is an argument, because a rule that asks the clock cannot be tested on the last day of a year',
    ],
  }),
];
