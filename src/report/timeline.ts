/** Attempts and waits as bars in time, from the states alone: the page draws them, and the Gantt chart of the record does. */
import type { Tier } from '../domain/tier.ts';
import type { TaskState } from '../policy/task-state.ts';

export interface Bar {
  task: string;
  attempt: number;
  tier: Tier;
  /** Its conversation. */
  session: string;
  kind: 'work' | 'person' | 'tasks' | 'limit';
  /** ISO 8601. */
  from: string;
  /** Null while it goes on. */
  to: string | null;
  outcome: string | null;
}

/** A lane is one place of a tier in which one conversation after the other goes on. */
export interface Lane {
  tier: Tier;
  slot: number;
  bars: Bar[];
}

/** Every attempt, and after each that stopped the time until it could go on. */
export function barsOf(states: Iterable<TaskState>): Bar[] {
  const bars: Bar[] = [];
  for (const state of states)
    for (const [index, attempt] of state.attempts.entries()) {
      const { attempt: number, claimedAt, endedAt, outcome, session } = attempt;
      const common = { task: state.id, attempt: number, tier: attempt.route.tier, session };
      const back = state.returns.find(found => found.attempt === number);
      const ended = back === undefined ? outcome : `given back: ${back.reason}`;
      bars.push({ ...common, kind: 'work', from: claimedAt, to: endedAt, outcome: ended });
      if (outcome !== 'blocked' || endedAt === null) continue;
      const next = state.attempts[index + 1]?.claimedAt ?? null;
      if (next !== null || state.stage.kind === 'blocked')
        bars.push({ ...common, kind: attempt.stuckOn ?? 'person', from: endedAt, to: next, outcome: null });
    }
  return bars.sort((a, b) => a.from.localeCompare(b.from));
}

/**
 * Puts the working bars of each tier into as few lanes as hold them without overlap. A wait stands behind the
 * attempt that asked where the lane is free, because a conversation that waits holds no lane.
 */
export function lanesOf(bars: readonly Bar[], order: readonly Tier[]): Lane[] {
  return order.flatMap(tier => {
    const lanes: Lane[] = [];
    const own = bars.filter(bar => bar.tier === tier);
    for (const bar of own.filter(({ kind }) => kind === 'work')) laneFor(bar, lanes, tier).bars.push(bar);
    for (const bar of own.filter(({ kind }) => kind !== 'work')) addAround(bar, lanes);
    return lanes;
  });
}

function laneFor(bar: Bar, lanes: Lane[], tier: Tier): Lane {
  const free = lanes.find(lane => {
    const last = lane.bars.at(-1);
    return last === undefined || (last.to !== null && last.to <= bar.from);
  });
  if (free !== undefined) return free;
  const lane: Lane = { tier, slot: lanes.length + 1, bars: [] };
  lanes.push(lane);
  return lane;
}

/** Only as long as the place is not taken by other work. */
function addAround(bar: Bar, lanes: readonly Lane[]): void {
  const lane = lanes.find(({ bars }) =>
    bars.some(other => other.kind === 'work' && other.task === bar.task && other.attempt === bar.attempt),
  );
  if (lane === undefined) return;
  const isOther = (other: Bar): boolean => other.task !== bar.task || other.attempt !== bar.attempt;
  const next = lane.bars.find(other => other.kind === 'work' && isOther(other) && other.from >= bar.from);
  const end = next === undefined || (bar.to !== null && bar.to < next.from) ? bar.to : next.from;
  if (end === null || end > bar.from) lane.bars.push({ ...bar, to: end });
}
