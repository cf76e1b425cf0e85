/** The board of a past moment, put together from what a report carries: what changed on which card, event by event. */
import type { BoardSnapshot, CardView, Moment } from '../../src/board/view.ts';

/** `now` is the board of the report itself; of a past moment money and notices are not kept. */
export function boardThen(moments: readonly Moment[], position: number, now: BoardSnapshot): BoardSnapshot {
  const cards = new Map<string, CardView>();
  const passed = moments.filter(moment => moment.position <= position);
  for (const { cards: changes } of passed)
    for (const change of changes) cards.set(change.id, { ...cards.get(change.id), ...change } as CardView); // whole at its first moment
  const last = passed.at(-1);
  return {
    ...now,
    position: last?.position ?? 0,
    at: last?.at ?? now.at,
    isPast: true,
    branch: null,
    notices: [],
    forecast: null,
    isPaused: false,
    lanes: [],
    plans: now.plans.filter(({ tasks }) => tasks.some(id => cards.has(id))),
    tasks: [...cards.values()],
  };
}
