/** A loopback server that answers as a test says and remembers what it was sent. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (response: ServerResponse, received: Received) => void;

export interface Loopback {
  url: string;
  port: number;
  received: Received[];
}

/** Ends with the test that started it. */
export async function loopback(answer: Answer): Promise<Loopback> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body };
      received.push(whole);
      answer(response, whole);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('bug: no port');
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, received };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** A whole stream and a good end. */
export const streamed =
  (events: readonly string[], headers: Record<string, string> = {}): Answer =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_1', ...headers });
    response.end(events.join(''));
  };

/** A stream whose connection closes after these bytes, without the end that the transfer coding asks for. */
export const cutOff =
  (events: readonly string[]): Answer =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    if (events.length > 0) response.write(events.join(''));
    response.socket?.end();
  };

/** A stream that says this much and then nothing, its connection open. */
export const stalled =
  (events: readonly string[]): Answer =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    response.write(events.join(''));
  };

/** An answer in the API's error dialect. */
export const refused =
  (
    status: number,
    error: { type: string; message: string; details?: Record<string, string> },
    headers: Record<string, string> = {},
  ): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ type: 'error', error, request_id: 'req_1' }));
  };

/** An answer that is not the API's: a proxy's, a gateway's. */
export const foreign =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(body);
  };
