import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type MessagesServer,
  type MessagesServerOptions,
  startMessagesServer,
} from '../../src/rehearsal/messages-server.ts';
import { handClock } from '../support/rehearsal-http.ts';

const servers: MessagesServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close()));
});

async function start(options: MessagesServerOptions) {
  const server = await startMessagesServer(options);
  servers.push(server);
  return {
    server,
    client: new Anthropic({ apiKey: 'rehearsal', baseURL: server.url, maxRetries: 0, logLevel: 'off' }),
  };
}

const tools: Anthropic.Tool[] = ['read', 'run'].map(name => ({
  name,
  description: `Would ${name}. ${'Long words. '.repeat(200)}`,
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
}));

const base = {
  model: 'claude-opus-5-5',
  max_tokens: 64_000,
  tools,
  system: [{ type: 'text' as const, text: 'You build. '.repeat(300), cache_control: { type: 'ephemeral' as const } }],
  cache_control: { type: 'ephemeral' as const },
};

const results = (message: Anthropic.Message): Anthropic.ToolResultBlockParam[] =>
  message.content
    .filter(block => block.type === 'tool_use')
    .map(block => ({
      type: 'tool_result',
      tool_use_id: block.id,
      content: `Result of ${block.name}. ${'Line. '.repeat(900)}`,
    }));

