import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import {
  customerSpendLimitReached,
  type Fault,
  overloaded,
  rateLimited,
  serverError,
  spendLimitReached,
  unauthorized,
} from '../../src/rehearsal/faults.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { HEADERS, request, send } from '../support/rehearsal-http.ts';

const servers: MessagesServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

const scripted = {
  content: [
    { type: 'thinking', thinking: 'I will write.' },
    { type: 'text', text: 'I write the file now.' },
    { type: 'tool_use', name: 'write', input: { path: 'a.ts', content: 'export const answer = 42;' } },
  ],
} as const;

async function start(...faults: (Fault | null)[]) {
  const server = await startMessagesServer({ answer: () => scripted, faults });
  servers.push(server);
  return {
    server,
    client: new Anthropic({ apiKey: 'rehearsal', baseURL: server.url, maxRetries: 0, logLevel: 'off' }),
  };
}

const body = { model: 'claude-sonnet-5-5', max_tokens: 1000, messages: [{ role: 'user' as const, content: 'Go.' }] };

/** What a caller of the SDK sees of one streamed turn. */
async function turn(client: Anthropic) {
  const stream = client.messages.stream(body);
  try {
    return { message: await stream.finalMessage(), error: null, partial: null };
  } catch (error) {
    // Everything that the SDK throws is an Error; the assertions look at which one.
    return { message: null, error: error as Error, partial: stream.currentMessage ?? null };
  }
}

const nothing = { replies: 0, byModel: {} };
const whole = {
  replies: 1,
  byModel: {
    'claude-sonnet-5-5': { input: 1, output: 26, thinking: 4, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  },
};

describe('a fault instead of a reply', () => {
  it.each([
    ['rate limit', rateLimited(7), Anthropic.RateLimitError, 429, 'rate_limit_error', null],
    ['overload', overloaded(), Anthropic.OverloadedError, 529, 'overloaded_error', null],
    ['server error', serverError(), Anthropic.InternalServerError, 500, 'api_error', null],
    ['refused key', unauthorized(), Anthropic.AuthenticationError, 401, 'authentication_error', null],
    [
      'spend limit',
      spendLimitReached(),
      Anthropic.RateLimitError,
      429,
      'rate_limit_error',
      'enforced_spend_limit_reached',
    ],
    ['own spend limit', customerSpendLimitReached(), Anthropic.BadRequestError, 400, 'invalid_request_error', null],
  ])('%s is the right error of the SDK and costs nothing', async (_name, fault, type, status, errorType, errorCode) => {
    const { client, server } = await start(fault);
    const { error } = await turn(client);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, type: errorType, errorCode, requestID: 'req_rehearsal_000001' });
    expect(server.billed()).toEqual(nothing);
    expect((await turn(client)).message?.stop_reason).toBe('tool_use');
  });

  it('tells how long to wait in a header, next to the rate limits', async () => {
    const { server } = await start(rateLimited(7));
    const { headers } = await send(server, request());
    expect(headers.get('retry-after')).toBe('7');
    expect(headers.get('anthropic-ratelimit-input-tokens-limit')).toBe('2000000');
    expect(headers.get('anthropic-ratelimit-output-tokens-remaining')).toBe('400000');
    expect(headers.get('anthropic-ratelimit-requests-reset')).toBe('2026-11-21T12:01:00.000Z');
  });

  it.each([
    [false, nothing],
    [true, whole],
  ])('can be a reset before any header, where billed %s is what the fault says', async (billed, bill) => {
    const { client, server } = await start({ kind: 'reset', billed });
    const { error } = await turn(client);
    expect(error).toBeInstanceOf(Anthropic.APIConnectionError);
    expect(server.billed()).toEqual(bill);
    expect(server.exchanges()).toMatchObject([{ status: null, fault: { kind: 'reset' } }]);
  });

  it('can be that no header ever comes, until the client gives up', async () => {
    const { client, server } = await start({ kind: 'hang', billed: true });
    const gaveUp = new AbortController();
    const outcome = client.messages.create(body, { signal: gaveUp.signal }).then(
      () => 'a reply',
      (error: unknown) => error,
    );
    while (server.exchanges().length === 0) await new Promise(resolve => setImmediate(resolve));
    gaveUp.abort();
    expect(await outcome).toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(server.billed()).toEqual(whole);
    expect(server.exchanges()).toMatchObject([{ status: null, fault: { kind: 'hang' } }]);
  });

  it('is chosen by a function of the request and its number, and never meets a request that a rule refuses', async () => {
    const seen: [string, number][] = [];
    const server = await startMessagesServer({
      answer: () => scripted,
      faults: ({ model }, number) => {
        seen.push([model, number]);
        return number === 2 ? overloaded() : null;
      },
    });
    servers.push(server);
    const statuses = [];
    for (const more of [{}, { top_k: 1 }, {}, {}]) statuses.push((await send(server, request(more))).status);
    expect(statuses).toEqual([200, 400, 529, 200]);
    expect(seen.map(([, number]) => number)).toEqual([1, 2, 3]);
  });
});

