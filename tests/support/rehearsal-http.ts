import type { MessagesServer } from '../../src/rehearsal/messages-server.ts';

export const HEADERS: Record<string, string> = {
  'content-type': 'application/json',
  authorization: 'Bearer rehearsal',
  'anthropic-version': '2026-10-21',
};

export interface Answered {
  status: number;
  headers: Headers;
  // Whole bodies are compared, so their shape is a matter of the assertion.
  body: Record<string, unknown>;
}

/** One raw request, without any SDK between the test and the wire. */
export async function send(
  server: MessagesServer,
  body: unknown,
  {
    path = '/v1/messages',
    headers = HEADERS,
    method = 'POST',
  }: { path?: string; headers?: Record<string, string>; method?: string } = {},
): Promise<Answered> {
  const content = method === 'GET' ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(server.url + path, { method, headers, body: content });
  const parsed = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: parsed };
}

/** The smallest request that is accepted. */
export const request = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  model: 'claude-sonnet-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello.' }],
  ...more,
});

/** A clock that moves only when a test moves it; sleeping is instant and remembered. */
export function handClock(start = '2026-11-21T08:00:00Z') {
  let ms = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    advance: (by: number) => {
      ms += by;
    },
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (by: number) => {
      slept.push(by);
      ms += by;
    },
  };
}
