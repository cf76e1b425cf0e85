import { describe, expect, it } from 'vitest';
import { KEY, rig, turnAgainst } from '../support/model-claude.ts';
import type { Answer } from '../support/model-loopback.ts';
import { cutOff, stalled, streamed } from '../support/model-loopback.ts';
import {
  blockDelta,
  blockStart,
  FINAL_USAGE,
  HELLO,
  START,
  sse,
  start,
  stop,
  textBlock,
  thinkingBlock,
  toolBlock,
  turnRequest,
} from '../support/model-streams.ts';

const HELLO_REPLY = {
  model: 'claude-sonnet-5-5',
  stop: 'end_turn',
  content: [{ type: 'text', text: 'Hello', citations: null }],
  toolCalls: [],
  text: 'Hello',
  usage: FINAL_USAGE,
  refusalCategory: null,
  requestId: 'req_1',
};

describe('a request on the wire', () => {
  it('carries one bearer key, the version of today and every field of the turn', async () => {
    const { claude, server } = await rig(streamed(HELLO));
    await claude.turn(turnRequest({ format: { type: 'object', additionalProperties: false }, cacheLife: '1h' }));
    const [received] = server.received;
    expect([received?.method, received?.url]).toEqual(['POST', '/v1/messages']);
    expect(received?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'anthropic-version': '2026-10-21' });
    expect(Object.keys(received?.headers ?? {}).filter(name => /key|beta|cookie|trace/.test(name))).toEqual([]);
    const mark = { type: 'ephemeral', ttl: '1h' };
    expect(JSON.parse(received?.body ?? '')).toEqual({
      model: 'claude-sonnet-5-5',
      max_tokens: 64_000,
      system: [{ type: 'text', text: 'You are a worker.', cache_control: mark }],
      tools: turnRequest().tools,
      messages: turnRequest().messages,
      cache_control: mark,
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: {
        effort: 'medium',
        format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
      },
      stream: true,
    });
  });

  it('marks only the last system block, and leaves out what is empty or what an older model rejects', async () => {
    const { claude, server } = await rig(streamed(HELLO));
    const text = (text: string) => ({ type: 'text' as const, text });
    await claude.turn(turnRequest({ system: [text('a'), text('b')], tools: [] }));
    await claude.turn(turnRequest({ system: [], model: 'claude-haiku-4-5' }));
    const mark = { type: 'ephemeral', ttl: '5m' };
    const bodies: unknown[] = server.received.map(({ body }) => JSON.parse(body));
    expect(bodies).toEqual([
      {
        model: 'claude-sonnet-5-5',
        max_tokens: 64_000,
        system: [text('a'), { ...text('b'), cache_control: mark }],
        messages: turnRequest().messages,
        cache_control: mark,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'medium' },
        stream: true,
      },
      {
        model: 'claude-haiku-4-5',
        max_tokens: 64_000,
        tools: turnRequest().tools,
        messages: turnRequest().messages,
        cache_control: mark,
        stream: true,
      },
    ]);
  });

  it('may end in a reply that the API paused, which goes back as it came', async () => {
    const paused = { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'I will' }] };
    const messages = [...turnRequest().messages, paused];
    const outcome = await turnAgainst(streamed(HELLO), { messages, continuesPaused: true });
    expect(outcome).toMatchObject({ ok: true, value: { text: 'Hello' } });
  });

  it('is never a prefill, not even by mistake', async () => {
    const { claude, server } = await rig(streamed(HELLO));
    const prefill = { role: 'assistant' as const, content: 'I will' };
    expect(await claude.turn(turnRequest({ messages: [...turnRequest().messages, prefill] }))).toEqual({
      ok: false,
      failure: {
        reason: 'invalid_request',
        detail: 'the last message is text of the assistant, a prefill',
        usage: null,
        billed: false,
      },
    });
    expect(server.received).toEqual([]);
  });
});

