/** What a pause means for the conductor: no conversation begins, and what needs no model goes on. */
import type { BoardView } from '../report/board-keeper.ts';

/**
 * Asked before a review, advice, a round of the validator and a call of the scribe. Work that is handed in is proven and
 * checked all the same, and what nobody has to judge any more lands: that costs nothing, and nobody waits for it in vain.
 */
export const isPaused = ({ controls }: Pick<BoardView, 'controls'>): boolean => controls.paused !== null;