describe('a reply that does not arrive whole', () => {
  it('is cut after some events, keeps what came before, and is billed whole', async () => {
    const { client, server } = await start({ kind: 'cut', afterEvents: 9 });
    const { error, partial } = await turn(client);
    expect(error).toBeInstanceOf(Anthropic.AnthropicError);
    expect(error?.message).toBe('terminated');
    expect(partial?.content.map(block => block.type)).toEqual(['thinking', 'text']);
    expect(partial?.usage).toMatchObject({ output_tokens: 1, output_tokens_details: { thinking_tokens: 0 } });
    expect(server.billed()).toEqual(whole);
  });

  it('ends cleanly without message_stop, which the SDK notices', async () => {
    const { client } = await start({ kind: 'no_message_stop' });
    const { error } = await turn(client);
    expect(error).toBeInstanceOf(Anthropic.AnthropicError);
  });

  it.each([0, 6])('stalls after %i events until the caller gives up', async afterEvents => {
    const { server } = await start({ kind: 'stall', afterEvents });
    const gaveUp = new AbortController();
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ ...body, stream: true }),
      signal: gaveUp.signal,
    });
    const reader = response.body?.getReader();
    let events = 0;
    while (events < afterEvents)
      events += new TextDecoder().decode((await reader?.read())?.value).split('\n\n').length - 1;
    const next = reader?.read().then(
      () => 'more came',
      () => 'aborted',
    );
    const waited = await Promise.race([
      next,
      new Promise(resolve => setImmediate(() => setImmediate(resolve, 'silence'))),
    ]);
    gaveUp.abort();
    expect([response.status, events, waited, await next]).toEqual([200, afterEvents, 'silence', 'aborted']);
    expect(server.billed()).toEqual(whole);
  });

  it('holds garbage in the middle', async () => {
    const { client } = await start({ kind: 'garbage', afterEvents: 5 });
    const { error, partial } = await turn(client);
    expect([
      error?.constructor.name === 'SyntaxError' || error instanceof Anthropic.AnthropicError,
      partial?.content.length,
    ]).toEqual([true, 1]);
  });

  it('holds an error event, which has a type and no status', async () => {
    const { client, server } = await start({
      kind: 'error_event',
      afterEvents: 4,
      type: 'overloaded_error',
      message: 'Overloaded',
    });
    const { error } = await turn(client);
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ status: undefined, type: 'overloaded_error', apiMessage: 'Overloaded' });
    expect(server.billed()).toEqual(whole);
  });

  it('lacks its usage, at the start and at the end', async () => {
    const { server } = await start({ kind: 'no_usage' }, { kind: 'no_usage' });
    const stream = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ ...body, stream: true }),
    });
    const text = await stream.text();
    expect([text.includes('message_stop'), text.includes('usage')]).toEqual([true, false]);
    expect((await send(server, request())).body).not.toHaveProperty('usage');
    expect(server.billed().replies).toBe(2);
  });

  it.each<Fault>([{ kind: 'cut', afterEvents: 1 }, { kind: 'no_message_stop' }, { kind: 'garbage', afterEvents: 1 }])(
    'breaks a plain body too: $kind',
    async fault => {
      const { server } = await start(fault);
      await expect(send(server, body)).rejects.toThrow();
      expect(server.billed()).toEqual(whole);
    },
  );

  it('fails a plain request as a whole where a stream would have had an error event', async () => {
    const { server } = await start({
      kind: 'error_event',
      afterEvents: 3,
      type: 'overloaded_error',
      message: 'Overloaded',
    });
    expect(await send(server, request())).toMatchObject({ status: 529, body: { error: { type: 'overloaded_error' } } });
  });
});

