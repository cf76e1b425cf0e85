/** A scripted reply becomes the reply of a model: ids, signatures, token counts, and an end where the limit is. */
import type { Fault, RefusalCategory } from './faults.ts';
import type { ModelRow } from './model-table.ts';
import { countPromptTokens } from './prefix-cache.ts';
import { canonicalText, conversationDigest, digestOf, extendDigest, tokensOf } from './prompt-digest.ts';
import { isObject, type JsonObject, type MessagesRequest } from './request-shape.ts';
import { findMismatch } from './schema-check.ts';
import { signThinking } from './thinking-signature.ts';

export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded';

export type ScriptedBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'tool_use'; readonly name: string; readonly input: JsonObject }
  /** A structured answer, checked against the schema that the request asks for. */
  | { readonly type: 'json'; readonly value: unknown };

export interface ScriptedReply {
  readonly content: readonly ScriptedBlock[];
  /** `tool_use` when a tool is called and `end_turn` otherwise, if the script does not say. */
  readonly stop?: StopReason;
  readonly stopSequence?: string;
  readonly refusal?: { readonly category: RefusalCategory | null; readonly explanation: string | null };
}

/** Decides what the model says, from the request alone. */
export type Answer = (request: MessagesRequest) => Promise<ScriptedReply> | ScriptedReply;

export type ReplyBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly shown: string; readonly signature: string }
  /** `raw` is the input as the model wrote it, which a limit may have cut. */
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly raw: string };

export interface ComposedReply {
  readonly blocks: readonly ReplyBlock[];
  readonly stop: StopReason;
  readonly stopSequence: string | null;
  readonly refusal: { readonly category: RefusalCategory | null; readonly explanation: string | null } | null;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  /** The conversation with this reply at its end. */
  readonly digest: string;
}

/** What is wrong with a script's reply to this request, in words for the script's author; null when nothing is. */
export function findScriptBug(request: MessagesRequest, reply: ScriptedReply): string | null {
  if (reply.content.some(block => block.type === 'text' && block.text.trim() === '')) return 'a text block is blank';
  const stop = stopOf(reply);
  const schema = request.output_config?.format?.schema;
  if (schema === undefined || stop !== 'end_turn') return null;
  return findStructuredBug(schema, reply.content.map(block => textOf(block)).join(''));
}

