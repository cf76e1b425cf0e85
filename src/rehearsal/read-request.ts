/** An HTTP request as the rule table judges it. */
import type { IncomingMessage } from 'node:http';
import type { ModelRow } from './model-table.ts';
import { isObject, objectOf } from './request-shape.ts';
import type { Endpoint, Incoming } from './rule.ts';
import { BODY_LIMIT_BYTES } from './rules-envelope.ts';

/** Null is an address that this server does not have. */
export function endpointOf(method: string, pathname: string): Endpoint | null {
  if (method === 'POST' && pathname === '/v1/messages') return 'messages';
  if (method === 'POST' && pathname === '/v1/messages/count_tokens') return 'count_tokens';
  return method === 'GET' && /^\/v1\/models(\/[^/]+)?$/.test(pathname) ? 'models' : null;
}

export async function readRequest(
  request: IncomingMessage,
  endpoint: Endpoint | null,
  models: readonly ModelRow[],
): Promise<Incoming> {
  const { bytes, text } = await readBody(request);
  const parsed = parseBody(text);
  const fields = objectOf(parsed);
  const body = isObject(parsed) ? parsed : undefined;
  const model = models.find(row => row.id === fields.model) ?? null;
  return { endpoint, headers: request.headers, bytes, body, fields, model };
}

/** Reads to the end even when the body is too large, so that the client hears the refusal; keeps nothing of it then. */
async function readBody(request: IncomingMessage): Promise<{ bytes: number; text: string }> {
  let bytes = 0;
  let kept: Buffer[] = [];
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > BODY_LIMIT_BYTES) kept = [];
    else kept.push(part);
  }
  return { bytes, text: Buffer.concat(kept).toString('utf8') };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is refused by the rule table, which has no body to look at then.
    return undefined;
  }
}
