/** How much of what a tier wrote was thinking and how much doing, beside what seed 1 aims at. */
import type { Usage } from '../domain/money.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { THINK_TO_EXECUTE } from './targets.ts';

/** A settled request, as far as this is about it. */
export interface ThoughtLine {
  purpose: { tier: Tier };
  usage: Usage | null;
  /** Set for spend that was logged by hand: nobody knows how it was made. */
  logged: string | null;
}

export interface TierThinking {
  tier: Tier;
  /** Requests of the tier, and those of which the API said how much was thought. */
  requests: number;
  known: number;
  /** Per cent of the output tokens of the known ones; null while they have none. */
  thinking: number | null;
  /** `70:30`. */
  target: string;
}

export function thinkingOf(lines: readonly ThoughtLine[]): TierThinking[] {
  const own = lines.filter(({ logged }) => logged === null);
  return TIERS.map(tier => {
    const requests = own.filter(({ purpose, usage }) => purpose.tier === tier && (usage === null || usage.output > 0));
    const known = requests.flatMap(({ usage }) =>
      usage?.thinking === undefined ? [] : [{ thought: usage.thinking, output: usage.output }],
    );
    const [thought, output] = known.reduce(([t, o], one) => [t + one.thought, o + one.output], [0, 0]);
    return {
      tier,
      requests: requests.length,
      known: known.length,
      thinking: output === 0 ? null : (100 * thought) / output,
      target: THINK_TO_EXECUTE[tier],
    };
  });
}
