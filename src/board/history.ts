/** The past of the board for a page that cannot ask for it: which card looked how from which event on. */
import type { Stored } from '../domain/event.ts';
import type { BoardTask } from '../policy/board.ts';
import { eventLine } from '../report/event-line.ts';
import { cardView, PAST } from './cards.ts';
import type { BoardEdges } from './edges.ts';
import { pastOf } from './past.ts';
import type { CardChange, CardView, Moment } from './view.ts';

/** A slider has not many more places; of a longer log every so manieth event is one. */
const MOST_MOMENTS = 800;

/** Every moment that somebody would want to go back to, with what is new in it. */
export function historyOf(edges: BoardEdges): Moment[] {
  const now = edges.keeper.look();
  const past = pastOf(now);
  const viewOf = remembering(task => cardView(task, now, edges, PAST));
  const shown = new Map<string, CardView>();
  const events = edges.baton.after(0);
  const stops = stopsOf(events);
  return events.flatMap(stored => {
    past.happen(stored);
    if (!stops.has(stored.position)) return [];
    const cards = [...past.look().board.values()].flatMap(task => changeOf(viewOf(task), shown) ?? []);
    return [{ position: stored.position, at: stored.at, cards }];
  });
}

function stopsOf(events: readonly Stored[]): Set<number> {
  const told = events.filter(stored => eventLine(stored) !== null).map(({ position }) => position);
  const step = Math.ceil(told.length / MOST_MOMENTS);
  return new Set(told.filter((_, index) => index % step === 0 || index === told.length - 1));
}

/** A card follows from its task's state and standing; most tasks are where they were an event ago. */
function remembering(view: (task: BoardTask) => CardView): (task: BoardTask) => CardView {
  const known = new Map<string, { task: BoardTask; card: CardView }>();
  return task => {
    const before = known.get(task.card.id);
    if (before !== undefined && isSame(before.task, task)) return before.card;
    const card = view(task);
    known.set(task.card.id, { task, card });
    return card;
  };
}

const isSame = (one: BoardTask, other: BoardTask): boolean =>
  one.state === other.state &&
  one.standing === other.standing &&
  one.critical === other.critical &&
  one.waitingFor.join() === other.waitingFor.join();

/** The whole card at first, then only what is another value than before; null where nothing is. */
function changeOf(card: CardView, shown: Map<string, CardView>): CardChange | null {
  const before = shown.get(card.id);
  if (before === card) return null;
  shown.set(card.id, card);
  const changed = Object.entries(card).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before?.[key as keyof CardView]), // its own keys
  );
  return changed.length === 0 ? null : { ...Object.fromEntries(changed), id: card.id };
}
