/** The scribe: promises too much at first, and mends what its reviewer found. */
import { act, consider, edit, look, type Move, type Script, submit, test, write } from '../moves.ts';

/** Nothing of the kind has landed. */
const PROMISE = 'A refund pays back what the customer really paid for a line.';
const TRUTH = 'Refunds of orders with a coupon are not settled yet: ask before you promise anything.';

const GUIDE = `# Coupons

A customer types a code at the checkout. Upper and lower case and blanks around it make no difference.

- The percentage is taken off the whole order and rounded once, to the nearest cent.
- A coupon counts up to and with its last day, in UTC.
- A code that is unknown or too old stops the checkout with \`unknown_coupon\` or \`expired_coupon\`; nothing is charged.

The cart page shows subtotal, discount and total. ${PROMISE}
`;

const HEADING = '# Changelog\n';
const ENTRY = `
## 1.4.0

- Coupons: a code at the checkout takes a percentage off the order, rounded once.
- The cart page shows subtotal and discount when there is one.
`;

const PROGRESS = `# Progress

## Coupons

- coupon-codes: finds a code whatever its case, and refuses one that is unknown or too old.
- pricing: takes the percentage off the order and rounds once.
- checkout: charges what the order costs with its coupon.
- cart-page: shows subtotal and discount.
`;

const build: Move[] = [
  look(
    'I read what has landed and the change log as it is, then add to it.',
    'CHANGELOG.md',
    'src/backend/checkout.js',
    'src/backend/coupons.js',
  ),
  act(
    '',
    edit('CHANGELOG.md', HEADING, HEADING + ENTRY),
    write('PROGRESS.md', PROGRESS),
    write('docs/coupons.md', GUIDE),
  ),
  act('', test()),
  submit({ summary: 'Added 1.4.0 to CHANGELOG.md and wrote docs/coupons.md for people who answer customers.' }),
];

const mend: Move[] = [
  look(
    'The reviewer is right to ask where refunds stand: I read them before I change the sentence.',
    'docs/coupons.md',
    'src/backend/refunds.js',
  ),
  consider(
    'refundFor still pays the list price, so the guide must not promise a share.',
    '',
    edit('docs/coupons.md', PROMISE, TRUTH),
  ),
  act('', test()),
  submit({
    summary:
      'Added 1.4.0 to CHANGELOG.md and wrote docs/coupons.md for people who answer customers. It no longer promises anything about refunds.',
    decisions: ['The guide says that refunds with a coupon are not settled, because that task has not landed'],
  }),
];

export const changelog: Script = ({ opening }) => (opening.includes('asks for changes') ? mend : build);
