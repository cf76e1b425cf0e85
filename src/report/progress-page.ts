/** `progress/README.md`: where every task of a branch stands, what it cost, and the same as charts, for people who read the repository on a web page. */
import { type NanoUsd, usdText } from '../domain/money.ts';
import { TIERS } from '../domain/tier.ts';
import type { Board } from '../policy/board.ts';
import { briefOf } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import { flowChart, ganttChart } from './mermaid.ts';
import { stateTable } from './state-table.ts';
import { barsOf } from './timeline.ts';

/** The same board always gives the same text; null while nothing is to be done on this branch. */
export function progressPage(board: Board, branch: string): string | null {
  const table = stateTable(board, branch);
  if (table === null) return null;
  const own = new Map([...board].filter(([, { state }]) => state?.target.branch === branch));
  const states = [...own.values()].flatMap(({ state }) => state ?? []);
  return [
    table,
    `${spendLine(states)}\n`,
    ...chart('What holds what', flowChart(own)),
    ...chart('When', ganttChart(barsOf(states))),
  ].join('\n');
}

const chart = (title: string, text: string | null): string[] => (text === null ? [] : [`## ${title}\n\n${text}\n`]);

/** What tasks have cost, in all, by tier and for reviews; planning stands in the log. */
export function spendLine(states: readonly TaskState[]): string {
  const attempts = states.flatMap(state => state.attempts);
  const sum = (of: typeof attempts): NanoUsd => of.reduce((total, { spend }) => total + (spend?.cost ?? 0), 0);
  const tiers = TIERS.toReversed().flatMap(tier => {
    const own = attempts.filter(({ route }) => route.tier === tier);
    return own.length === 0 ? [] : [`${tier} $${usdText(sum(own))} in ${own.length}`];
  });
  if (tiers.length === 0) return 'Nothing has been spent on tasks yet.';
  const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
  const total = states.reduce((whole, state) => whole + briefOf(state).cost, 0);
  const reviews = total - sum(attempts);
  const parts = [...tiers, ...(reviews === 0 ? [] : [`reviews $${usdText(reviews)}`])];
  return `Spent on tasks: $${usdText(total)} in ${count} (${parts.join(', ')}).`;
}
