import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ModelFailure } from '../../src/model/claude.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { KEY, rig, turnAgainst } from '../support/model-claude.ts';
import { handClock } from '../support/model-clock.ts';
import type { Answer } from '../support/model-loopback.ts';
import { cutOff, foreign, refused, stalled, streamed } from '../support/model-loopback.ts';
import {
  errorEvent,
  HELLO,
  PING,
  START,
  START_USAGE,
  sse,
  start,
  stop,
  textBlock,
  toolBlock,
  turnRequest,
} from '../support/model-streams.ts';

const FREE = { usage: null, billed: false } as const;
const failed = (failure: unknown) => ({ ok: false, failure });

describe('a refused request', () => {
  const message = 'no';
  it.each<[string, Answer, ModelFailure]>([
    [
      '401',
      refused(401, { type: 'authentication_error', message }),
      { reason: 'unauthorized', detail: '401: no', ...FREE },
    ],
    [
      '403',
      refused(403, { type: 'permission_error', message }),
      { reason: 'unauthorized', detail: '403: no', ...FREE },
    ],
    [
      '404 of the API',
      refused(404, { type: 'not_found_error', message: 'model: claude-sonnet-5-5' }),
      { reason: 'unknown_model', model: 'claude-sonnet-5-5', ...FREE },
    ],
    [
      '404 of something else at that address',
      foreign(404, 'nothing here'),
      { reason: 'invalid_request', detail: '404: 404 nothing here', ...FREE },
    ],
    ['402', refused(402, { type: 'billing_error', message }), { reason: 'spend_limit', detail: '402: no', ...FREE }],
    [
      '413',
      refused(413, { type: 'request_too_large', message }),
      { reason: 'invalid_request', detail: '413: no', ...FREE },
    ],
    [
      '400',
      refused(400, { type: 'invalid_request_error', message }),
      { reason: 'invalid_request', detail: '400: no', ...FREE },
    ],
    [
      '400 for a spend limit of the customer',
      refused(400, { type: 'invalid_request_error', message: 'You have reached your specified API usage limits.' }),
      { reason: 'spend_limit', detail: '400: You have reached your specified API usage limits.', ...FREE },
    ],
    [
      '400 for an account on hold',
      refused(400, { type: 'invalid_request_error', message, details: { error_code: 'organization_on_hold' } }),
      { reason: 'spend_limit', detail: '400: no', ...FREE },
    ],
    [
      '429 that is a spend limit',
      refused(
        429,
        { type: 'rate_limit_error', message, details: { error_code: 'enforced_spend_limit_reached' } },
        { 'retry-after': '9' },
      ),
      { reason: 'spend_limit', detail: '429: no', ...FREE },
    ],
    [
      '429 that is a ramp limit',
      refused(429, { type: 'rate_limit_error', message, details: { error_code: 'ramp_limit_exceeded' } }),
      { reason: 'spend_limit', detail: '429: no', ...FREE },
    ],
    [
      '429',
      refused(429, { type: 'rate_limit_error', message }),
      { reason: 'rate_limited', retryAfterMs: null, ...FREE },
    ],
    [
      '429 with a wait of an hour',
      refused(429, { type: 'rate_limit_error', message }, { 'retry-after': '3600' }),
      { reason: 'rate_limited', retryAfterMs: 3_600_000, ...FREE },
    ],
    [
      '429 with a wait in milliseconds',
      refused(429, { type: 'rate_limit_error', message }, { 'retry-after-ms': '40', 'retry-after': '1' }),
      { reason: 'rate_limited', retryAfterMs: 40, ...FREE },
    ],
    [
      '429 with nothing but an empty bucket',
      refused(
        429,
        { type: 'rate_limit_error', message },
        {
          date: 'Sat, 21 Nov 2026 12:00:00 GMT',
          'anthropic-ratelimit-input-tokens-remaining': '0',
          'anthropic-ratelimit-input-tokens-reset': '2026-11-21T12:00:05Z',
        },
      ),
      { reason: 'rate_limited', retryAfterMs: 5000, ...FREE },
    ],
    [
      '529',
      refused(529, { type: 'overloaded_error', message }, { 'retry-after': '2' }),
      { reason: 'overloaded', retryAfterMs: 2000, ...FREE },
    ],
    ['500', refused(500, { type: 'api_error', message }), { reason: 'server_error', detail: '500: no', ...FREE }],
    [
      '504, whose answer is lost',
      refused(504, { type: 'timeout_error', message }),
      { reason: 'server_error', detail: '504: no', usage: null, billed: true },
    ],
    [
      '502 of a gateway, which cannot know the bill',
      foreign(502, 'bad gateway'),
      { reason: 'server_error', detail: '502: 502 bad gateway', usage: null, billed: true },
    ],
    ['409', refused(409, { type: 'conflict_error', message }), { reason: 'server_error', detail: '409: no', ...FREE }],
  ])('%s is named, and tried once', async (_, answer, failure) => {
    const { claude, server, news, clock } = await rig(answer);
    expect(await claude.turn(turnRequest())).toEqual(failed(failure));
    expect(server.received).toHaveLength(1);
    expect(news).toEqual([{ kind: 'failed', model: 'claude-sonnet-5-5', failure }]);
    expect(clock.sleeping()).toBe(0);
  });

  it('never shows the key, nor more than a screen of what a stranger sent', async () => {
    const outcome = await turnAgainst(
      refused(400, { type: 'invalid_request_error', message: `${KEY} ${'x'.repeat(9000)}` }),
    );
    const detail = outcome.ok || outcome.failure.reason !== 'invalid_request' ? '' : outcome.failure.detail;
    expect([detail.slice(0, 12), detail.length]).toEqual(['400: [key] x', 501]);
  });

  it('of the model list is named too', async () => {
    const { claude } = await rig(refused(401, { type: 'authentication_error', message }));
    expect(await claude.models()).toEqual(failed({ reason: 'unauthorized', detail: '401: no', ...FREE }));
  });
});

