/** A reason as a value, and what has to be known around a task to give one. */
import type { Tier } from '../domain/tier.ts';
import type { Standing } from './board.ts';
import type { Hindrance, Said } from './controls.ts';
import type { BlockedMove } from './escalation.ts';
import type { Routing } from './route.ts';

/** One sentence, and where it comes from: a seed, `kleiber.yml, <key>`, the task file, or an event. */
export interface Reason {
  text: string;
  source: string;
}

/** What the board does not say of itself. */
export interface Around {
  routing: Routing | null;
  /** Why nobody may claim anything now; null when nothing is in the way. */
  hindrance: Hindrance | null;
  /** Live conversations per tier, and how many there may be (seed 1, lanes). */
  lanes: Record<Tier, { live: number; limit: number }>;
  /** Dependencies that have not landed, with their standing; null where there is no such task. */
  waitsFor: readonly { id: string; standing: Standing | null }[];
  /** Ready or queued tasks that come before this one. */
  before: readonly string[];
  /** A sentence about a base whose checks are not green, or null. */
  baseline: string | null;
  /** Today has cost more than the cost guard. */
  guardReached: boolean;
  paused: Said | null;
  /** What is done about a task that has stopped; null for all others. */
  move: BlockedMove | null;
}

/** A pause, for whatever waits because of it. */
export const pauseReason = ({ by, reason, since }: Said): Reason => ({
  text: `${by} paused all work on ${since.slice(0, 10)}${reason === '' ? '' : `: ${reason}`}; go on with: kleiber resume`,
  source: 'seed 3, pause system',
});

/** `in_review` as a person reads it. */
export const words = (word: string): string => word.replaceAll('_', ' ');
