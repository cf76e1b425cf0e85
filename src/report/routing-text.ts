/** The routing table and a task's route for a person, each row and each step with the place that decides it. */
import type { Routing } from '../policy/route.ts';
import type { WholeRow } from '../policy/whole-table.ts';
import { table } from './table.ts';

/** The line of a key of kleiber.yml, such as `routing.EXEC.testing`; null where the key is not written. */
export type LineOf = (key: string) => number | null;

const CONFIG_KEY = /kleiber\.yml, ([A-Za-z0-9_.-]+[A-Za-z0-9_-])/g;

/** With the line where there is one: `kleiber.yml, routing.EXEC.testing` becomes `kleiber.yml:14, routing.EXEC.testing`. */
export const withLines = (text: string, lineOf: LineOf): string =>
  text.replace(CONFIG_KEY, (whole, key: string) => {
    const line = lineOf(key);
    if (line !== null) return `kleiber.yml:${line}, ${key}`;
    // A row that is not in today's file came with its plan; every other key has a value that holds unless it is written.
    return key.startsWith('routing') ? whole : `the default of ${key}`;
  });

export function wholeTableText(rows: readonly WholeRow[], lineOf: LineOf, width: number | null): string {
  const phases = [...new Set(rows.map(row => row.phase))];
  return phases
    .map(phase => {
      const cells = rows.filter(row => row.phase === phase).map(row => cellsOf(row, lineOf));
      return [phase, ...table(cells, width)].join('\n');
    })
    .join('\n\n');
}

function cellsOf(row: WholeRow, lineOf: LineOf): string[] {
  const marks = [
    row.byTraits ? 'traits may move it' : '',
    row.insteadOf === null ? '' : `instead of ${row.insteadOf}`,
    row.effective === row.tier ? '' : `comes out as ${row.effective}`,
    row.floor.tier === 'haiku' ? '' : `never below ${row.floor.tier}: ${row.floor.because.join('; ')}`,
  ];
  return [
    `${row.isOwn ? '*' : ' '} ${row.agent}`,
    row.tier,
    withLines(row.source, lineOf),
    marks.filter(mark => mark !== '').join(' · '),
  ];
}

export const wholeTableJson = (rows: readonly WholeRow[], lineOf: LineOf): Record<string, unknown>[] =>
  rows.map(row => ({
    phase: row.phase,
    agent: row.agent,
    tier: row.tier,
    source: row.source,
    line: row.isOwn ? lineOf(`routing.${row.phase}.${row.agent}`) : null,
    byTraits: row.byTraits,
    insteadOf: row.insteadOf,
    effective: row.effective,
    floor: row.floor.tier,
    floorBecause: row.floor.because,
  }));

/** The steps in the order in which they decided, and the floor under them. */
export function routeSteps(routing: Routing, lineOf: LineOf): string[] {
  const steps = routing.because.map((reason, index) => `  ${index + 1}. ${withLines(reason, lineOf)}`);
  const rules = routing.floor.because.length > 0 ? `, ${routing.floor.because.join('; ')}` : ', no rule lifts it';
  return [...steps, `  floor: ${routing.floor.tier}${rules}`];
}
