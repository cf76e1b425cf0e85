/**
 * The prompt cache as the API describes it: entries only at marks, from a minimum length, found by looking back a
 * limited number of blocks, living 5 minutes or an hour from their last use, one cache per model.
 */
import type { ModelRow } from './model-table.ts';
import { digestOf, type PromptBlock, promptBlocks, runningDigests, tokensOf } from './prompt-digest.ts';
import { type CacheLife, type MessagesRequest, objectOf } from './request-shape.ts';

/** The input side of `usage`; the four parts add up to the whole prompt. */
export interface PromptUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** A mark is looked up at its own block and at the blocks before it, this many in all. */
export const LOOKBACK_BLOCKS = 20;
export const LIFE_MS: Record<CacheLife, number> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

interface Entry {
  life: CacheLife;
  expiresAtMs: number;
}

/** One request against the cache. Its own entries can be read by others only after `commit`, when its reply begins. */
export interface CacheVisit {
  readonly usage: PromptUsage;
  commit(): void;
}

export class PrefixCache {
  readonly #entries = new Map<string, Entry>();

  /** `nowMs` is the start of the request, from which lives are counted. */
  visit(request: MessagesRequest, row: ModelRow, nowMs: number): CacheVisit {
    const prompt = measure(request);
    const marks = prompt.marks.filter(mark => tokensAt(prompt, mark.index) >= row.minimumCachedTokens);
    const read = this.#longestRead(prompt, marks, nowMs);
    return { usage: usageOf(prompt, marks, read), commit: () => this.#keep(prompt, marks, read, nowMs) };
  }

  #longestRead(prompt: Prompt, marks: readonly Mark[], nowMs: number): number {
    const isLive = (index: number) => (this.#entries.get(prompt.digests[index] ?? '')?.expiresAtMs ?? 0) > nowMs;
    return Math.max(-1, ...marks.map(mark => candidates(mark.index).find(isLive) ?? -1));
  }

  /** Every use renews: the entry that was read, and all marked prefixes of this request. */
  #keep(prompt: Prompt, marks: readonly Mark[], read: number, nowMs: number): void {
    const found = this.#entries.get(prompt.digests[read] ?? '');
    if (found !== undefined) found.expiresAtMs = Math.max(found.expiresAtMs, nowMs + LIFE_MS[found.life]);
    for (const mark of marks) this.#renew(prompt.digests[mark.index] ?? '', mark.life, nowMs);
  }

  #renew(digest: string, life: CacheLife, nowMs: number): void {
    const known = this.#entries.get(digest)?.expiresAtMs ?? 0;
    this.#entries.set(digest, { life, expiresAtMs: Math.max(known, nowMs + LIFE_MS[life]) });
  }
}

interface Mark {
  readonly index: number;
  readonly life: CacheLife;
}

interface Prompt {
  /** Tokens up to and including each block. */
  readonly tokens: readonly number[];
  readonly digests: readonly string[];
  readonly marks: readonly Mark[];
}

function measure(request: MessagesRequest): Prompt {
  const blocks = promptBlocks(objectOf(request));
  return { tokens: cumulativeTokens(blocks), digests: cacheDigests(request, blocks), marks: marksOf(blocks) };
}

/** Speed changes everything from the system prompt on; effort, tool choice, thinking and format only the messages. */
export function cacheDigests(request: MessagesRequest, blocks: readonly PromptBlock[]): string[] {
  const { tool_choice = null, thinking = null, output_config = {}, speed } = request;
  const settings = JSON.stringify([tool_choice, thinking, output_config.effort ?? null, output_config.format ?? null]);
  return runningDigests(request.model, blocks, { system: speed ?? 'standard', messages: digestOf(settings) });
}

function cumulativeTokens(blocks: readonly PromptBlock[]): number[] {
  let characters = 0;
  return blocks.map(block => {
    characters += block.characters;
    return tokensOf(characters);
  });
}

const marksOf = (blocks: readonly PromptBlock[]): Mark[] =>
  blocks.flatMap(({ mark }, index) => (mark === null ? [] : [{ index, life: mark }]));

const candidates = (from: number): number[] =>
  Array.from({ length: Math.min(LOOKBACK_BLOCKS, from + 1) }, (_, step) => from - step);

/** Tokens of the prefix that ends with this block; -1 is the empty prefix. */
const tokensAt = (prompt: Prompt, index: number): number => prompt.tokens[index] ?? 0;

/** Up to the last hour mark is written for an hour, from there to the last mark for 5 minutes, the rest is plain input. */
function usageOf(prompt: Prompt, marks: readonly Mark[], read: number): PromptUsage {
  const ends = marks.filter(mark => mark.index > read);
  const hour = ends.findLast(mark => mark.life === '1h')?.index ?? read;
  const last = ends.at(-1)?.index ?? read;
  return {
    input: (prompt.tokens.at(-1) ?? 0) - tokensAt(prompt, last),
    cacheRead: tokensAt(prompt, read),
    cacheWrite5m: tokensAt(prompt, last) - tokensAt(prompt, hour),
    cacheWrite1h: tokensAt(prompt, hour) - tokensAt(prompt, read),
  };
}

/** Estimated tokens of the whole prompt, for `count_tokens` and the context limit. */
export function countPromptTokens(fields: MessagesRequest | Readonly<Record<string, unknown>>): number {
  return cumulativeTokens(promptBlocks(objectOf(fields))).at(-1) ?? 0;
}
