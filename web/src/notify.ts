/** Notifications of the browser, for whoever has switched them on: the browser is asked on that very click and never before. */
import { effect, signal } from '@preact/signals';
import type { BoardSnapshot } from '../../src/board/view.ts';
import { type News, newsBetween } from './news.ts';
import { recall, remember } from './remembered.ts';
import { hrefOf } from './route.ts';
import { source } from './source.ts';
import { board } from './state.ts';

/** Null where the browser has none, or the page is a report. */
export const notifying = signal<'off' | 'on' | 'refused' | null>(initial());

function initial(): 'off' | 'on' | 'refused' | null {
  if (!source.isLive || !('Notification' in globalThis)) return null;
  return recall('notify') === 'on' && Notification.permission === 'granted' ? 'on' : 'off';
}

export async function switchNotifying(): Promise<void> {
  const next = notifying.value === 'on' ? 'off' : await permission();
  notifying.value = next;
  remember('notify', next);
}

const permission = async (): Promise<'on' | 'refused'> =>
  (await Notification.requestPermission()) === 'granted' ? 'on' : 'refused';

/** What happens in one go is told in one go. */
const GATHER_MS = 1_500;

export function startNotifying(): void {
  let seen: BoardSnapshot | null = null;
  let isGathering = false;
  const look = (): void => {
    isGathering = false;
    const latest = board.peek();
    if (seen === null || latest === null || latest.isPast) return;
    const news = newsBetween(seen, latest);
    seen = latest;
    if (notifying.peek() === 'on') for (const one of news) tell(one);
  };
  effect(() => {
    const now = board.value;
    if (now === null || now.isPast) return;
    seen ??= now;
    if (isGathering) return;
    isGathering = true;
    setTimeout(look, GATHER_MS);
  });
}

/** One of each kind at a time: a newer one takes the place of the one before. */
function tell({ kind, title, body }: News): void {
  const shown = new Notification(title, { body: body.slice(0, 200), tag: `kleiber ${kind}` });
  shown.onclick = () => {
    focus();
    location.hash = hrefOf({ view: 'now', at: null });
    shown.close();
  };
}
