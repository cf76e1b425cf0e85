/** The whole routing table as it counts now: every row with its source, what the project changed, and how low it may go. */
import { PHASES, type Phase, type Tier } from '../domain/tier.ts';
import { floorOf } from './floor.ts';
import { NO_EVIDENCE, route } from './route.ts';
import { BUILT_IN_TABLE, canonicalAgent, findRow, type ProjectTable, rowsOf, type TableRow } from './routing-table.ts';

export interface WholeRow extends TableRow {
  /** The seeds' own tier where kleiber.yml says something else; null where the row is theirs, or nobody else's. */
  insteadOf: Tier | null;
  /** Whether kleiber.yml has written this row. */
  isOwn: boolean;
  /** How low the row may be put, by the rules that hold for all its work, with those rules. */
  floor: { tier: Tier; because: string[] };
  /** What comes out for plain work: the row, the rollback and the floor together. */
  effective: Tier;
}

/** Phase by phase: the seeds' rows in their order, then the agents that only the project knows. */
export function wholeTable(project: ProjectTable): WholeRow[] {
  return PHASES.flatMap(phase => {
    const own = Object.keys(rowsOf(project)[phase] ?? {}).map(canonicalAgent);
    const known = BUILT_IN_TABLE.filter(row => row.phase === phase).map(row => row.agent);
    return [...new Set([...known, ...own])].map(agent => wholeRow(project, phase, agent));
  });
}

/** Work of a row without any trait or risk of its own. */
const plain = (agent: string, phase: Phase) => ({ agent, phase, priority: 'p1' as const, risk: [], traits: {} });

/** The floor that holds for every task of a row, whatever the task is. */
export function floorOfRow(agent: string, phase: Phase): WholeRow['floor'] {
  const { tier, because } = floorOf({ head: plain(agent, phase), tableTier: 'haiku', critical: false, foundRisks: [] });
  return { tier, because };
}

function wholeRow(project: ProjectTable, phase: Phase, agent: string): WholeRow {
  const row = findRow(project, phase, agent);
  const builtIn = BUILT_IN_TABLE.find(found => found.phase === phase && found.agent === agent);
  const isOwn = Object.keys(rowsOf(project)[phase] ?? {}).some(key => canonicalAgent(key) === agent);
  return {
    ...row,
    insteadOf: isOwn && builtIn !== undefined && builtIn.tier !== row.tier ? builtIn.tier : null,
    isOwn,
    floor: floorOfRow(agent, phase),
    effective: route(plain(agent, phase), project, NO_EVIDENCE).tier,
  };
}
