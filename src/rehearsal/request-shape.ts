/** The words of the Messages API as this server speaks them, and how to look into a request that nobody has checked yet. */

export interface JsonObject {
  readonly [key: string]: unknown;
}

export type CacheLife = '5m' | '1h';

export interface CacheMark {
  readonly type: 'ephemeral';
  readonly ttl?: CacheLife;
}

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly (TextBlock | MediaBlock)[];
  readonly is_error?: boolean;
}

/** Accepted and counted, never looked into. */
export interface MediaBlock {
  readonly type: 'image' | 'document' | 'search_result' | 'redacted_thinking';
}

export type ContentBlock = TextBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock | MediaBlock;

export interface MessageTurn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string | readonly ContentBlock[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly input_schema?: JsonObject;
  readonly strict?: boolean;
}

/** A request that has passed every rule. Fields that only rules and the cache read stay untyped. */
export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly MessageTurn[];
  readonly system?: string | readonly TextBlock[];
  readonly tools?: readonly ToolDefinition[];
  readonly tool_choice?: JsonObject;
  readonly thinking?: JsonObject;
  readonly output_config?: {
    readonly effort?: string | null;
    readonly format?: { readonly schema: JsonObject } | null;
  };
  readonly cache_control?: CacheMark | null;
  readonly diagnostics?: { readonly previous_message_id?: string | null } | null;
  readonly stream?: boolean;
  readonly speed?: string | null;
}

/** One content block with its address in the request (`messages.3.content.0`), before or after checking. */
export interface Placed {
  readonly path: string;
  readonly block: JsonObject;
}

/** A message with its content as blocks: a plain string is shorthand for one text block. */
export interface Turn {
  readonly path: string;
  readonly role: unknown;
  readonly blocks: readonly Placed[];
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Blocks of a content or system field; what is not an object shows up as an empty one, for the shape rule to name. */
export function blocksOf(content: unknown, path: string): readonly Placed[] {
  if (typeof content === 'string') return content === '' ? [] : [{ path, block: { type: 'text', text: content } }];
  return listOf(content).map((block, index) => ({ path: `${path}.${index}`, block: objectOf(block) }));
}

/** Every rule asks for the same view of the same request, so it is made once; a request never changes. */
export function oncePerRequest<View>(make: (fields: JsonObject) => View): (fields: JsonObject) => View {
  const made = new WeakMap<JsonObject, View>();
  return fields => {
    const known = made.get(fields) ?? make(fields);
    made.set(fields, known);
    return known;
  };
}

export const turnsOf = oncePerRequest((fields): readonly Turn[] =>
  listOf(fields.messages).map((message, index) => {
    const { role, content } = objectOf(message);
    return { path: `messages.${index}`, role, blocks: blocksOf(content, `messages.${index}.content`) };
  }),
);

export const toolsOf = (fields: JsonObject): readonly Placed[] => blocksOf(fields.tools, 'tools');

export const systemOf = (fields: JsonObject): readonly Placed[] => blocksOf(fields.system, 'system');