describe('the real SDK on the embedded server', () => {
  it('streams text, thinking and parallel tool calls whole', async () => {
    const text = `${'Snow ❄ and 😀 faces. '.repeat(80)}End.`;
    const input = { path: 'src/a.ts', lines: [1, 2, 3], note: '"quoted" \\ 😀' };
    const { client } = await start({
      answer: () => ({
        content: [
          { type: 'thinking', thinking: 'First I look.' },
          { type: 'text', text },
          { type: 'tool_use', name: 'read', input },
          { type: 'tool_use', name: 'run', input: {} },
        ],
      }),
    });
    const stream = client.messages.stream({
      ...base,
      thinking: { type: 'adaptive', display: 'summarized' },
      messages: [{ role: 'user', content: 'Go.' }],
    });
    const deltas: string[] = [];
    stream.on('text', delta => deltas.push(delta));
    const message = await stream.finalMessage();
    const id = expect.stringMatching(/^toolu_[0-9a-f]{24}$/);
    expect(message.content).toEqual([
      { type: 'thinking', thinking: 'First I look.', signature: expect.stringMatching(/.{80}/) },
      { type: 'text', text, citations: null },
      { type: 'tool_use', id, name: 'read', input, caller: { type: 'direct' } },
      { type: 'tool_use', id, name: 'run', input: {}, caller: { type: 'direct' } },
    ]);
    expect(deltas.length).toBeGreaterThan(20);
    expect(message).toMatchObject({ model: 'claude-opus-5-5', stop_reason: 'tool_use', stop_details: null });
    expect(stream.request_id).toBe('req_rehearsal_000001');
  });

  it('says the same in a plain reply as in a stream', async () => {
    const { client, server } = await start({
      answer: () => ({
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'tool_use', name: 'read', input: { path: 'a' } },
        ],
      }),
    });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Go.' }];
    const plain = await client.messages.create({ ...base, max_tokens: 1000, messages });
    const streamed = await client.messages.stream({ ...base, max_tokens: 1000, messages }).finalMessage();
    const [first, second] = server.exchanges();
    expect(JSON.parse(JSON.stringify(streamed.content))).toEqual(plain.content);
    expect({ ...plain }).toMatchObject({ ...first?.reply });
    expect(streamed.usage).toEqual(second?.reply?.usage);
    expect(streamed.usage.output_tokens_details).toEqual({ thinking_tokens: 1 });
    expect(plain.content[0]).toMatchObject({ type: 'thinking', thinking: '' });
  });

  it('runs a 25-turn loop of thinking and tools on a growing history, reads 90 % from the cache and bills what it told', async () => {
    const clock = handClock();
    const { client, server } = await start({
      clock,
      answer: ({ messages }) =>
        messages.length < 49
          ? {
              content: [
                { type: 'thinking', thinking: `Turn ${messages.length}.` },
                { type: 'tool_use', name: 'read', input: { path: 'a.ts' } },
                { type: 'tool_use', name: 'run', input: {} },
              ],
            }
          : { content: [{ type: 'text', text: 'Done.' }] },
    });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Build it. '.repeat(500) }];
    const told = { input: 0, output: 0, thinking: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    let stop: string | null = null;
    while (stop !== 'end_turn') {
      const message = await client.messages.stream({ ...base, messages }).finalMessage();
      const { usage } = message;
      told.input += usage.input_tokens;
      told.output += usage.output_tokens;
      told.thinking += usage.output_tokens_details?.thinking_tokens ?? 0;
      told.cacheRead += usage.cache_read_input_tokens ?? 0;
      told.cacheWrite5m += usage.cache_creation?.ephemeral_5m_input_tokens ?? 0;
      stop = message.stop_reason;
      messages.push({ role: 'assistant', content: message.content }, { role: 'user', content: results(message) });
      clock.advance(60_000);
    }
    expect(server.billed()).toEqual({ replies: 25, byModel: { 'claude-opus-5-5': told } });
    expect(told.thinking > 0 && told.thinking < told.output).toBe(true);
    expect(told.cacheRead / (told.input + told.cacheRead + told.cacheWrite5m)).toBeGreaterThan(0.9);
    expect(server.exchanges().map(exchange => exchange.status)).toEqual(Array(25).fill(200));
  });

  it('is refused when it edits what it said before, and heard again when it takes all thinking out', async () => {
    const { client } = await start({
      answer: ({ messages }) => ({
        content: [
          { type: 'thinking', thinking: `Turn ${messages.length}.` },
          { type: 'tool_use', name: 'read', input: {} },
        ],
      }),
    });
    const history: Anthropic.MessageParam[] = [{ role: 'user', content: 'Build it.' }];
    for (let turn = 0; turn < 2; turn += 1) {
      const message = await client.messages.stream({ ...base, messages: history }).finalMessage();
      history.push({ role: 'assistant', content: message.content }, { role: 'user', content: results(message) });
    }
    const again = (messages: Anthropic.MessageParam[], more = {}) =>
      client.messages
        .stream({ ...base, ...more, messages })
        .finalMessage()
        .then(
          message => message.stop_reason,
          (error: unknown) => (error instanceof Anthropic.APIError ? [error.status, error.apiMessage] : error),
        );
    const withoutThinking = (messages: Anthropic.MessageParam[]) =>
      messages.map(
        (message): Anthropic.MessageParam =>
          message.role === 'assistant' && Array.isArray(message.content)
            ? { role: 'assistant', content: message.content.filter(block => block.type !== 'thinking') }
            : message,
      );
    const shortened = history.map(
      (message, index): Anthropic.MessageParam =>
        index === 2 && Array.isArray(message.content)
          ? {
              role: 'user',
              content: message.content.map(block =>
                block.type === 'tool_result' ? { ...block, content: 'cut' } : block,
              ),
            }
          : message,
    );
    const refused = (path: string) => [400, expect.stringMatching(new RegExp(`^${path}.*Invalid .signature.`))];
    expect({
      same: await again(history),
      lessEffort: await again(history, { output_config: { effort: 'low' }, max_tokens: 9000, cache_control: null }),
      otherMarks: await again(history, { system: [{ type: 'text', text: base.system[0]?.text }] }),
      otherModel: await again(history, { model: 'claude-sonnet-5-5' }),
      noThinking: await again(withoutThinking(history)),
      shortened: await again(shortened),
      oneThoughtMissing: await again([...withoutThinking(history.slice(0, 2)), ...history.slice(2)]),
      otherTool: await again(history, { tools: tools.toReversed() }),
      otherSystem: await again(history, { system: 'Today is Saturday.' }),
    }).toEqual({
      same: 'tool_use',
      lessEffort: 'tool_use',
      otherMarks: 'tool_use',
      otherModel: 'tool_use',
      noThinking: 'tool_use',
      shortened: refused('messages.3.content.0'),
      oneThoughtMissing: refused('messages.3.content.0'),
      otherTool: refused('messages.1.content.0'),
      otherSystem: refused('messages.1.content.0'),
    });
  });

  it('gets structured answers as JSON text, and the script gets told when they do not fit', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
      additionalProperties: false,
    };
    const { client } = await start({
      answer: ({ messages }) => ({ content: [{ type: 'json', value: { n: messages.length === 1 ? 7 : 'seven' } }] }),
    });
    const ask = (...contents: string[]) =>
      client.messages
        .stream({
          model: 'claude-opus-5-5',
          max_tokens: 1000,
          output_config: { format: { type: 'json_schema', schema } },
          messages: contents.map(content => ({ role: 'user', content })),
        })
        .finalMessage();
    expect((await ask('Count.')).content).toEqual([{ type: 'text', text: '{"n":7}', citations: null }]);
    await expect(ask('Count.', 'Again.')).rejects.toMatchObject({
      status: 500,
      apiMessage: 'rehearsal script: the structured answer does not match the schema: $.n: must be integer',
    });
  });

  it('counts tokens and lists the models', async () => {
    const { client } = await start({ answer: () => ({ content: [] }) });
    const counted = await client.messages.countTokens({
      model: 'claude-haiku-5-5',
      messages: [{ role: 'user', content: 'x'.repeat(361) }],
    });
    const { data: models } = await client.models.list();
    expect(counted).toEqual({ input_tokens: 101 });
    expect(models.map(({ id, line, lifecycle }) => [id, line, lifecycle])).toEqual([
      ['claude-opus-5-5', 'opus', 'active'],
      ['claude-sonnet-5-5', 'sonnet', 'active'],
      ['claude-haiku-5-5', 'haiku', 'active'],
    ]);
    expect((await client.models.retrieve('claude-haiku-5-5')).capabilities?.thinking.types).toEqual({
      adaptive: { supported: true },
      enabled: { supported: false },
      disabled: { supported: true },
      between_tools: { supported: false },
    });
    await expect(client.models.retrieve('claude-haiku-9')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });

  it('explains a cache miss when it is asked to', async () => {
    const { client } = await start({ answer: () => ({ content: [{ type: 'text', text: 'Yes.' }] }) });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Go.' }];
    const ask = async (previous: string | null, more = {}) =>
      client.messages.create({
        ...base,
        max_tokens: 1000,
        messages,
        ...more,
        diagnostics: { previous_message_id: previous },
      });
    const first = await ask(null);
    const reasons = {
      first: first.diagnostics,
      same: (await ask(first.id)).diagnostics,
      longer: (await ask(first.id, { messages: [...messages, ...messages] })).diagnostics,
      effort: (await ask(first.id, { output_config: { effort: 'low' } })).diagnostics,
      tools: (await ask(first.id, { tools: tools.toReversed() })).diagnostics,
      unknown: (await ask('msg_unknown')).diagnostics,
    };
    const missed = (type: string) => ({ cache_miss_reason: { type, cache_missed_input_tokens: expect.any(Number) } });
    expect(reasons).toEqual({
      first: { cache_miss_reason: null },
      same: { cache_miss_reason: null },
      longer: { cache_miss_reason: null },
      effort: missed('messages_changed'),
      tools: missed('tools_changed'),
      unknown: { cache_miss_reason: { type: 'previous_message_not_found' } },
    });
  });

  it('finds the server from another process by ANTHROPIC_BASE_URL alone', async () => {
    const { server } = await start({
      answer: () => ({ content: [{ type: 'text', text: 'Heard you.' }] }),
      acceptedKey: 'from-env',
    });
    const script = `
      import Anthropic from '@anthropic-ai/sdk';
      const stream = new Anthropic().messages.stream({ model: 'claude-haiku-5-5', max_tokens: 64000, messages: [{ role: 'user', content: 'Hello' }] });
      process.stdout.write(await stream.finalText());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: 'from-env' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', chunk => {
      said += String(chunk);
    });
    const [code] = await once(child, 'close');
    expect({ code, said }).toEqual({ code: 0, said: 'Heard you.' });
  });
});
