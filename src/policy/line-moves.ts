/**
 * A person's word about the line of ready tasks. It moves a task within its own rank and nowhere else: what was answered,
 * sent back or escalated goes before new work, and p0 before the rest, whatever a person says. Nothing becomes ready by it,
 * and lanes, zones of money and the floor are asked as before.
 */
import { fail, ok, type Result } from '../domain/result.ts';

/** The task goes before these, which stood before it, or behind those, which stood behind it. */
export interface LineMove {
  task: string;
  before: readonly string[];
  after: readonly string[];
}

export interface InLine {
  id: string;
  /** Moves stay within it. */
  rank: number;
}

export const WAYS = ['up', 'down', 'first', 'last'] as const;
export type Way = (typeof WAYS)[number];

/** `line` is in its natural order, ranks together; the moves are done one after the other, as far as they still say something. */
export function movedLine<Item extends InLine>(line: readonly Item[], moves: readonly LineMove[]): readonly Item[] {
  if (moves.length === 0 || line.length < 2) return line;
  const ranks = new Map<number, Item[]>();
  for (const item of line) ranks.set(item.rank, [...(ranks.get(item.rank) ?? []), item]);
  return [...ranks.values()].flatMap(items => moves.reduce<Item[]>(afterMove, items));
}

/** Whoever has left the line, or is of another rank, is no mark any more. */
function afterMove<Item extends InLine>(items: Item[], { task, before, after }: LineMove): Item[] {
  const from = items.findIndex(({ id }) => id === task);
  const moved = items[from];
  if (moved === undefined) return items;
  const first = items.findIndex(({ id }) => before.includes(id));
  const last = items.findLastIndex(({ id }) => after.includes(id));
  const to = first !== -1 && first < from ? first : Math.max(last, from);
  return items.toSpliced(from, 1).toSpliced(to, 0, moved);
}

/** What a person's word means in the line as it stands, or why it cannot be had. */
export function moveOf(line: readonly InLine[], task: string, way: Way): Result<LineMove, string> {
  const from = line.findIndex(({ id }) => id === task);
  const own = line[from];
  if (own === undefined) return fail(`${task} is not ready, so it stands in no line`);
  const goesUp = way === 'up' || way === 'first';
  const passable = (goesUp ? line.slice(0, from) : line.slice(from + 1)).filter(({ rank }) => rank === own.rank);
  const passed = way === 'up' ? passable.slice(-1) : way === 'down' ? passable.slice(0, 1) : passable;
  if (passed.length === 0) return fail(whyNot(line, from, goesUp));
  const ids = passed.map(({ id }) => id);
  return ok({ task, before: goesUp ? ids : [], after: goesUp ? [] : ids });
}

/** Where each task of the line can be moved to. */
export function waysIn(line: readonly InLine[]): Map<string, Way[]> {
  const isOfRank = (at: number, rank: number): boolean => line[at]?.rank === rank;
  return new Map(
    line.map(({ id, rank }, at) => {
      const up: Way[] = isOfRank(at - 1, rank) ? ['up', 'first'] : [];
      const down: Way[] = isOfRank(at + 1, rank) ? ['down', 'last'] : [];
      return [id, [...up, ...down]];
    }),
  );
}

function whyNot(line: readonly InLine[], from: number, goesUp: boolean): string {
  const { id = '' } = line[from] ?? {};
  const other = line[goesUp ? from - 1 : from + 1];
  if (other === undefined) return `${id} is the ${goesUp ? 'first' : 'last'} in line already`;
  return goesUp
    ? `${id} cannot go before ${other.id}: what was answered, sent back or escalated goes first, then p0`
    : `${id} cannot go behind ${other.id}: what was answered, sent back or escalated goes first, then p0`;
}
