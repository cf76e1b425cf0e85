/** The planner looks around, drafts a plan, and mends it when the architect asks. */
import { call, look, type Move, nextMove, type Script } from '../moves.ts';
import { firstDraft, secondDraft } from './plan-draft.ts';

const draft: Move = () => ({
  content: [
    {
      type: 'thinking',
      thinking:
        'Codes, pricing and the page do not need each other if the fields of an order are written out. The checkout joins them.',
    },
    { type: 'json', value: firstDraft() },
  ],
});

const redraft: Move = talk =>
  talk.news.includes('The architect asks for changes')
    ? { content: [{ type: 'json', value: secondDraft() }] }
    : nextMove([], talk);

export const planner: Script = () => [
  look('I look at the rules of the shop first.', 'docs/conventions.md', 'docs/architecture/overview.md'),
  () => ({
    content: [
      call('read', { path: 'src/backend/checkout.js' }),
      call('read', { path: 'src/frontend/cart-page.js' }),
      call('search', { pattern: 'subtotal|total', path: 'src' }),
    ],
  }),
  draft,
  redraft,
];
