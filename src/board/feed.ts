/** Server-sent events: tells the page that something has moved, and that the board is still there. The page then asks for it. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { spentToday } from '../agent/cap-uses.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { BoardEdges } from './edges.ts';

/** Bursts are told at most four times a second, because nobody reads faster. */
const LEAST_PAUSE_MS = 250;

/** `moved` carries the last position, and its id lets a page that comes back say what it has seen. */
export function feed(context: Context, edges: BoardEdges, closing: AbortSignal): Response {
  return streamSSE(context, async stream => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const signal = AbortSignal.any([closing, gone.signal]);
    const wait = edges.waiter();
    let told = '';
    let seen: BoardView | null = null;
    let revision = 0;
    while (!signal.aborted) {
      const view = edges.keeper.look();
      if (view !== seen) revision += 1;
      seen = view;
      // Reservations and settings are no events, and a person watches them as well.
      const now = `${view.position}:${revision}:${edges.revision()}:${spentToday(edges.ledger, edges.clock.now())}`;
      const event = now === told ? 'pulse' : 'moved';
      told = now;
      await stream.writeSSE({ event, id: String(view.position), data: JSON.stringify({ position: view.position }) });
      if (event === 'moved') await edges.clock.sleep(LEAST_PAUSE_MS, signal);
      await wait(signal);
    }
  });
}
