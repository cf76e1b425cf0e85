/** Every screen of the board by its address, with a text that stands on it and nowhere else in the frame. */
import { idOf } from './board-desk.ts';

export interface Screen {
  name: string;
  hash: string;
  text: string;
}

const ofTask = (task: string, tab: string, text: string): Screen => ({
  name: `task-${tab}`,
  hash: `#/task/${idOf(task)}/${tab}`,
  text,
});

export const SCREENS: readonly Screen[] = [
  { name: 'now', hash: '#/now', text: 'What does a customer get back' },
  { name: 'board', hash: '#/board', text: 'Take a coupon code at the checkout' },
  { name: 'graph', hash: '#/graph', text: 'bold is the critical path' },
  { name: 'timeline', hash: '#/timeline', text: 'lanes from' },
  { name: 'budget', hash: '#/budget', text: 'Spend of this repository' },
  { name: 'calibration', hash: '#/calibration', text: 'Would change' },
  { name: 'log', hash: '#/log', text: 'newest first' },
  ofTask('04-cart-page', 'diff', 'src/price.test.js'),
  ofTask('04-cart-page', 'task', 'Decisions'),
  ofTask('04-cart-page', 'checks', 'npm run lint'),
  ofTask('03-pricing', 'verdicts', 'Two coupons at once'),
  ofTask('05-checkout', 'transcript', 'I begin with the'),
  ofTask('02-coupon-codes', 'history', 'back to its agent'),
  { name: 'past', hash: '#/board?at=34', text: 'Price an order with a coupon' },
];
