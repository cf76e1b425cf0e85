/** The scribe: tells customers and developers what has landed, and leaves what stands there as it is. */
import { act, consider, edit, look, type Script, submit, test, write } from '../moves.ts';

const GUIDE = `# Coupons

A customer types a code at the checkout. Upper and lower case and blanks around it make no difference.

- The percentage is taken off the whole order and rounded once, to the nearest cent.
- A coupon counts up to and with its last day, in UTC.
- A code that is unknown or too old stops the checkout with \`unknown_coupon\` or \`expired_coupon\`; nothing is charged.

The cart page shows subtotal, discount and total. Refunds of orders with a coupon are not settled yet.
`;

const HEADING = '# Changelog\n';
const ENTRY = `
## 1.4.0

- Coupons: a code at the checkout takes a percentage off the order, rounded once.
- The cart page shows subtotal and discount when there is one.
`;

export const changelog: Script = () => [
  look(
    'I read what has landed and the change log as it is, then add to it.',
    'CHANGELOG.md',
    'src/backend/checkout.js',
    'src/backend/coupons.js',
  ),
  consider(
    'The refund task has not landed, so the guide must not promise anything about it.',
    '',
    edit('CHANGELOG.md', HEADING, HEADING + ENTRY),
    write('docs/coupons.md', GUIDE),
  ),
  act('', test()),
  submit({
    summary: 'Added 1.4.0 to CHANGELOG.md and wrote docs/coupons.md for people who answer customers.',
    decisions: ['The guide says that refunds with a coupon are not settled, because that task is still open'],
  }),
];