describe('a turn that ends in its own way', () => {
  it('is refused with a category and no content', async () => {
    const { client } = await start({ kind: 'refusal', category: 'cyber', explanation: 'No exploits.' });
    const { message } = await turn(client);
    expect([message?.stop_reason, message?.content, message?.stop_details]).toEqual([
      'refusal',
      [],
      { type: 'refusal', category: 'cyber', explanation: 'No exploits.' },
    ]);
  });

  it.each([
    ['max_tokens', 'max_tokens'],
    ['context_exceeded', 'model_context_window_exceeded'],
  ] as const)('is cut by %s in the middle of a tool call', async (kind, stop) => {
    const { client } = await start({ kind });
    const raw: string[] = [];
    const stream = client.messages.stream(body);
    stream.on('inputJson', delta => raw.push(delta));
    const message = await stream.finalMessage();
    expect(message.stop_reason).toBe(stop);
    expect(message.content.map(block => block.type)).toEqual(['thinking', 'text', 'tool_use']);
    expect(raw.join('')).toBe('{"path":"a.ts","content":"');
  });

  it('is cut by the limit that the caller set, and never billed above it', async () => {
    const { server } = await start();
    for (const [limit, types] of [
      [0, []],
      [3, ['thinking']],
      [11, ['thinking', 'text']],
      [12, ['thinking', 'text', 'tool_use']],
      [26, ['thinking', 'text', 'tool_use']],
    ] as const) {
      const { body: reply } = await send(server, request({ max_tokens: limit }));
      const last = server.exchanges().at(-1)?.reply;
      expect(last?.content.map(block => block.type)).toEqual(types);
      expect(last?.usage.output_tokens).toBeLessThanOrEqual(limit);
      expect(reply.stop_reason).toBe(limit < 26 ? 'max_tokens' : 'tool_use');
    }
  });

  it('is paused, and goes on when it is sent back as it came', async () => {
    const { client, server } = await start({ kind: 'pause_turn' });
    const { message } = await turn(client);
    expect([message?.stop_reason, message?.content.map(block => block.type)]).toEqual([
      'pause_turn',
      ['thinking', 'text'],
    ]);
    const content = message?.content ?? [];
    const sendBack = (back: unknown) =>
      send(server, { ...body, messages: [...body.messages, { role: 'assistant', content: back }] });
    expect((await sendBack(content)).body).toMatchObject({ stop_reason: 'tool_use' });
    expect((await sendBack([...content, { type: 'text', text: 'And' }])).status).toBe(400);
    expect(server.exchanges().at(-1)?.rule).toBe('prefill');
  });

  it('can come from another model than was asked, and is billed as that model', async () => {
    const { client, server } = await start({ kind: 'other_model', model: 'claude-haiku-5-5' });
    expect((await turn(client)).message?.model).toBe('claude-haiku-5-5');
    expect(Object.keys(server.billed().byModel)).toEqual(['claude-haiku-5-5']);
  });
});
