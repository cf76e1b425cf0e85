/** The architect as the reviewer of a plan: reads the code that the plan touches and judges what is missing. */
import { call, look, type Move, type Script } from '../moves.ts';
import type { Talk } from '../talk.ts';

/** What is wrong with a plan for coupons in this repository; empty when nothing is. */
function feedbackOn({ opening, outcomes }: Talk): string[] {
  const refundsReadOrders = outcomes.some(({ text }) => text.includes('refunds.js') && text.includes('order.lines'));
  const pageWaits = headOf('cart-page', opening).includes('-checkout');
  return [
    ...(refundsReadOrders && !/-refunds$/m.test(opening)
      ? [
          'Work is missing: refundFor in src/backend/refunds.js pays a line back at its list price. Once orders have a discount it pays out more than came in. Add a task for it, marked as payment.',
        ]
      : []),
    ...(pageWaits
      ? [
          'cart-page waits for checkout without need: it only reads the fields of an order. Write the fields out in its context and drop the dependency, so that it starts at once.',
        ]
      : []),
  ];
}

/** The front matter of one task of the plan. */
const headOf = (key: string, plan: string): string =>
  plan
    .split(/^id: /m)
    .find(part => part.split('\n')[0]?.endsWith(`-${key}`))
    ?.split('\n---')[0] ?? '';

const judge: Move = talk => {
  const feedback = feedbackOn(talk);
  return {
    content: [{ type: 'json', value: { verdict: feedback.length === 0 ? 'approve' : 'request_changes', feedback } }],
  };
};

export const planReview: Script = () => [
  look(
    'I read who reads an order today, because all of them see the change.',
    'docs/architecture/overview.md',
    'src/backend/refunds.js',
  ),
  () => ({ content: [call('search', { pattern: 'order\\.', path: 'src/backend' })] }),
  judge,
];
