/** A request as one line of blocks, tools first, then system, then messages, and a running digest over them. */
import { hash } from 'node:crypto';
import {
  blocksOf,
  type CacheLife,
  isObject,
  type JsonObject,
  listOf,
  type MessagesRequest,
  objectOf,
  oncePerRequest,
  systemOf,
  toolsOf,
  turnsOf,
} from './request-shape.ts';

export interface PromptBlock {
  readonly path: string;
  readonly layer: 'tools' | 'system' | 'messages';
  readonly role: string;
  /** What the model would read: cache marks and spelled-out defaults are not part of it. */
  readonly text: string;
  readonly characters: number;
  readonly mark: CacheLife | null;
  readonly block: JsonObject;
}

/** Bytes per image, document or search result are no measure of their tokens; this stands for about 1,500. */
const MEDIA_CHARACTERS = 5400;
const MEDIA = new Set<unknown>(['image', 'document', 'search_result']);

/** Estimated tokens of a number of characters. Cumulative use keeps sums exact. */
export const tokensOf = (characters: number): number => Math.ceil((characters * 5) / 18);

/** Lengths go in as well, so that no two lists of parts look alike. */
export const digestOf = (...parts: readonly string[]): string =>
  hash('sha256', parts.map(part => `${part.length}:${part}`).join(''));

/** All blocks of a checked request (or one whose shape rules have passed) in the order in which they are read. */
export const promptBlocks = oncePerRequest((fields): readonly PromptBlock[] => {
  const tools = toolsOf(fields).map(({ path, block }) => promptBlock('tools', 'tool', path, block));
  const system = systemOf(fields).map(({ path, block }) => promptBlock('system', 'system', path, block));
  const messages = turnsOf(fields).flatMap(turn =>
    turn.blocks.map(({ path, block }) => promptBlock('messages', String(turn.role), path, block)),
  );
  return withAutomaticMark([...tools, ...system, ...messages], fields);
});

function promptBlock(layer: PromptBlock['layer'], role: string, path: string, block: JsonObject): PromptBlock {
  const text = canonicalText(block);
  return { path, layer, role, text, characters: charactersOf(block, text), mark: markOf(block), block };
}

function charactersOf(block: JsonObject, text: string): number {
  if (MEDIA.has(block.type)) return MEDIA_CHARACTERS;
  return block.type === 'text' && typeof block.text === 'string' ? block.text.length : text.length;
}

/** A mark on the block itself or, in a tool result, on a block inside it. */
function markOf(block: JsonObject): CacheLife | null {
  const inner = listOf(block.content).map(part => objectOf(part).cache_control);
  const mark = [block.cache_control, ...inner].findLast(isObject);
  return mark === undefined ? null : lifeOf(mark);
}

export const lifeOf = (mark: JsonObject): CacheLife => (mark.ttl === '1h' ? '1h' : '5m');

/** Top-level `cache_control` puts a mark on the last block that can carry one. */
function withAutomaticMark(blocks: PromptBlock[], fields: JsonObject): PromptBlock[] {
  const mark = fields.cache_control;
  if (!isObject(mark)) return blocks;
  const last = blocks.findLastIndex(isMarkable);
  return blocks.map((block, index) => (index === last ? { ...block, mark: block.mark ?? lifeOf(mark) } : block));
}

export const isMarkable = ({ block }: { block: JsonObject }): boolean =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking';

/** Keys of the block sorted, values as they came: the order inside a tool's schema or input is part of the prompt. */
export function canonicalText(block: JsonObject): string {
  const keys = Object.keys(block)
    .filter(key => key !== 'cache_control' && !isDefault(key, block[key]))
    .sort();
  return `{${keys.map(key => `${JSON.stringify(key)}:${canonicalValue(key, block[key])}`).join(',')}}`;
}

function canonicalValue(key: string, value: unknown): string {
  if (key !== 'content') return JSON.stringify(value);
  return `[${blocksOf(value, '')
    .map(({ block }) => canonicalText(block))
    .join(',')}]`;
}

function isDefault(key: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (key === 'caller') return objectOf(value).type === 'direct';
  return (key === 'is_error' && value === false) || (key === 'type' && value === 'custom');
}

/** The digest after each block. `salts` are what else changes a layer and all after it. */
export function runningDigests(
  model: string,
  blocks: readonly PromptBlock[],
  salts: { system: string; messages: string } = { system: '', messages: '' },
): string[] {
  let layer: PromptBlock['layer'] = 'tools';
  let digest = digestOf('model', model);
  return blocks.map(block => {
    if (block.layer !== layer)
      digest = digestOf(digest, block.layer === 'system' ? salts.system : salted(layer, salts));
    layer = block.layer;
    digest = extendDigest(digest, block.role, block.text);
    return digest;
  });
}

/** Entering the messages straight from the tools must not lose what the system layer would have added. */
const salted = (from: PromptBlock['layer'], salts: { system: string; messages: string }): string =>
  from === 'tools' ? `${salts.system}${salts.messages}` : salts.messages;

export const extendDigest = (digest: string, role: string, text: string): string => digestOf(digest, role, text);

/** What a reply to this request is bound to: model, tools, system and every message, without marks, limits and effort. */
export function conversationDigest(request: MessagesRequest | JsonObject): string {
  const fields = objectOf(request);
  const blocks = promptBlocks(fields);
  return runningDigests(String(fields.model), blocks).at(-1) ?? digestOf('model', String(fields.model));
}
