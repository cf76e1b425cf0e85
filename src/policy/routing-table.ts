/** The static table: which tier an agent gets in a phase, as the seeds print it (seeds 4 and 5), each row with its source. */
import type { Phase, TableRows, Tier } from '../domain/tier.ts';
import { higherTier, PHASES } from '../domain/tier.ts';

export interface TableRow {
  phase: Phase;
  agent: string;
  tier: Tier;
  source: string;
  /** The traits of the task may move this row. */
  byTraits: boolean;
}

type Cells = Record<string, Tier>;

const PHASE_TABLES: Record<Phase, Cells> = {
  LEAD: {
    github: 'haiku',
    docmon: 'haiku',
    retro: 'haiku',
    validation: 'haiku',
    design: 'sonnet',
    testing: 'sonnet',
    database: 'sonnet',
    security: 'opus',
  },
  PLAN: {
    github: 'haiku',
    docmon: 'haiku',
    design: 'sonnet',
    testing: 'sonnet',
    database: 'sonnet',
    validation: 'opus',
    security: 'opus',
    stories: 'opus',
  },
  EXEC: {
    github: 'haiku',
    quickfix: 'haiku',
    design: 'sonnet',
    database: 'sonnet',
    docmon: 'sonnet',
    validation: 'opus',
    security: 'opus',
    testing: 'opus',
  },
};

/** Rows that the phase tables leave to "Others" but a tier list names (an explicit row wins over "Others"). */
const TIER_LISTS: Record<Phase, Cells> = {
  LEAD: {
    quickfix: 'haiku',
    stories: 'sonnet',
    api: 'sonnet',
    risk: 'sonnet',
    dependency: 'sonnet',
    performance: 'sonnet',
    uat: 'sonnet',
  },
  PLAN: { api: 'sonnet', risk: 'sonnet', dependency: 'sonnet', performance: 'sonnet', uat: 'sonnet' },
  EXEC: {
    retro: 'haiku',
    stories: 'sonnet',
    api: 'sonnet',
    risk: 'sonnet',
    dependency: 'sonnet',
    performance: 'sonnet',
    uat: 'sonnet',
  },
};

/** Agents of seed 4 that a phase names nowhere fall under its "Others" row. */
const OTHERS: Record<Phase, readonly string[]> = { LEAD: [], PLAN: ['retro', 'quickfix'], EXEC: [] };

/** The five roles of seed 5, and the conductor's planner; the same in every phase. */
const ROLES: { agent: string; tier: Tier; byTraits: boolean }[] = [
  { agent: 'planner', tier: 'opus', byTraits: false },
  { agent: 'architect', tier: 'opus', byTraits: false },
  { agent: 'engineer-frontend', tier: 'sonnet', byTraits: true },
  { agent: 'engineer-backend', tier: 'sonnet', byTraits: true },
  { agent: 'validator', tier: 'haiku', byTraits: false },
  { agent: 'scribe', tier: 'haiku', byTraits: true },
];

const rows = (phase: Phase, cells: Cells, source: string): TableRow[] =>
  Object.entries(cells).map(([agent, tier]) => ({ phase, agent, tier, source, byTraits: false }));

export const BUILT_IN_TABLE: readonly TableRow[] = PHASES.flatMap(phase => [
  ...rows(phase, PHASE_TABLES[phase], `seed 4, ${phase} table`),
  ...rows(phase, TIER_LISTS[phase], 'seed 4, tier list'),
  ...OTHERS[phase].map(agent => ({
    phase,
    agent,
    tier: 'sonnet' as const,
    source: `seed 4, ${phase} table, Others`,
    byTraits: false,
  })),
  ...ROLES.map(role => ({
    phase,
    ...role,
    source: role.agent === 'planner' ? 'seed 5, orchestration rule 1' : 'seed 5, agent roles',
  })),
]);

/** Agents that the seeds know; a project may add its own. */
export const KNOWN_AGENTS: readonly string[] = [...new Set(BUILT_IN_TABLE.map(row => row.agent))];

/** Seed names in any spelling: `SECURITY`, `security_sub`, `testing-agent`. */
export function canonicalAgent(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/-agent$/, '');
  return plain === 'security-sub' ? 'security' : plain;
}

/**
 * The project's rows under `routing:` of kleiber.yml; `manual` has none. `rolledBack` is why a person has put every row on
 * sonnet (seed 3, rollback).
 */
export type ProjectTable = 'manual' | (TableRows & { rolledBack?: string });

/** The rows alone, as a plan keeps them. */
export function rowsOf(project: ProjectTable): TableRows {
  if (project === 'manual') return {};
  const { rolledBack: _, ...rows } = project;
  return rows;
}

/** The row that decides; an agent that nobody knows is "Others": sonnet, and its traits may move it. */
export function findRow(project: ProjectTable, phase: Phase, agent: string): TableRow {
  const name = canonicalAgent(agent);
  const builtIn = BUILT_IN_TABLE.find(row => row.phase === phase && row.agent === name);
  const own = Object.entries(rowsOf(project)[phase] ?? {}).find(([key]) => canonicalAgent(key) === name)?.[1];
  if (own !== undefined)
    return { phase, agent: name, tier: own, source: `kleiber.yml, routing.${phase}.${name}`, byTraits: false };
  return builtIn ?? { phase, agent: name, tier: 'sonnet', source: 'seed 5, workers default to sonnet', byTraits: true };
}

/** A row without what the project took away from it: p0 and critical work follows no demotion (seed 3, never downgrade critical work). */
export function undemoted({ phase, agent, tier }: TableRow): Tier {
  const seeds = BUILT_IN_TABLE.find(row => row.phase === phase && row.agent === agent)?.tier ?? 'sonnet';
  return higherTier(tier, seeds);
}
