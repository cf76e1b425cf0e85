/** Why a prompt cache was missed, for requests that ask with `diagnostics.previous_message_id`. */
import { cacheDigests } from './prefix-cache.ts';
import { type PromptBlock, promptBlocks, tokensOf } from './prompt-digest.ts';
import { type MessagesRequest, objectOf } from './request-shape.ts';

export type CacheMissReason =
  | { readonly type: 'previous_message_not_found' }
  | {
      readonly type: 'model_changed' | 'tools_changed' | 'system_changed' | 'messages_changed';
      readonly cache_missed_input_tokens: number;
    };

interface Fingerprint {
  readonly model: string;
  readonly tools: string | null;
  readonly system: string | null;
  readonly messages: readonly string[];
  readonly tokens: number;
}

/** Remembers what each reply was made from. */
export class CacheDiagnosis {
  readonly #seen = new Map<string, MessagesRequest>();

  /** The reply's `diagnostics`: null when the request did not ask. */
  explain(request: MessagesRequest): { cache_miss_reason: CacheMissReason | null } | null {
    const { diagnostics } = request;
    if (diagnostics === undefined || diagnostics === null) return null;
    const id = diagnostics.previous_message_id ?? null;
    return { cache_miss_reason: id === null ? null : this.#compare(id, fingerprintOf(request)) };
  }

  remember(messageId: string, request: MessagesRequest): void {
    this.#seen.set(messageId, request);
  }

  #compare(previousId: string, now: Fingerprint): CacheMissReason | null {
    const previous = this.#seen.get(previousId);
    if (previous === undefined) return { type: 'previous_message_not_found' };
    const before = fingerprintOf(previous);
    const type = firstDifference(before, now);
    return type === null ? null : { type, cache_missed_input_tokens: before.tokens };
  }
}

function firstDifference(before: Fingerprint, now: Fingerprint) {
  if (before.model !== now.model) return 'model_changed';
  if (before.tools !== now.tools) return 'tools_changed';
  if (before.system !== now.system) return 'system_changed';
  const last = before.messages.at(-1);
  return last !== undefined && !now.messages.includes(last) ? 'messages_changed' : null;
}

function fingerprintOf(request: MessagesRequest): Fingerprint {
  const blocks = promptBlocks(objectOf(request));
  const digests = cacheDigests(request, blocks);
  const of = (layer: PromptBlock['layer']) => digests.filter((_, index) => blocks[index]?.layer === layer);
  return {
    model: request.model,
    tools: of('tools').at(-1) ?? null,
    system: of('system').at(-1) ?? null,
    messages: of('messages'),
    tokens: tokensOf(blocks.reduce((sum, block) => sum + block.characters, 0)),
  };
}
