/** Raw requests to a board, with any header a stranger could send. */
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { RunningBoard } from '../../src/board/server.ts';

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Sent {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

export const tokenOf = (board: RunningBoard): string => board.address.split('#token=')[1] ?? '';
export const portOf = (board: RunningBoard): number => Number(new URL(board.origin).port);

export function ask(
  board: RunningBoard,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: portOf(board), path, method, headers }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** As our own page sends a change. */
export const pageHeaders = (board: RunningBoard): Record<string, string> => ({
  origin: board.origin,
  'content-type': 'application/json',
  'x-kleiber-page': '1',
});

/** The cookie that the page gets for the token. */
export async function sessionOf(board: RunningBoard): Promise<string> {
  const headers = { ...pageHeaders(board), 'x-kleiber-token': tokenOf(board) };
  const { headers: answered } = await ask(board, '/api/session', { method: 'POST', headers, body: '{}' });
  return String(answered['set-cookie']?.[0]).split(';')[0] ?? '';
}

/** The first `count` events of the stream, as their names; the connection is ended after them. */
export function firstEvents(
  board: RunningBoard,
  cookie: string,
  count: number,
  begin: () => void = () => undefined,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const names: string[] = [];
    const sent = request({ host: '127.0.0.1', port: portOf(board), path: '/api/feed', headers: { cookie } }, answer => {
      answer.setEncoding('utf8').on('data', (part: string) => {
        names.push(...[...part.matchAll(/^event: (\w+)$/gm)].map(match => match[1] ?? ''));
        if (names.length === 1) begin();
        if (names.length < count) return;
        sent.destroy();
        resolve(names.slice(0, count));
      });
    });
    sent.on('error', error => (names.length < count ? reject(error) : undefined));
    sent.end();
  });
}