describe('a key that cannot be a key', () => {
  it.each(['', 'sk-ant\nx', ' sk-ant', 'clé'])('%j is not sent anywhere', async key => {
    const { claude, server } = await rig(streamed(HELLO), key);
    const detail = 'the API key is empty or has a character that no key has';
    expect(await claude.turn(turnRequest())).toEqual(failed({ reason: 'unauthorized', detail, ...FREE }));
    expect(server.received).toEqual([]);
  });
});

describe('a connection that gets no response', () => {
  const claudeAt = (baseUrl: string) => sdkClaude({ apiKey: KEY, baseUrl, clock: handClock() });
  const netServer = async (hurt: (socket: { resetAndDestroy(): unknown }) => void): Promise<number> => {
    const server = createServer(socket => socket.on('error', () => {}).once('data', () => hurt(socket)));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it('because it is refused is certainly free', async () => {
    const closed = createServer();
    await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise(resolve => closed.close(resolve));
    const claude = await claudeAt(`http://127.0.0.1:${port}`);
    const detail = `connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(await claude.turn(turnRequest())).toEqual(failed({ reason: 'connection_failed', detail, ...FREE }));
  });

  it('because its port is never used for HTTP is certainly free', async () => {
    const claude = await claudeAt('http://127.0.0.1:1');
    expect(await claude.turn(turnRequest())).toEqual(
      failed({ reason: 'connection_failed', detail: 'bad port', ...FREE }),
    );
  });

  it('because it is reset may have been billed', async () => {
    const port = await netServer(socket => socket.resetAndDestroy());
    const claude = await claudeAt(`http://127.0.0.1:${port}`);
    expect(await claude.turn(turnRequest())).toMatchObject(
      failed({ reason: 'connection_failed', usage: null, billed: true }),
    );
  });
});

describe('a redirect', () => {
  it.each([301, 302, 307, 308])('%s is not followed: neither the key nor the work goes on', async status => {
    const elsewhere = await rig(streamed(HELLO));
    const outcome = await turnAgainst(foreign(status, '', { location: `${elsewhere.server.url}/v1/messages` }));
    expect(outcome).toMatchObject(failed({ reason: 'invalid_request', usage: null, billed: false }));
    expect(elsewhere.server.received).toEqual([]);
  });
});

describe('a stream that does not end as it should', () => {
  const events = [
    START,
    PING,
    ...textBlock(0, 'Hel', 'lo'),
    ...toolBlock(1, 'toolu_a', 'run', '{"a":1}'),
    ...stop('tool_use'),
  ];
  const cuts = events.map((_, count) => events.slice(0, count));
  const usageAfter = (count: number) => {
    if (count === 0) return null;
    return count === events.length - 1 ? { ...START_USAGE, output: 57 } : START_USAGE;
  };

  it('is cut wherever its connection closes, with the usage seen so far', async () => {
    for (const [count, some] of cuts.entries()) {
      const outcome = await turnAgainst(cutOff(some));
      expect(outcome).toEqual(
        failed({ reason: 'stream_cut', detail: expect.any(String), usage: usageAfter(count), billed: true }),
      );
    }
  });

  it('is cut even when the connection closes in good order', async () => {
    for (const [count, some] of cuts.entries()) {
      const outcome = await turnAgainst(streamed(some));
      expect(outcome).toEqual(
        failed({ reason: 'stream_cut', detail: expect.any(String), usage: usageAfter(count), billed: true }),
      );
    }
  });

  it('is cut in the middle of an event', async () => {
    const half = textBlock(0, 'Hello')[1]?.slice(0, 40) ?? '';
    expect(await turnAgainst(cutOff([START, half]))).toMatchObject(
      failed({ reason: 'stream_cut', usage: START_USAGE, billed: true }),
    );
  });

  it.each<[string, string[], unknown]>([
    ['not JSON', [START, 'event: content_block_delta\ndata: {"type":\n\n'], START_USAGE],
    ['not an object', [START, 'event: content_block_delta\ndata: null\n\n'], START_USAGE],
    ['no events at all', ['<html>captive portal</html>'], null],
    ['a message of no shape', [sse('message_start', { type: 'message_start', message: {} }), ...HELLO.slice(1)], null],
    ['a second beginning', [START, START], START_USAGE],
    ['no stop reason', [START, ...stop(null)], { ...START_USAGE, output: 57 }],
    ['an unheard-of stop reason', [START, ...stop('compaction')], { ...START_USAGE, output: 57 }],
    ['no counts', [start({}), ...stop('end_turn')], null],
    ['counts that are none', [start({ input_tokens: -1, output_tokens: 1 }), ...stop('end_turn')], null],
  ])('is garbled when it brings %s', async (_, bytes, usage) => {
    expect(await turnAgainst(streamed(bytes))).toEqual(
      failed({ reason: 'stream_cut', detail: expect.any(String), usage, billed: true }),
    );
  });

  it.each<[string, string[], unknown]>([
    [
      'overload before the reply has begun',
      [errorEvent('overloaded_error', 'Overloaded')],
      { reason: 'overloaded', retryAfterMs: null, ...FREE },
    ],
    [
      'overload in the middle of the reply',
      [START, ...textBlock(0, 'Hel'), errorEvent('overloaded_error', 'Overloaded')],
      { reason: 'overloaded', retryAfterMs: null, usage: START_USAGE, billed: true },
    ],
    [
      'rate limit before the reply has begun',
      [errorEvent('rate_limit_error', 'slow')],
      { reason: 'rate_limited', retryAfterMs: null, ...FREE },
    ],
    [
      'fault before the reply has begun',
      [errorEvent('api_error', 'Internal')],
      { reason: 'server_error', detail: 'Internal', ...FREE },
    ],
    [
      'fault in the middle of the reply',
      [START, errorEvent('api_error', 'Internal')],
      { reason: 'stream_cut', detail: expect.stringContaining('Internal'), usage: START_USAGE, billed: true },
    ],
    [
      'fault of the request',
      [errorEvent('invalid_request_error', 'bad')],
      { reason: 'invalid_request', detail: 'bad', ...FREE },
    ],
    [
      'error event of no shape',
      ['event: error\ndata: oops\n\n'],
      { reason: 'stream_cut', detail: expect.stringContaining('oops'), usage: null, billed: true },
    ],
  ])('may end in an error event: %s', async (_, bytes, failure) => {
    expect(await turnAgainst(streamed(bytes))).toEqual(failed(failure));
  });
});

describe('a silent stream', () => {
  it('ends after two minutes without an event, pings not counted, with the usage seen so far', async () => {
    const hel = Promise.withResolvers<void>();
    const { claude, clock } = await rig(stalled([START, ...textBlock(0, 'Hel').slice(0, 2), PING, PING]));
    const turn = claude.turn(turnRequest(), { onText: () => hel.resolve() });
    await hel.promise;
    await clock.advance(120_000);
    expect(await turn).toEqual(failed({ reason: 'stream_silent', afterMs: 120_000, usage: START_USAGE, billed: true }));
  });

  it('is given its time anew by each event', async () => {
    let go = (_text: string): void => {};
    let ended = false;
    const heard: string[] = [];
    const { claude, clock } = await rig(response => {
      stalled([START, ...textBlock(0, 'a').slice(0, 2)])(response, { method: '', url: '', headers: {}, body: '' });
      go = text => void response.write(text);
    });
    const next = async (text: string): Promise<void> => {
      go(textBlock(0, text)[1] ?? '');
      while (heard.at(-1) !== text) await clock.advance(0);
    };
    const turn = claude.turn(turnRequest(), { onText: text => heard.push(text) }).finally(() => {
      ended = true;
    });
    while (heard.length === 0) await clock.advance(0);
    await clock.advance(119_999);
    await next('b');
    await clock.advance(119_999);
    expect([heard, ended]).toEqual([['a', 'b'], false]);
    await clock.advance(1);
    expect(await turn).toMatchObject(failed({ reason: 'stream_silent', afterMs: 120_000 }));
  });

  it('may be one whose headers never come', async () => {
    const reached = Promise.withResolvers<void>();
    const { claude, clock } = await rig(() => reached.resolve());
    const turn = claude.turn(turnRequest());
    await reached.promise;
    await clock.advance(120_000);
    expect(await turn).toEqual(failed({ reason: 'stream_silent', afterMs: 120_000, usage: null, billed: true }));
  });

  it('may be a list of models', async () => {
    const reached = Promise.withResolvers<void>();
    const { claude, clock } = await rig(() => reached.resolve());
    const models = claude.models();
    await reached.promise;
    await clock.advance(120_000);
    expect(await models).toEqual(failed({ reason: 'stream_silent', afterMs: 120_000, usage: null, billed: true }));
  });
});

describe('a turn that is stopped', () => {
  it('before it began was never sent', async () => {
    const { claude, server } = await rig(streamed(HELLO));
    expect(await claude.turn(turnRequest(), { signal: AbortSignal.abort() })).toEqual(
      failed({ reason: 'stopped', ...FREE }),
    );
    expect(server.received).toEqual([]);
  });

  it('before its headers may have been billed', async () => {
    const stop = new AbortController();
    const { claude } = await rig(() => stop.abort());
    expect(await claude.turn(turnRequest(), { signal: stop.signal })).toEqual(
      failed({ reason: 'stopped', usage: null, billed: true }),
    );
  });

  it('in the middle is billed at least for its input, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const { claude, clock } = await rig(stalled([START, ...textBlock(0, 'Hel')]));
    expect(await claude.turn(turnRequest(), { signal: stop.signal, onText: () => stop.abort() })).toEqual(
      failed({ reason: 'stopped', usage: START_USAGE, billed: true }),
    );
    expect(clock.sleeping()).toBe(0);
  });
});
