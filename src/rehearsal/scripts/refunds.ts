/** Refunds: stops at a question that only a person of the business can answer, and stays there. */
import { call, consider, look, type Script } from '../moves.ts';

export const refunds: Script = () => [
  look(
    'I read what a refund is today and what an order will know about its discount.',
    'src/backend/refunds.js',
    'src/backend/refunds.test.js',
    'src/backend/checkout.js',
  ),
  consider(
    'A line refunded at list price pays back more than was paid. A share of the discount is fair, but then the coupon is spent for what was kept. This is money going out; I must not choose.',
    'Refunds pay money out, so I do not guess.',
    call('block', {
      type: 'unclear_requirements',
      problem:
        'refundFor pays a line back at its list price. With a coupon the customer paid less: one of two cups at €12.99, bought with 25 % off, would be refunded at €12.99 although €9.74 was paid for it.',
      tried: ['Looked for a rule in docs/conventions.md: it says nothing about discounts and refunds'],
      need: 'What does a customer get back for one line of an order that had a coupon?',
      options: [
        'its share of what was really paid',
        'its list price',
        'its share, and the coupon may be used once more',
      ],
    }),
  ),
];