describe('a reply', () => {
  it('is whole: text, usage, model and request id', async () => {
    const { claude, news } = await rig(streamed(HELLO));
    const deltas: string[] = [];
    const outcome = await claude.turn(turnRequest(), { onText: delta => deltas.push(delta) });
    expect(outcome).toEqual({ ok: true, value: HELLO_REPLY });
    expect(deltas).toEqual(['Hel', 'lo']);
    expect(news).toEqual([
      { kind: 'answered', model: 'claude-sonnet-5-5', requestId: 'req_1', exhaustedForMs: null, limits: [] },
    ]);
  });

  it('keeps thinking and tool calls exactly as they came, parallel calls in order', async () => {
    const events = [
      START,
      ...thinkingBlock(0, 'look first', 'c2ln'),
      ...textBlock(1, 'Reading.'),
      ...toolBlock(2, 'toolu_a', 'read', '{"pa', 'th": "a.ts"', ', "10": 1, "2": 1e3}'),
      ...toolBlock(3, 'toolu_b', 'list', ''),
      ...stop('tool_use'),
    ];
    expect(await turnAgainst(streamed(events))).toEqual({
      ok: true,
      value: {
        ...HELLO_REPLY,
        stop: 'tool_use',
        text: 'Reading.',
        content: [
          { type: 'thinking', thinking: 'look first', signature: 'c2ln' },
          { type: 'text', text: 'Reading.', citations: null },
          { type: 'tool_use', id: 'toolu_a', name: 'read', input: { path: 'a.ts', '10': 1, '2': 1000 } },
          { type: 'tool_use', id: 'toolu_b', name: 'list', input: {} },
        ],
        toolCalls: [
          {
            id: 'toolu_a',
            name: 'read',
            raw: '{"path": "a.ts", "10": 1, "2": 1e3}',
            input: { path: 'a.ts', '10': 1, '2': 1000 },
          },
          { id: 'toolu_b', name: 'list', raw: '{}', input: {} },
        ],
      },
    });
  });

  it('never offers half a tool call as a whole one when max_tokens cuts it', async () => {
    const half = '{"command":"rm -rf ./build","cwd":"/tmp/x';
    const outcome = await turnAgainst(
      streamed([START, ...toolBlock(0, 'toolu_a', 'run', half), ...stop('max_tokens')]),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: { stop: 'max_tokens', toolCalls: [{ id: 'toolu_a', name: 'run', raw: half, input: null }] },
    });
  });

  it('does not trust a tool call whose block was never closed, even when its text is JSON', async () => {
    const open = [
      blockStart(0, { type: 'tool_use', id: 'toolu_a', name: 'run', input: {} }),
      blockDelta(0, { type: 'input_json_delta', partial_json: '{"command":"ls"}' }),
    ];
    expect(await turnAgainst(streamed([START, ...open, ...stop('tool_use')]))).toMatchObject({
      value: { toolCalls: [{ id: 'toolu_a', name: 'run', raw: '{"command":"ls"}', input: null }] },
    });
  });

  it.each(['{"a":1,}', '{a:1}', '{"a":1} x', 'NaN', '<read>a.ts</read>'])(
    'whose tool input is %s is a reply, its call not repaired and its content fit to go back',
    async raw => {
      const events = [START, ...toolBlock(0, 'toolu_a', 'run', raw), ...stop('tool_use')];
      expect(await turnAgainst(streamed(events))).toEqual({
        ok: true,
        value: {
          ...HELLO_REPLY,
          stop: 'tool_use',
          text: '',
          content: [{ type: 'tool_use', id: 'toolu_a', name: 'run', input: {} }],
          toolCalls: [{ id: 'toolu_a', name: 'run', raw, input: null }],
        },
      });
    },
  );

  it.each(['"x"', '[1]', '7'])('whose tool input is the JSON %s says so, but sends back an object', async raw => {
    const outcome = await turnAgainst(streamed([START, ...toolBlock(0, 'toolu_a', 'run', raw), ...stop('tool_use')]));
    expect(outcome).toMatchObject({
      value: { content: [{ input: {} }], toolCalls: [{ raw, input: JSON.parse(raw) }] },
    });
  });

  it.each(['pause_turn', 'stop_sequence', 'model_context_window_exceeded', 'max_tokens'])(
    'can stop by %s',
    async reason => {
      const outcome = await turnAgainst(streamed([START, ...textBlock(0, 'Hello'), ...stop(reason)]));
      expect(outcome).toEqual({ ok: true, value: { ...HELLO_REPLY, stop: reason } });
    },
  );

  it('can be a refusal, with its category', async () => {
    const details = { stop_details: { type: 'refusal', category: 'cyber', explanation: null } };
    expect(await turnAgainst(streamed([START, ...stop('refusal', details)]))).toEqual({
      ok: true,
      value: { ...HELLO_REPLY, stop: 'refusal', content: [], text: '', refusalCategory: 'cyber' },
    });
  });

  it.each([
    ['of both lives', { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 70 }, 30, 70],
    ['without a split', undefined, 0, 100],
    ['with half a split', { ephemeral_5m_input_tokens: 30 }, 30, 70],
  ])('splits the cache writes %s, in doubt by the life asked for', async (_, split, minutes, hour) => {
    const usage = {
      input_tokens: 5,
      output_tokens: 1,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: 100,
      cache_creation: split,
    };
    const outcome = await turnAgainst(streamed([start(usage), ...stop('end_turn')]), { cacheLife: '1h' });
    expect(outcome).toMatchObject({
      value: { usage: { input: 5, output: 57, cacheRead: 0, cacheWrite5m: minutes, cacheWrite1h: hour } },
    });
  });

  it.each([
    ['some of it', { thinking_tokens: 40 }, 40],
    ['none of it', { thinking_tokens: 0 }, 0],
    ['nothing known of it', null, undefined],
    ['a proxy that leaves it out', undefined, undefined],
    ['more than was written', { thinking_tokens: 58 }, undefined],
    ['no count', { thinking_tokens: 'many' }, undefined],
  ])('tells how much of the output was thinking: %s', async (_, details, thinking) => {
    const end = sse('message_delta', {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 57, output_tokens_details: details },
    });
    const outcome = await turnAgainst(streamed([START, end, sse('message_stop', { type: 'message_stop' })]));
    expect(outcome.ok && outcome.value.usage.thinking).toBe(thinking);
  });

  it('tells of a bucket that this request has emptied', async () => {
    const { claude, news } = await rig(
      streamed(HELLO, {
        date: 'Sat, 21 Nov 2026 12:00:00 GMT',
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-21T12:00:08Z',
      }),
    );
    await claude.turn(turnRequest());
    expect(news).toEqual([
      { kind: 'answered', model: 'claude-sonnet-5-5', requestId: 'req_1', exhaustedForMs: 8000, limits: [] },
    ]);
  });

  it.each<[string, Answer]>([
    ['is cut', cutOff(HELLO)],
    ['hangs', stalled(HELLO)],
  ])('that has ended is kept when its connection then %s', async (_, answer) => {
    const { claude, clock } = await rig(answer);
    const turn = claude.turn(turnRequest(), { onText: delta => delta === 'lo' && heard.resolve() });
    const heard = Promise.withResolvers<void>();
    await heard.promise;
    await clock.advance(120_000);
    expect(await turn).toEqual({ ok: true, value: { ...HELLO_REPLY, requestId: null } });
  });

  it('may bring events that nobody knows yet', async () => {
    const news = sse('content_block_sparkle', { type: 'content_block_sparkle', index: 0 });
    expect(await turnAgainst(streamed([START, news, ...HELLO.slice(1)]))).toEqual({ ok: true, value: HELLO_REPLY });
  });
});

describe("a caller's own listener that throws", () => {
  it('is a bug of the caller and no cut stream, which would be paid for again', async () => {
    const { claude } = await rig(streamed(HELLO));
    const onText = () => {
      throw new Error('bug: no screen');
    };
    await expect(claude.turn(turnRequest(), { onText })).rejects.toThrow('bug: no screen');
  });
});

describe('the list of models', () => {
  it('is read to its last page', async () => {
    const page = (id: string, has_more: boolean) =>
      JSON.stringify({ data: [{ id, lifecycle: 'active' }], has_more, last_id: id });
    const { claude, server } = await rig((response, { url }) => {
      response.setHeader('content-type', 'application/json');
      response.end(url.includes('after_id=a') ? page('b', false) : page('a', true));
    });
    expect(await claude.models()).toEqual({
      ok: true,
      value: [
        { id: 'a', lifecycle: 'active' },
        { id: 'b', lifecycle: 'active' },
      ],
    });
    expect(server.received.map(({ url }) => url)).toEqual([
      '/v1/models?limit=1000',
      '/v1/models?limit=1000&after_id=a',
    ]);
  });
});
