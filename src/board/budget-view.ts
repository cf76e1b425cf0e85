/** Will it last? The budget as `kleiber budget` has it, the spend of this repository as a line, and what the rest will probably cost. */
import type { LedgerRow } from '../baton/ledger.ts';
import type { NanoUsd } from '../domain/money.ts';
import { estimateFrom, sumRanges } from '../policy/estimate.ts';
import { pastTasks } from '../policy/history.ts';
import type { BoardEdges } from './edges.ts';
import type { BudgetView, CardView } from './view.ts';

/** So many points draw the line; a page has not many more pixels. */
const MOST_POINTS = 400;

/** `tasks` are the cards of the present moment. */
export function budgetOf(tasks: readonly CardView[], edges: BoardEdges): BudgetView {
  const rows = edges.ledger.rows({ repository: edges.repository });
  const total = rows.reduce((sum, row) => sum + bookedOf(row), 0);
  return { facts: edges.budget(), line: lineOf(rows), total, forecast: forecastOf(tasks, total, edges) };
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

const DONE: ReadonlySet<string> = new Set(['landed', 'cancelled']);

/** What is spent, and for each task that is not done what such a task costs less what it has had. */
function forecastOf(tasks: readonly CardView[], total: NanoUsd, edges: BoardEdges): BudgetView['forecast'] {
  const open = tasks.filter(({ standing }) => !DONE.has(standing));
  const { tasks: files, states } = edges.keeper.look();
  const past = pastTasks(states.values());
  const rest = sumRanges(
    open.map(({ id, agent, tier, cost }) => {
      const range = estimateFrom(past, agent, tier, files.get(id)?.task.head.traits.minutes ?? null);
      const left = (value: NanoUsd): NanoUsd => Math.max(0, value - cost);
      return { low: left(range.low), likely: left(range.likely), high: left(range.high) };
    }),
  );
  return { low: total + rest.low, likely: total + rest.likely, high: total + rest.high, open: open.length };
}
