/** Will it last? The budget as `kleiber budget` has it, the spend of this repository as a line, and what the rest will probably cost. */
import type { LedgerRow } from '../baton/ledger.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { BoardEdges } from './edges.ts';
import { forecastOf } from './forecast.ts';
import type { BudgetView, CardView } from './view.ts';

/** So many points draw the line; a page has not many more pixels. */
const MOST_POINTS = 400;

/** `tasks` are the cards of the present moment. */
export function budgetOf(tasks: readonly CardView[], edges: BoardEdges): BudgetView {
  const rows = edges.ledger.rows({ repository: edges.repository });
  const total = rows.reduce((sum, row) => sum + bookedOf(row), 0);
  const { open, rest } = forecastOf(tasks, edges);
  const forecast = { low: total + rest.low, likely: total + rest.likely, high: total + rest.high, open };
  return { facts: edges.budget(), line: lineOf(rows), marks: marksOf(rows, edges), total, forecast };
}

/** An open reservation counts in full until it is settled. */
const bookedOf = (row: LedgerRow): NanoUsd => row.settled ?? row.reserved;

function lineOf(rows: readonly LedgerRow[]): BudgetView['line'] {
  let total = 0;
  const points = rows.map(row => {
    total += bookedOf(row);
    return { at: row.at, total };
  });
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

/** What explains a step: a plan was made, or work came back and was paid for again. */
function marksOf(rows: readonly LedgerRow[], edges: BoardEdges): BudgetView['marks'] {
  const planned = new Map<string, string>();
  for (const { purpose, at } of rows)
    if (purpose.task === 'plan' && purpose.plan !== null && !planned.has(purpose.plan)) planned.set(purpose.plan, at);
  const plans = [...planned].map(([id, at]) => ({ at, kind: 'plan' as const, of: id }));
  const states = [...edges.keeper.look().states.values()];
  const rework = states.flatMap(({ id, returns }) =>
    returns.map(({ at }) => ({ at, kind: 'rework' as const, of: id })),
  );
  return [...plans, ...rework].sort((one, other) => one.at.localeCompare(other.at));
}
