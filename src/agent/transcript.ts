/**
 * The transcript: a conversation exactly as it was sent, one JSON line per piece, only ever appended. A resumed
 * conversation is read back from it byte for byte, never rebuilt from templates.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Effort } from '../domain/tier.ts';
import type { Message, SystemBlock, ToolSpec } from '../model/claude.ts';

/** What stays the same in every request of a conversation. */
export interface Preamble {
  model: string;
  effort: Effort;
  system: SystemBlock[];
  tools: ToolSpec[];
  format: Record<string, unknown> | null;
}

export interface Conversation {
  preamble: Preamble;
  messages: Message[];
  /** Input tokens of the last reply and the bytes that were sent for it: the base of the next request's bound. */
  lastInput: { tokens: number; bytes: number } | null;
  /** The notes of people that it has been told, by their ids. */
  heard: number[];
}

/** A line of the file. Requests and failures are there for readers; only preamble, message and reply are read back. */
export type Line =
  | { line: 'preamble'; preamble: Preamble }
  /** `note` is the id of the person's note that the message carries: the line is there whole or not at all, and so is both. */
  | { line: 'message'; message: Message; note?: number }
  | { line: 'request'; at: string; number: number; maxTokens: number; reservation: string }
  | {
      line: 'reply';
      at: string;
      message: Message;
      inputTokens: number;
      sentBytes: number;
      stop: string;
      requestId: string | null;
    }
  | { line: 'failure'; at: string; reason: string };

export interface Transcript {
  path: string;
  append(line: Line): void;
}

export function openTranscript(path: string): Transcript {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A line torn by a kill gets its end here, or the next one would be lost with it.
  if (existsSync(path) && !readFileSync(path, 'latin1').endsWith('\n')) appendFileSync(path, '\n');
  return { path, append: line => appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 }) };
}

const lineSchema = z.looseObject({ line: z.string() });

/** Everything that stands in it, in order; none where there is no transcript. A torn line is left out. */
export function readLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(text => parseLine(text) ?? []);
}

/** The conversation so far; null when there is none or its beginning cannot be read. */
export const readConversation = (path: string): Conversation | null => conversationOf(readLines(path));

/** What these lines come to, as it would be gone on with. */
export function conversationOf(lines: readonly Line[]): Conversation | null {
  let conversation: Conversation | null = null;
  for (const line of lines) {
    if (line.line === 'preamble') conversation = { preamble: line.preamble, messages: [], lastInput: null, heard: [] };
    if (conversation === null) continue;
    if (line.line === 'message') {
      conversation.messages.push(line.message);
      if (line.note !== undefined) conversation.heard.push(line.note);
    }
    if (line.line === 'reply') {
      // A reply without content is not part of the conversation: the API refuses to read an empty message back.
      if (line.message.content.length > 0) conversation.messages.push(line.message);
      conversation.lastInput = { tokens: line.inputTokens, bytes: line.sentBytes };
    }
  }
  return conversation;
}

function parseLine(text: string): Line | null {
  if (text === '') return null;
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as unknown as Line) : null; // our own file, written by `append` alone
  } catch {
    return null; // the line that was being written when the process was killed
  }
}

export const INTERRUPTED_CALL = 'interrupted, not known whether it ran';

/** Results for tool calls that a kill left open, so that the conversation can go on (every call needs its answer). */
export function closeOpenCalls(messages: readonly Message[]): Message | null {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || typeof last.content === 'string') return null;
  const open = last.content.filter(block => block.type === 'tool_use');
  if (open.length === 0) return null;
  return {
    role: 'user',
    content: open.map(call => ({
      type: 'tool_result' as const,
      tool_use_id: call.id,
      content: INTERRUPTED_CALL,
      is_error: true,
    })),
  };
}
