/** A page about old prices, under a cap of its own: reading the long file takes more than the cap has left. */
import { call, type Script } from '../moves.ts';

const HISTORY = 'docs/price-history.csv';
const PIECE = 100;

const piece = (number: number) => call('read', { path: HISTORY, offset: 1 + number * PIECE, limit: PIECE });

/** It never comes to a second turn: that one is not paid for. */
export const priceList: Script = () => [
  () => ({
    content: [{ type: 'text', text: `I read all of ${HISTORY}, piece by piece.` }, piece(0), piece(1), piece(2)],
  }),
];
