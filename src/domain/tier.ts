/** The three strengths of model, weakest first; everything else speaks of tiers and never of model ids. */
export const TIERS = ['haiku', 'sonnet', 'opus'] as const;
export type Tier = (typeof TIERS)[number];

/** How hard a model thinks, least first. Strikes raise effort before they raise the tier. */
export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** The phases of seed 4: ideation, detailed planning, implementation. */
export const PHASES = ['LEAD', 'PLAN', 'EXEC'] as const;
export type Phase = (typeof PHASES)[number];

/** Rows of a routing table that a project wrote itself: phase to agent to tier. */
export type TableRows = Partial<Record<Phase, Record<string, Tier>>>;

/** One row that calibration moves, with the evidence in a few words. */
export interface TableMove {
  agent: string;
  phase: Phase;
  from: Tier;
  to: Tier;
  evidence: string;
}

export const PRIORITIES = ['p0', 'p1', 'p2'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const isAtLeast = (tier: Tier, floor: Tier): boolean => TIERS.indexOf(tier) >= TIERS.indexOf(floor);

export const higherTier = (a: Tier, b: Tier): Tier => (isAtLeast(a, b) ? a : b);

/** What an attempt runs on and why; `because` has one sentence per step that decided, in order. */
export interface Route {
  tier: Tier;
  effort: Effort;
  because: string[];
}
