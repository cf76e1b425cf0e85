/** A conversation under way: it only grows, and every piece is in the transcript before anything depends on it. */
import { inputTokens } from '../domain/money.ts';
import type { Message, Reply } from '../model/claude.ts';
import { redactSecrets } from './redact.ts';
import type { AgentEdges, AgentSpec } from './spec.ts';
import { type Conversation, closeOpenCalls } from './transcript.ts';

export interface Run {
  spec: AgentSpec;
  edges: AgentEdges;
  messages: Message[];
  lastInput: Conversation['lastInput'];
  /** Ids of the notes that this conversation has been told, in this process or before. */
  heard: Set<number>;
  reminders: number;
  /** The last reply was paused by the API and is continued by sending it back. */
  isPaused: boolean;
}

export function openRun(spec: AgentSpec, edges: AgentEdges): Run {
  const run: Run = {
    spec,
    edges,
    messages: [...(spec.resume?.messages ?? [])],
    lastInput: spec.resume?.lastInput ?? null,
    heard: new Set(spec.resume?.heard),
    reminders: 0,
    isPaused: false,
  };
  if (spec.resume === null) edges.transcript.append({ line: 'preamble', preamble: spec.preamble });
  const open = closeOpenCalls(run.messages);
  if (open !== null) say(run, open);
  if (spec.opening !== '') tell(run, spec.opening);
  else if (endsInWords(run.messages.at(-1))) tell(run, 'You were interrupted here. Go on.');
  return run;
}

/** Words of the assistant cannot be the end of a request: the API takes them for a prefill and refuses. */
function endsInWords(last: Message | undefined): boolean {
  if (last?.role !== 'assistant') return false;
  const end = typeof last.content === 'string' ? 'text' : last.content.at(-1)?.type;
  return end === 'text' || end === 'thinking' || end === 'redacted_thinking';
}

/** Appends a message to the transcript, then to the conversation. */
export function say(run: Run, message: Message, note?: number): void {
  run.edges.transcript.append({ line: 'message', message, ...(note === undefined ? {} : { note }) });
  run.messages.push(message);
  run.isPaused = false;
}

/** A user text; directly after another user message it would be a second turn in a row, which the API joins. */
export const tell = (run: Run, text: string, note?: number): void =>
  say(run, { role: 'user', content: [{ type: 'text', text: sendable(run, text) }] }, note);

/** Tells what people have said since; a reply that the API paused is let to its end first. */
export function tellNotes(run: Run): void {
  if (run.isPaused) return;
  for (const { id, text } of run.edges.notes?.() ?? []) {
    if (run.heard.has(id)) continue;
    tell(run, text, id);
    run.heard.add(id);
  }
}

/** Without secrets, and without halves of surrogate pairs, which the API does not accept as JSON. */
export const sendable = (run: Run, text: string): string => redactSecrets(text, run.edges.secrets).toWellFormed();

/** Takes a reply in, verbatim. `sentBytes` is what was sent for it. */
export function recordReply(run: Run, reply: Reply, sentBytes: number): void {
  const message: Message = { role: 'assistant', content: reply.content };
  const tokens = inputTokens(reply.usage) + reply.usage.output;
  run.edges.transcript.append({
    line: 'reply',
    at: run.edges.clock.now().toISOString(),
    message,
    inputTokens: tokens,
    sentBytes,
    stop: reply.stop,
    requestId: reply.requestId,
  });
  // A reply without content is not part of the conversation: the API refuses to read an empty message back.
  if (reply.content.length > 0) run.messages.push(message);
  run.lastInput = { tokens, bytes: sentBytes + byteLength(message) };
  run.isPaused = reply.stop === 'pause_turn';
}

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What the size of a request is counted from; a conversation read back from its transcript is enough. */
type Sized = Pick<Run, 'messages' | 'lastInput'> & { spec: Pick<AgentSpec, 'preamble'> };

export const promptBytes = (run: Sized): number =>
  byteLength(run.spec.preamble.system) +
  byteLength(run.spec.preamble.tools) +
  byteLength(run.spec.preamble.format) +
  byteLength(run.messages);

/** Tokens the API adds around what was sent (tool preamble, role marks), with room to spare. */
const OVERHEAD_TOKENS = 1_500;

/** No text has more tokens than UTF-8 bytes, so new bytes bound new tokens. */
export const inputBound = (run: Sized): number =>
  run.lastInput === null
    ? promptBytes(run) + OVERHEAD_TOKENS
    : run.lastInput.tokens + Math.max(0, promptBytes(run) - run.lastInput.bytes) + OVERHEAD_TOKENS;
