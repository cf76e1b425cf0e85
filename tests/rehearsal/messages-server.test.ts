import { afterEach, describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/rehearsal/compose-reply.ts';
import {
  type MessagesServer,
  type MessagesServerOptions,
  startMessagesServer,
} from '../../src/rehearsal/messages-server.ts';
import { MODELS } from '../../src/rehearsal/model-table.ts';
import { HEADERS, handClock, request, send } from '../support/rehearsal-http.ts';

const servers: MessagesServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

async function start(options: Partial<MessagesServerOptions> = {}) {
  const server = await startMessagesServer({
    answer: () => ({ content: [{ type: 'text', text: 'Yes.' }] }),
    ...options,
  });
  servers.push(server);
  return server;
}

describe('the embedded Messages server', () => {
  it('answers on loopback only, at an address without a slash at its end', async () => {
    expect((await start()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('writes down what was asked and answered, without the credential', async () => {
    const server = await start({ clock: handClock() });
    const asked = request({ system: 'Be brief.' });
    const { body } = await send(server, asked, { headers: { ...HEADERS, 'anthropic-beta': 'some-2026' } });
    expect(server.exchanges()).toEqual([
      {
        number: 1,
        at: '2026-11-21T08:00:00.000Z',
        requestId: 'req_rehearsal_000001',
        endpoint: 'messages',
        body: asked,
        beta: 'some-2026',
        status: 200,
        rule: null,
        fault: null,
        error: null,
        reply: body,
      },
    ]);
    expect(body).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{24}$/),
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5-5',
      content: [{ type: 'text', text: 'Yes.', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 5,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { thinking_tokens: 0 },
        server_tool_use: null,
        service_tier: 'standard',
        inference_geo: 'not_available',
        speed: 'standard',
      },
    });
  });

  it('refuses any key but the accepted one, and never repeats it', async () => {
    const server = await start({ acceptedKey: 'right' });
    const { status, body } = await send(server, request(), {
      headers: { ...HEADERS, authorization: 'Bearer wrong-key' },
    });
    expect(status).toBe(401);
    expect(JSON.stringify([body, server.exchanges()])).not.toContain('wrong-key');
    expect((await send(server, request(), { headers: { ...HEADERS, authorization: 'Bearer right' } })).status).toBe(
      200,
    );
  });

  it('knows no other address', async () => {
    const server = await start();
    const { status, body } = await send(server, request(), { path: '/v1/complete' });
    expect([status, body.error]).toEqual([404, { type: 'not_found_error', message: 'no such endpoint: /v1/complete' }]);
  });

  it('takes no limit and no stream for counting, and lists models by lifecycle', async () => {
    const server = await start();
    const path = '/v1/messages/count_tokens';
    const { max_tokens: _limit, ...counted } = request();
    expect(await send(server, counted, { path })).toMatchObject({ status: 200, body: { input_tokens: 2 } });
    expect(await send(server, request(), { path })).toMatchObject({ status: 400 });
    expect(await send(server, null, { path: '/v1/models?lifecycle=retired', method: 'GET' })).toMatchObject({
      body: { data: [] },
    });
    expect(server.billed().replies).toBe(0);
  });

  it('lets cached prefixes expire by its clock', async () => {
    const clock = handClock();
    const server = await start({ clock });
    const asked = request({ system: 'x'.repeat(3600), cache_control: { type: 'ephemeral' } });
    const reads: unknown[] = [];
    for (const minutes of [0, 4, 6]) {
      clock.advance(minutes * 60_000);
      reads.push(((await send(server, asked)).body.usage as Record<string, unknown>).cache_read_input_tokens);
    }
    expect(reads).toEqual([0, 1002, 0]);
  });

  it('takes its time by the clock that it was given', async () => {
    const clock = handClock();
    const server = await start({ clock, latency: { firstEventMs: 500, betweenEventsMs: 20 } });
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(request({ stream: true })),
    });
    const names = [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(names).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(clock.slept).toEqual([500, ...Array(6).fill(20)]);
  });

  it('says what is wrong with a script, tells clients not to try again, and goes on', async () => {
    const replies: (() => ScriptedReply)[] = [
      () => {
        throw new Error('no turn left for this conversation');
      },
      () => ({ content: [{ type: 'text', text: ' ' }] }),
      () => ({ content: [{ type: 'text', text: 'Yes.' }] }),
    ];
    const server = await start({ answer: () => (replies.shift() ?? (() => ({ content: [] })))() });
    const outcomes = [];
    for (let index = 0; index < 3; index += 1) {
      const { status, headers, body } = await send(server, request());
      outcomes.push([
        status,
        headers.get('x-should-retry'),
        (body.error as Record<string, unknown> | undefined)?.message,
      ]);
    }
    expect(outcomes).toEqual([
      [500, 'false', 'rehearsal script: no turn left for this conversation'],
      [500, 'false', 'rehearsal script: a text block is blank'],
      [200, null, undefined],
    ]);
    expect(server.billed().replies).toBe(1);
  });

  it('keeps thinking to itself where the request has switched it off', async () => {
    const server = await start({
      answer: () => ({
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'Yes.' },
        ],
      }),
    });
    const types = async (more: Record<string, unknown>) =>
      ((await send(server, request({ model: 'claude-haiku-5-5', ...more }))).body.content as { type: string }[]).map(
        ({ type }) => type,
      );
    expect(await types({})).toEqual(['thinking', 'text']);
    expect(await types({ thinking: { type: 'disabled' } })).toEqual(['text']);
  });

  it('ends a reply where the context window ends', async () => {
    const [row] = MODELS;
    const server = await start({
      models: row === undefined ? [] : [{ ...row, id: 'small', contextTokens: 12 }],
      answer: () => ({ content: [{ type: 'text', text: 'x'.repeat(100) }] }),
    });
    const { body } = await send(server, request({ model: 'small' }));
    expect(body).toMatchObject({
      content: [{ text: 'x'.repeat(36) }],
      stop_reason: 'model_context_window_exceeded',
      usage: { input_tokens: 2, output_tokens: 10 },
    });
  });

  it('never splits a character between two events', async () => {
    const server = await start({ answer: () => ({ content: [{ type: 'text', text: `a${'😀'.repeat(200)}` }] }) });
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(request({ stream: true })),
    });
    const text = await response.text();
    expect([text.match(/text_delta/g)?.length, /\\ud[89a-f]/i.test(text)]).toEqual([expect.any(Number), false]);
  });

  it('bills parallel requests for the same prefix twice, because neither could read the other', async () => {
    const waiting: (() => void)[] = [];
    const both = new Promise<void>(resolve => {
      waiting.push(resolve);
    });
    let arrived = 0;
    const server = await start({
      answer: async () => {
        arrived += 1;
        if (arrived === 2) for (const go of waiting) go();
        if (arrived <= 2) await both;
        return { content: [{ type: 'text', text: 'Yes.' }] };
      },
    });
    const asked = request({ system: 'x'.repeat(3600), cache_control: { type: 'ephemeral' } });
    await Promise.all([send(server, asked), send(server, asked)]);
    await send(server, asked);
    expect(server.billed()).toEqual({
      replies: 3,
      byModel: {
        'claude-sonnet-5-5': { input: 0, output: 6, thinking: 0, cacheRead: 1002, cacheWrite5m: 2004, cacheWrite1h: 0 },
      },
    });
  });

  it('closes with a stalled connection open', async () => {
    const server = await startMessagesServer({
      answer: () => ({ content: [{ type: 'text', text: 'Yes.' }] }),
      faults: [{ kind: 'stall', afterEvents: 1 }],
    });
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(request({ stream: true })),
    });
    await server.close();
    await expect(response.text()).rejects.toThrow();
  });
});
