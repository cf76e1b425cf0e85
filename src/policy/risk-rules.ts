/** What each risk asks for: the weakest tier that may build it, and whether a person must look. A review on opus is asked for by all. */
import type { Risk } from '../domain/names.ts';
import type { Tier } from '../domain/tier.ts';

export interface RiskRule {
  floor: Tier;
  needsPerson: boolean;
  /** Completes "payment: …" in a list of reasons. */
  because: string;
}

const FORCED: RiskRule = {
  floor: 'opus',
  needsPerson: true,
  because: 'opus and a person (seed 5, force opus + human review)',
};

const steppedIn = (what: string): RiskRule => ({
  floor: 'opus',
  needsPerson: false,
  because: `${what} (seed 1, intervention triggers)`,
});

export const RISK_RULES: Readonly<Record<Risk, RiskRule>> = {
  payment: FORCED,
  authentication: FORCED,
  authorization: FORCED,
  encryption: FORCED,
  pii: FORCED,
  compliance: FORCED,
  multi_service: FORCED,
  security: { floor: 'opus', needsPerson: false, because: 'opus (seed 1, quality gates)' },
  /** Seed 5 gives migrations that destroy nothing to sonnet, and high-risk changes to opus. */
  schema_change: {
    floor: 'sonnet',
    needsPerson: false,
    because: 'at least sonnet (seed 5, database migrations), reviewed by opus (seed 1, cross-cutting concerns)',
  },
  destructive_migration: {
    floor: 'opus',
    needsPerson: true,
    because: 'opus and a person: sonnet migrates only what destroys nothing (seed 5, sonnet and high-risk changes)',
  },
  performance_critical: steppedIn('performance-critical algorithms are designed by opus'),
  integration_point: steppedIn('integration points between major systems are designed by opus'),
};
