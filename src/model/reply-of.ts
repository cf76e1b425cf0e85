/** A finished message as a reply, or the reason why it is none: the border where the API's answer is parsed. */
import type Anthropic from '@anthropic-ai/sdk';
import { fail, ok } from '../domain/result.ts';
import { isStopReason, type TurnOutcome } from './claude.ts';
import type { CacheLife } from './prices.ts';
import type { ToolInputs } from './tool-inputs.ts';
import { usageOf } from './usage-of.ts';

/** A message without a known stop reason or without counts is garbled, though its stream ended as it should. */
export function replyOf(
  message: Anthropic.Message,
  heard: { inputs: ToolInputs; requestId: string | null; cacheLife: CacheLife },
): TurnOutcome {
  const usage = usageOf(message.usage, heard.cacheLife);
  const garbled = (detail: string) => fail({ reason: 'stream_cut', detail, usage, billed: true } as const);
  const { stop_reason: stop } = message;
  if (stop === null || !isStopReason(stop)) return garbled(`the reply has no known stop reason, but ${stop}`);
  if (usage === null) return garbled('the reply does not say how many tokens it cost');
  return ok({
    model: message.model,
    stop,
    content: message.content,
    toolCalls: heard.inputs.calls(),
    text: message.content.flatMap(block => (block.type === 'text' ? block.text : [])).join(''),
    usage,
    refusalCategory: message.stop_details?.category ?? null,
    requestId: heard.requestId,
  });
}
