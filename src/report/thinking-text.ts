/** Think : execute per tier for a person, beside what seed 1 aims at. */
import type { TierThinking } from '../policy/thinking.ts';

/** `12:88`; what nobody said is no number. */
export const ratioText = ({ thinking }: Pick<TierThinking, 'thinking'>): string => {
  if (thinking === null) return 'unknown';
  const share = Math.round(thinking);
  return `${share}:${100 - share}`;
};

const basisText = ({ requests, known }: TierThinking): string => {
  if (requests === 0) return 'no request yet';
  const words = requests === 1 ? 'request' : 'requests';
  return known === requests
    ? `of ${requests} ${words}`
    : `${known} of ${requests} ${words} ${known === 1 ? 'says' : 'say'}`;
};

export const thinkingRows = (tiers: readonly TierThinking[]): string[][] =>
  tiers.map(found => [found.tier, ratioText(found), basisText(found), `aim ${found.target} (seed 1)`]);

export const thinkingJson = (tiers: readonly TierThinking[]) =>
  tiers.map(({ tier, requests, known, thinking, target }) => ({
    tier,
    requests,
    known_requests: known,
    thinking_percent: thinking,
    target,
  }));
