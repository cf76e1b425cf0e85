/** The plan that the scripted planner writes, as data: all fields that a structured answer must have. */

interface DraftTask {
  key: string;
  agent: string;
  phase: 'LEAD' | 'PLAN' | 'EXEC';
  title: string;
  priority: 'p0' | 'p1' | 'p2';
  depends_on: readonly string[];
  files: readonly string[];
  complete_feature: boolean;
  minutes: number;
  risk: readonly string[];
  description: string;
  acceptance_criteria: readonly string[];
  context: string;
  constraints: string;
  technical_guidance: string;
  escalation_triggers: string;
}

/** What most tasks of this plan have in common. */
const COMMON = {
  phase: 'EXEC',
  priority: 'p1',
  depends_on: [],
  complete_feature: true,
  risk: [],
  constraints: "No dependencies. A user's mistake is a value with a reason, never an exception.",
  technical_guidance: '',
  escalation_triggers: '',
} as const;

const ORDER = 'An order is `{ lines, subtotal, discount, total }` in whole cents; `discount` is 0 without a coupon.';

const ARCHITECTURE: DraftTask = {
  ...COMMON,
  key: 'architecture',
  agent: 'architect',
  phase: 'PLAN',
  title: 'Write down the modules of coupons',
  files: ['docs/architecture/coupons.md'],
  complete_feature: false,
  minutes: 20,
  description:
    'Describe in docs/architecture/coupons.md which module knows what once coupons exist, and the fields of an order.',
  acceptance_criteria: [
    'The document names coupons.js, pricing.js, checkout.js and cart-page.js with what each knows',
    'It lists the fields of an order',
    'It says what must not import what',
  ],
  context: ORDER,
  constraints: 'No code.',
};

const COUPON_CODES: DraftTask = {
  ...COMMON,
  key: 'coupon-codes',
  agent: 'engineer-backend',
  title: 'Find coupons by their code',
  files: ['src/backend/coupons.js', 'src/backend/coupons.test.js'],
  minutes: 12,
  description:
    'Add src/backend/coupons.js with `findCoupon(typed, today)`. It gives `{ ok: true, coupon: { code, percent, until } }` or `{ ok: false, reason }`. Two coupons exist: SPRING10 (10 %, until 2027-05-31) and TEATIME (25 %, until 2026-12-31).',
  acceptance_criteria: [
    'Case and blanks around a code make no difference',
    'A coupon is valid up to and with the day `until`',
    'Reasons are unknown_coupon and expired_coupon',
  ],
  context: '`today` is an ISO day in UTC, as the conventions have it. The checkout will call this.',
  escalation_triggers: 'A rule about who may use a coupon.',
};

const PRICING: DraftTask = {
  ...COMMON,
  key: 'pricing',
  agent: 'engineer-backend',
  title: 'Price an order with a coupon',
  files: ['src/backend/pricing.js', 'src/backend/pricing.test.js', 'src/common/money.js'],
  minutes: 15,
  description:
    'Add src/backend/pricing.js with `priceOrder(lines, coupon)`, which gives `{ subtotal, discount, total }`. `coupon` is `{ percent }` or null. Percentages of cents are computed in src/common/money.js.',
  acceptance_criteria: [
    'total is subtotal minus discount, all in whole cents',
    'Without a coupon the discount is 0',
    'A test pins the rounding',
  ],
  context: ORDER,
  escalation_triggers: 'Any rule about rounding that is written down nowhere.',
};

const CART_PAGE: DraftTask = {
  ...COMMON,
  key: 'cart-page',
  agent: 'engineer-frontend',
  title: 'Show the discount on the cart page',
  files: ['src/frontend/**'],
  minutes: 12,
  description:
    'renderCart shows a subtotal row and a discount row above the total when an order has a discount. A discount is shown with a minus: `−€2.60`.',
  acceptance_criteria: [
    'With `discount: 0` the page is as it was',
    'With a discount the rows stand in this order: lines, subtotal, discount, total',
    'The discount has a minus in front of the euro sign',
  ],
  context: `${ORDER} The page can be built and tested before anything makes such an order.`,
};

