/** Where the page gets its values: from the board that serves it, or, in a report, from the file itself. */
import type { BoardSnapshot, Moment, RanView } from '../../src/board/view.ts';
import { boardThen } from './past.ts';

export interface Asked {
  name: string;
  task: string;
  text: string;
  widen: string;
  /** The commit that the person has seen; empty where it is not about one. */
  commit: string;
}

export interface Source {
  /** A report shows one moment and lets nobody do anything. */
  isLive: boolean;
  /** Null where there is no such thing. */
  get<Value>(path: string): Promise<Value | null>;
  run(asked: Asked): Promise<RanView>;
}

/** The board did not let us in: its address with the token has to be opened again. */
export class NotLetIn extends Error {}

const HEADERS = { 'content-type': 'application/json', 'x-kleiber-page': '1' };

const live: Source = {
  isLive: true,
  get: async path => {
    const answer = await fetch(path);
    if (answer.status === 401) throw new NotLetIn();
    return answer.ok ? await answer.json() : null;
  },
  run: async asked => {
    const answer = await fetch('/api/run', { method: 'POST', headers: HEADERS, body: JSON.stringify(asked) });
    const value = await answer.json();
    return answer.ok ? value : { line: '', code: 1, output: String(value.error) };
  },
};

/** Values by the very paths under which the board would have sent them; a past board is put together here. */
const embedded = (values: Record<string, unknown>): Source => ({
  isLive: false,
  get: async path => (values[path] ?? thenOf(path, values) ?? null) as never, // written by the report that this page came with
  run: async () => ({ line: '', code: 1, output: 'this is a report; nothing can be done in it' }),
});

function thenOf(path: string, values: Record<string, unknown>): BoardSnapshot | null {
  const [, at] = /^\/api\/board\?at=(\d+)$/.exec(path) ?? [];
  const now = values['/api/board'] as BoardSnapshot; // as above
  const moments = values['/api/history'] as Moment[];
  return at === undefined ? null : boardThen(moments, Number(at), now);
}

function openSource(): Source {
  const report = document.getElementById('report')?.textContent;
  return report ? embedded(JSON.parse(report)) : live;
}

export const source = openSource();

/**
 * Trades the token of the address for a cookie, and takes it out of the address bar and the history. With the cookie comes the
 * board as it is now; null where there is no token, or not the right one.
 */
export async function useToken(): Promise<BoardSnapshot | null> {
  const token = /^#token=([0-9a-f]+)(.*)$/.exec(location.hash);
  if (token === null) return null;
  history.replaceState(null, '', `#${token[2] || '/now'}`);
  const headers = { ...HEADERS, 'x-kleiber-token': token[1] ?? '' };
  const answer = await fetch('/api/session', { method: 'POST', headers, body: '{}' });
  return answer.ok ? await answer.json() : null;
}
