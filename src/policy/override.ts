/** A person's choice of a model: upward always, downward never below the floor (seed 3, manual override; seed 4, NEVER). */
import { isAtLeast, type Tier } from '../domain/tier.ts';
import type { Floor } from './floor.ts';

/** The rules that forbid the choice, each with its source; empty when it is allowed. */
export const rulesAgainst = (choice: Tier, floor: Floor): readonly string[] =>
  isAtLeast(choice, floor.tier) ? [] : floor.because;
