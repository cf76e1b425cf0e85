/** What a model prints is as public as what it is told: a key that it found goes no further than the reply that holds it. */
import type { Block, Reply, ToolCall } from '../model/claude.ts';
import { redactSecrets } from './redact.ts';

/**
 * The reply without secrets, before it is journalled, sent back, or anything in it is run. An ordinary reply comes back
 * as it is, byte for byte. From one that held a secret the thinking is left out as well: it cannot be changed without
 * breaking its signature, and what the API signs later is bound to what it is sent from now on.
 */
export function redactReply(reply: Reply, secrets: readonly string[]): Reply {
  if (JSON.stringify(clean(reply.content, secrets)) === JSON.stringify(reply.content)) return reply;
  const spoken = reply.content.filter(({ type }) => type !== 'thinking' && type !== 'redacted_thinking');
  return {
    ...reply,
    content: spoken.map(block => clean(block, secrets) as Block), // the same shape, other strings
    toolCalls: reply.toolCalls.map(call => redactCall(call, secrets)),
    text: redactSecrets(reply.text, secrets),
  };
}

function redactCall(call: ToolCall, secrets: readonly string[]): ToolCall {
  if (call.input === null) return { ...call, raw: redactSecrets(call.raw, secrets) };
  const input = clean(call.input, secrets);
  return { ...call, input, raw: JSON.stringify(input) };
}

/** Every string inside a value, keys of objects too, without secrets. */
function clean(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactSecrets(value, secrets);
  if (Array.isArray(value)) return value.map(entry => clean(entry, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [redactSecrets(key, secrets), clean(entry, secrets)]),
  );
}
