/** The reply as JSON: the message, its usage, and the headers that come with it. */
import type { Usage } from '../domain/money.ts';
import type { CacheMissReason } from './cache-diagnosis.ts';
import { type ComposedReply, contentOf, type StopReason } from './compose-reply.ts';
import type { PromptUsage } from './prefix-cache.ts';
import type { JsonObject } from './request-shape.ts';

export interface ReplyUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly thinking_tokens: number };
  readonly server_tool_use: null;
  readonly service_tier: 'standard';
  readonly inference_geo: string;
  readonly speed: string;
}

export interface ReplyMessage {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly JsonObject[];
  readonly stop_reason: StopReason | null;
  readonly stop_sequence: string | null;
  readonly stop_details: JsonObject | null;
  readonly container: null;
  readonly diagnostics: { readonly cache_miss_reason: CacheMissReason | null } | null;
  readonly usage: ReplyUsage;
}

export interface ReplyParts {
  readonly id: string;
  readonly model: string;
  readonly speed: string;
  readonly composed: ComposedReply;
  readonly prompt: PromptUsage;
  readonly diagnostics: ReplyMessage['diagnostics'];
}

export function replyMessage({ id, model, speed, composed, prompt, diagnostics }: ReplyParts): ReplyMessage {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: composed.blocks.map(contentOf),
    stop_reason: composed.stop,
    stop_sequence: composed.stopSequence,
    stop_details: composed.refusal === null ? null : { type: 'refusal', ...composed.refusal },
    container: null,
    diagnostics,
    usage: replyUsage(prompt, composed, speed),
  };
}

function replyUsage(prompt: PromptUsage, composed: ComposedReply, speed: string): ReplyUsage {
  return {
    input_tokens: prompt.input,
    cache_creation_input_tokens: prompt.cacheWrite5m + prompt.cacheWrite1h,
    cache_read_input_tokens: prompt.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: prompt.cacheWrite5m,
      ephemeral_1h_input_tokens: prompt.cacheWrite1h,
    },
    output_tokens: composed.outputTokens,
    output_tokens_details: { thinking_tokens: composed.thinkingTokens },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
    speed,
  };
}

/** The same numbers in the words of the ledger. */
export const billedUsage = (usage: ReplyUsage): Usage => ({
  input: usage.input_tokens,
  output: usage.output_tokens,
  thinking: usage.output_tokens_details.thinking_tokens,
  cacheRead: usage.cache_read_input_tokens,
  cacheWrite5m: usage.cache_creation.ephemeral_5m_input_tokens,
  cacheWrite1h: usage.cache_creation.ephemeral_1h_input_tokens,
});

const LIMITS_PER_MINUTE = { requests: 1000, 'input-tokens': 2_000_000, 'output-tokens': 400_000, tokens: 2_400_000 };

/** Rate limits as if this request were the only one of its minute; cache reads are free. */
export function rateHeaders(usage: ReplyUsage | null, now: Date): Record<string, string> {
  const input = usage === null ? 0 : usage.input_tokens + usage.cache_creation_input_tokens;
  const output = usage?.output_tokens ?? 0;
  const used = { requests: 1, 'input-tokens': input, 'output-tokens': output, tokens: input + output };
  const reset = new Date(now.getTime() + 60_000).toISOString();
  const names = ['requests', 'input-tokens', 'output-tokens', 'tokens'] as const;
  return Object.fromEntries(
    names.flatMap(name => [
      [`anthropic-ratelimit-${name}-limit`, String(LIMITS_PER_MINUTE[name])],
      [`anthropic-ratelimit-${name}-remaining`, String(Math.max(0, LIMITS_PER_MINUTE[name] - used[name]))],
      [`anthropic-ratelimit-${name}-reset`, reset],
    ]),
  );
}
