/** A reply as its transcript tells of it, given to the loop once more. */
import { NO_USAGE } from '../domain/money.ts';
import { isStopReason, type Reply, type ToolCall } from '../model/claude.ts';
import type { Line } from './transcript.ts';
import { notJson } from './use-tools.ts';

/** The lines that are the conversation itself. */
export type KeptLine = Extract<Line, { line: 'preamble' | 'message' | 'reply' }>;

export const isKept = (line: Line): line is KeptLine =>
  line.line === 'preamble' || line.line === 'message' || line.line === 'reply';

/** A call of the conversation, as it was made. */
export function callOf(lines: readonly KeptLine[], id: string): string {
  for (const line of lines)
    for (const block of line.line === 'reply' && typeof line.message.content !== 'string' ? line.message.content : [])
      if (block.type === 'tool_use' && block.id === id) return `${block.name} ${JSON.stringify(block.input)}`;
  return 'a call';
}

/** Null for a reply that the record does not tell whole. */
export function replyOf(
  { message, stop, inputTokens, requestId }: Extract<Line, { line: 'reply' }>,
  model: string,
  next: KeptLine | undefined,
): Reply | null {
  if (!isStopReason(stop) || typeof message.content === 'string') return null;
  const content = message.content as Reply['content']; // what came from the API was written down as it came
  return {
    model,
    stop,
    content,
    toolCalls: content.flatMap(block => (block.type === 'tool_use' ? callIn(block, next) : [])),
    text: content.flatMap(block => (block.type === 'text' ? block.text : [])).join(''),
    usage: { ...NO_USAGE, input: inputTokens },
    refusalCategory: null,
    requestId,
  };
}

/** A call whose input was no JSON was not run then, and is not run now. */
function callIn(
  { id, name, input }: { id: string; name: string; input: unknown },
  next: KeptLine | undefined,
): ToolCall {
  const answers = next?.line === 'message' && typeof next.message.content !== 'string' ? next.message.content : [];
  const wasNoJson = answers.some(
    block => block.type === 'tool_result' && block.tool_use_id === id && block.content === notJson(name),
  );
  return { id, name, input: wasNoJson ? null : input, raw: JSON.stringify(input) };
}
