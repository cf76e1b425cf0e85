/**
 * The body of a turn on the wire. It has no field for sampling parameters, a tool choice or an edited history, so that
 * none of them can be asked for.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { Message, SystemBlock, TurnRequest } from './claude.ts';
import { dialectOf } from './models.ts';

export type RequestBody = Pick<
  Anthropic.MessageCreateParamsNonStreaming,
  'model' | 'max_tokens' | 'system' | 'tools' | 'messages' | 'cache_control' | 'output_config' | 'thinking'
>;

/**
 * Messages and tools go as they are given; two cache marks are added outside of them, on the last system block (shared
 * by all workers of a role) and automatically on the last block of all. Summaries of thinking are asked for, because
 * what a model says between tool calls is in there and would be empty otherwise.
 */
export function bodyOf(request: TurnRequest): RequestBody {
  const mark: Anthropic.CacheControlEphemeral = { type: 'ephemeral', ttl: request.cacheLife };
  const { adaptiveThinking } = dialectOf(request.model);
  const outputConfig = outputConfigOf(request);
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    ...(request.system.length > 0 && { system: withMark(request.system, mark) }),
    ...(request.tools.length > 0 && { tools: request.tools }),
    messages: request.messages,
    cache_control: mark,
    ...(adaptiveThinking && { thinking: { type: 'adaptive', display: 'summarized' } }),
    ...(outputConfig !== null && { output_config: outputConfig }),
  };
}

function withMark(system: readonly SystemBlock[], mark: Anthropic.CacheControlEphemeral): SystemBlock[] {
  return system.map((block, index) => (index === system.length - 1 ? { ...block, cache_control: mark } : block));
}

function outputConfigOf({ model, effort, format }: TurnRequest): Anthropic.OutputConfig | null {
  const config: Anthropic.OutputConfig = {
    ...(dialectOf(model).effort && { effort }),
    ...(format !== undefined && { format: { type: 'json_schema', schema: format } }),
  };
  return Object.keys(config).length > 0 ? config : null;
}

/** Words put into the assistant's mouth. A paused turn that is sent back ends in a server's tool block instead. */
export function isPrefill(messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return false;
  return typeof last.content === 'string' || last.content.at(-1)?.type === 'text';
}