function findStructuredBug(schema: JsonObject, text: string): string | null {
  try {
    const mismatch = findMismatch(schema, JSON.parse(text));
    return mismatch === null ? null : `the structured answer does not match the schema: ${mismatch}`;
  } catch (error) {
    return `the structured answer is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function textOf(block: ScriptedBlock): string {
  if (block.type === 'json') return JSON.stringify(block.value);
  return block.type === 'text' ? block.text : '';
}

function stopOf(reply: ScriptedReply): StopReason {
  if (reply.refusal !== undefined) return 'refusal';
  return reply.stop ?? (reply.content.some(block => block.type === 'tool_use') ? 'tool_use' : 'end_turn');
}

/** The reply to a request under its limits and an optional fault. */
export function composeReply(
  request: MessagesRequest,
  row: ModelRow,
  script: ScriptedReply,
  fault: Fault | null,
): ComposedReply {
  const faulty = applyFault(script, fault);
  const drafts = draftsOf(request, faulty.content);
  const limit = limitOf(request, row, drafts, fault);
  const kept = cutDrafts(drafts, limit.characters);
  const { blocks, digest } = seal(request, kept);
  const characters = sumCharacters(kept);
  return {
    blocks,
    stop: sumCharacters(drafts) > limit.characters ? limit.stop : stopOf(faulty),
    stopSequence: faulty.stopSequence ?? null,
    refusal: faulty.refusal ?? null,
    outputTokens: request.max_tokens === 0 ? 0 : Math.max(1, tokensOf(characters)),
    thinkingTokens: tokensOf(sumCharacters(kept.filter(draft => draft.type === 'thinking'))),
    digest,
  };
}

function applyFault(script: ScriptedReply, fault: Fault | null): ScriptedReply {
  if (fault?.kind === 'refusal') {
    return { content: [], refusal: { category: fault.category, explanation: fault.explanation } };
  }
  if (fault?.kind !== 'pause_turn') return script;
  const said = script.content.filter(block => block.type !== 'tool_use');
  return { content: said.length > 0 ? said : [{ type: 'text', text: 'One moment.' }], stop: 'pause_turn' };
}

/** A block before its place in the conversation is known. `body` is what counts and what a limit cuts. */
interface Draft {
  readonly type: 'text' | 'thinking' | 'tool_use';
  readonly name: string;
  readonly body: string;
}

function draftsOf(request: MessagesRequest, content: readonly ScriptedBlock[]): Draft[] {
  const thinks = request.thinking?.type !== 'disabled';
  return content.filter(block => thinks || block.type !== 'thinking').map(draftOf);
}

function draftOf(block: ScriptedBlock): Draft {
  if (block.type === 'tool_use') return { type: 'tool_use', name: block.name, body: JSON.stringify(block.input) };
  if (block.type === 'thinking') return { type: 'thinking', name: '', body: block.thinking };
  return { type: 'text', name: '', body: textOf(block) };
}

const sumCharacters = (drafts: readonly Draft[]): number =>
  drafts.reduce((sum, draft) => sum + draft.name.length + draft.body.length, 0);

interface Limit {
  readonly characters: number;
  readonly stop: StopReason;
}

/** The nearest of three ends: the caller's limit, the context window, and a fault that wants the last block in half. */
function limitOf(request: MessagesRequest, row: ModelRow, drafts: readonly Draft[], fault: Fault | null): Limit {
  const room = Math.max(0, row.contextTokens - countPromptTokens(request));
  const natural: Limit =
    room < request.max_tokens
      ? { characters: charactersIn(room), stop: 'model_context_window_exceeded' }
      : { characters: charactersIn(request.max_tokens), stop: 'max_tokens' };
  if (fault?.kind !== 'max_tokens' && fault?.kind !== 'context_exceeded') return natural;
  const half = sumCharacters(drafts) - Math.ceil((drafts.at(-1)?.body.length ?? 0) / 2);
  const stop = fault.kind === 'max_tokens' ? 'max_tokens' : 'model_context_window_exceeded';
  return half < natural.characters ? { characters: half, stop } : natural;
}

/** The most characters that are not estimated at more than this many tokens. */
const charactersIn = (tokens: number): number => Math.floor((tokens * 18) / 5);

function cutDrafts(drafts: readonly Draft[], limit: number): Draft[] {
  let left = limit;
  return drafts.flatMap(draft => {
    const body = draft.body.slice(0, Math.max(0, left - draft.name.length));
    const fits = left > draft.name.length && (body !== '' || draft.body === '');
    left -= draft.name.length + draft.body.length;
    return fits ? [{ ...draft, body }] : [];
  });
}

/** Ids and signatures come from the conversation before the block, so that a restarted server never repeats one. */
function seal(request: MessagesRequest, drafts: readonly Draft[]): { blocks: ReplyBlock[]; digest: string } {
  const isShown = request.thinking?.display === 'summarized';
  let digest = conversationDigest(request);
  const blocks = drafts.map(draft => {
    const block = sealBlock(request.model, digest, draft, isShown);
    digest = extendDigest(digest, 'assistant', canonicalText(contentOf(block)));
    return block;
  });
  return { blocks, digest };
}

function sealBlock(model: string, before: string, { type, name, body }: Draft, isShown: boolean): ReplyBlock {
  if (type === 'text') return { type, text: body };
  if (type === 'tool_use') return { type, id: `toolu_${digestOf('call', before).slice(0, 24)}`, name, raw: body };
  const shown = isShown ? body : '';
  return { type, thinking: body, shown, signature: signThinking(model, before, shown, body) };
}

/** A block as a reply carries it. A cut input is not JSON any more; plain replies show it as an empty one. */
export function contentOf(block: ReplyBlock): JsonObject {
  if (block.type === 'text') return { type: 'text', text: block.text, citations: null };
  if (block.type === 'thinking') return { type: 'thinking', thinking: block.shown, signature: block.signature };
  return { type: 'tool_use', id: block.id, name: block.name, input: parseInput(block.raw), caller: { type: 'direct' } };
}

function parseInput(raw: string): JsonObject {
  try {
    const input: unknown = JSON.parse(raw);
    return isObject(input) ? input : {};
  } catch {
    // Cut by a limit: there is no input to show.
    return {};
  }
}
