/** What is still to come: in money from what such tasks have cost here, in time from what they take. */
import { estimateFrom, type Range, sumRanges } from '../policy/estimate.ts';
import { pastTasks } from '../policy/history.ts';
import { minutesLeft } from '../policy/work-left.ts';
import type { BoardEdges } from './edges.ts';
import type { CardView, ForecastView } from './view.ts';

const DONE: ReadonlySet<string> = new Set(['landed', 'cancelled']);
const MINUTE_MS = 60_000;

/** `tasks` are the cards of the present moment. */
export function forecastOf(tasks: readonly CardView[], edges: BoardEdges): ForecastView {
  const open = tasks.filter(({ standing }) => !DONE.has(standing));
  const past = pastTasks(edges.keeper.look().states.values());
  const estimate = remembering(({ agent, tier, minutes }) => estimateFrom(past, agent, tier, minutes));
  const now = edges.clock.now().getTime();
  const work = open.map(({ id, tier, minutes, dependsOn, standing, since }) => ({
    id,
    tier,
    minutes,
    dependsOn,
    done: standing === 'running' && since !== null ? (now - Date.parse(since)) / MINUTE_MS : 0,
  }));
  const rest = sumRanges(open.map(task => left(task, estimate(task))));
  return { open: open.length, rest, minutes: minutesLeft(work, edges.settings().config.lanes) };
}

/** Tasks of one agent, model and size cost alike, and there may be hundreds of them. */
function remembering(estimate: (task: CardView) => Range): (task: CardView) => Range {
  const known = new Map<string, Range>();
  return task => {
    const kind = `${task.agent} ${task.tier} ${task.minutes}`;
    const found = known.get(kind) ?? estimate(task);
    known.set(kind, found);
    return found;
  };
}

/** What such a task costs, less what it has had. */
function left({ spent }: CardView, { low, likely, high }: Range): Range {
  const less = (value: number): number => Math.max(0, value - spent);
  return { low: less(low), likely: less(likely), high: less(high) };
}
