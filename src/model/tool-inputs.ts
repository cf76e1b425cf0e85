/**
 * The raw input of tool calls, collected from the stream and parsed strictly. The SDK's own parser is lenient: of a call
 * that was cut in the middle it returns what it could save, such as half a command, as if it were the whole.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { Block, ToolCall } from './claude.ts';

interface Collected {
  id: string;
  name: string;
  /** The input given at the start of the block: all there is when no text follows. */
  given: unknown;
  raw: string;
  isClosed: boolean;
}

export interface ToolInputs {
  /** Must see every event of a stream, with the message so far, as soon as the SDK has taken the event in. */
  see(event: Anthropic.RawMessageStreamEvent, message: Anthropic.Message): void;
  calls(): ToolCall[];
}

export function toolInputs(): ToolInputs {
  const blocks = new Map<number, Collected>();
  return {
    see: (event, message) => collect(blocks, event, message),
    calls: () => [...blocks.values()].map(toolCallOf),
  };
}

function collect(
  blocks: Map<number, Collected>,
  event: Anthropic.RawMessageStreamEvent,
  message: Anthropic.Message,
): void {
  if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
    const { id, name, input } = event.content_block;
    blocks.set(event.index, { id, name, given: input, raw: '', isClosed: false });
  }
  const collected = 'index' in event ? blocks.get(event.index) : undefined;
  if (collected === undefined) return;
  if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
    collected.raw += event.delta.partial_json;
    keepReadable(message.content[event.index]);
  }
  if (event.type === 'content_block_stop') collected.isClosed = true;
}

/**
 * At the end of the block the SDK reads `input`, which parses the text and fails the whole stream, paid as it is, when
 * it cannot. The reader put in its place never throws, and what it reads is an object, as what goes back has to be.
 */
function keepReadable(block: Block | undefined): void {
  if (block?.type !== 'tool_use') return;
  const read = Object.getOwnPropertyDescriptor(block, 'input')?.get;
  Object.defineProperty(block, 'input', { configurable: true, enumerable: true, get: () => objectFrom(read) });
}

function objectFrom(read: (() => unknown) | undefined): unknown {
  try {
    const input = read?.();
    return isObject(input) ? input : {};
  } catch {
    // Not JSON at all; the call itself says so by its null input.
    return {};
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function toolCallOf({ id, name, given, raw, isClosed }: Collected): ToolCall {
  const text = raw === '' ? JSON.stringify(given ?? {}) : raw;
  return { id, name, raw: text, input: isClosed ? parseStrictly(text) : null };
}

function parseStrictly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Text that is not JSON is an ordinary answer here: the loop tells the model so.
    return null;
  }
}