const CHECKOUT: DraftTask = {
  ...COMMON,
  key: 'checkout',
  agent: 'engineer-backend',
  title: 'Take a coupon code at the checkout',
  depends_on: ['coupon-codes', 'pricing'],
  files: ['src/backend/checkout.js', 'src/backend/checkout.test.js'],
  minutes: 10,
  description:
    'checkout(cart, { couponCode, today }) finds the coupon and prices the order with it. A code that does not count stops the checkout with the reason of findCoupon.',
  acceptance_criteria: [
    'Without a code an order is as before, with `discount: 0`',
    'A valid code takes its percentage off',
    'An expired or unknown code gives its reason and no order',
  ],
  context: ORDER,
};

const FINAL_CHECKS: DraftTask = {
  ...COMMON,
  key: 'final-checks',
  agent: 'validator',
  title: 'Run all checks on everything together',
  depends_on: ['checkout', 'cart-page'],
  files: [],
  complete_feature: false,
  minutes: 3,
  description:
    'Run the tests on the landed work and report what you saw. Look whether a page imports from src/backend.',
  acceptance_criteria: [
    'The report names each command with its result',
    'It says whether a page imports from src/backend',
  ],
  context: 'The boundary between pages and rules is in docs/architecture/coupons.md.',
  constraints: 'Change nothing.',
};

const CHANGELOG: DraftTask = {
  ...COMMON,
  key: 'changelog',
  agent: 'scribe',
  title: 'Tell people about coupons',
  depends_on: ['checkout', 'cart-page'],
  files: ['CHANGELOG.md', 'PROGRESS.md', 'docs/coupons.md'],
  complete_feature: false,
  minutes: 5,
  description:
    'Add version 1.4.0 to CHANGELOG.md, note in PROGRESS.md what each task brought, and write docs/coupons.md for people who answer customers.',
  acceptance_criteria: ['The change log gains an entry and loses nothing', 'The guide promises only what has landed'],
  context: 'Everything that you describe has landed before you start.',
  constraints: 'Only add to the change log and to the progress.',
};

const REFUNDS: DraftTask = {
  ...COMMON,
  key: 'refunds',
  agent: 'engineer-backend',
  title: 'Refund orders that had a coupon',
  priority: 'p2',
  files: ['src/backend/refunds.js', 'src/backend/refunds.test.js'],
  minutes: 20,
  risk: ['payment'],
  description: 'refundFor pays a line back at its list price. Make it right for an order with a discount.',
  acceptance_criteria: [
    'All lines of an order together never pay back more than its total',
    'Orders without a discount are refunded as before',
    'A test pins the rule for a single line',
  ],
  context: ORDER,
  escalation_triggers: 'The share of a discount that belongs to a line.',
};

/** The first draft: refunds are forgotten, and the page waits for code that it does not need. */
const FIRST: readonly DraftTask[] = [
  ARCHITECTURE,
  COUPON_CODES,
  PRICING,
  { ...CART_PAGE, depends_on: ['checkout'], context: ORDER },
  CHECKOUT,
  FINAL_CHECKS,
  CHANGELOG,
];

/** After the architect's feedback. */
const SECOND: readonly DraftTask[] = [
  ARCHITECTURE,
  COUPON_CODES,
  PRICING,
  CART_PAGE,
  CHECKOUT,
  FINAL_CHECKS,
  CHANGELOG,
  REFUNDS,
];

const whole = (tasks: readonly DraftTask[]) => ({
  tasks: tasks.map(task => ({
    ...task,
    architectural: task.agent === 'architect',
    repetitive: false,
    reversible: true,
    template: '',
    pattern: '',
  })),
});

export const firstDraft = () => whole(FIRST);
export const secondDraft = () => whole(SECOND);
