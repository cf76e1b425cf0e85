/** Server-sent events of the Messages API, written by hand. */
import type { TurnRequest } from '../../src/model/claude.ts';

export const sse = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export const PING = sse('ping', { type: 'ping' });

/** What `START` reports, in our words. */
export const START_USAGE = { input: 120, output: 1, cacheRead: 4000, cacheWrite5m: 300, cacheWrite1h: 0 };
/** The same after `stop(…)`. */
export const FINAL_USAGE = { ...START_USAGE, output: 57 };

export const start = (usage: Record<string, unknown>, model = 'claude-sonnet-5-5'): string =>
  sse('message_start', {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });

export const START = start({
  input_tokens: 120,
  output_tokens: 1,
  cache_read_input_tokens: 4000,
  cache_creation_input_tokens: 300,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 0 },
});

export const blockStart = (index: number, block: Record<string, unknown>): string =>
  sse('content_block_start', { type: 'content_block_start', index, content_block: block });
export const blockDelta = (index: number, delta: Record<string, unknown>): string =>
  sse('content_block_delta', { type: 'content_block_delta', index, delta });
export const blockStop = (index: number): string => sse('content_block_stop', { type: 'content_block_stop', index });

export const textBlock = (index: number, ...parts: string[]): string[] => [
  blockStart(index, { type: 'text', text: '', citations: null }),
  ...parts.map(text => blockDelta(index, { type: 'text_delta', text })),
  blockStop(index),
];

export const thinkingBlock = (index: number, thinking: string, signature: string): string[] => [
  blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
  blockDelta(index, { type: 'thinking_delta', thinking }),
  blockDelta(index, { type: 'signature_delta', signature }),
  blockStop(index),
];

export const toolBlock = (index: number, id: string, name: string, ...parts: string[]): string[] => [
  blockStart(index, { type: 'tool_use', id, name, input: {} }),
  ...parts.map(part => blockDelta(index, { type: 'input_json_delta', partial_json: part })),
  blockStop(index),
];

export const stop = (reason: string | null, delta: Record<string, unknown> = {}): string[] => [
  sse('message_delta', {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null, ...delta },
    usage: { output_tokens: 57 },
  }),
  sse('message_stop', { type: 'message_stop' }),
];

export const errorEvent = (type: string, message: string): string =>
  sse('error', { type: 'error', error: { type, message } });

export const HELLO = [START, PING, ...textBlock(0, 'Hel', 'lo'), ...stop('end_turn')];

export const turnRequest = (rest: Partial<TurnRequest> = {}): TurnRequest => ({
  model: 'claude-sonnet-5-5',
  system: [{ type: 'text', text: 'You are a worker.' }],
  tools: [{ name: 'read', description: 'Reads a file.', input_schema: { type: 'object', properties: {} } }],
  messages: [{ role: 'user', content: 'Go on.' }],
  maxTokens: 64_000,
  effort: 'medium',
  cacheLife: '5m',
  ...rest,
});
