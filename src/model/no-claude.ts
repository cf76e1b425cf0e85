/** Claude for a process without a key: every turn is refused before anything is sent, so nothing can be spent. */
import type { Claude, ModelFailure } from './claude.ts';

const FAILURE: ModelFailure = { reason: 'unauthorized', detail: 'no API key', usage: null, billed: false };

export const noClaude: Claude = {
  turn: async () => ({ ok: false, failure: FAILURE }),
  models: async () => ({ ok: false, failure: FAILURE }),
};
