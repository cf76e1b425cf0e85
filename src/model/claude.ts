/**
 * One turn with Claude. This edge speaks the Messages API through the SDK and reports what came back; it never
 * retries, never reserves money and never runs a tool.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { Usage } from '../domain/money.ts';
import type { Effort } from '../domain/tier.ts';

export type Message = Anthropic.MessageParam;
export type Block = Anthropic.ContentBlock;
export type ToolResult = Anthropic.ToolResultBlockParam;
export type SystemBlock = Anthropic.TextBlockParam;
export type ToolSpec = Anthropic.Tool;

export interface TurnRequest {
  model: string;
  system: SystemBlock[];
  tools: ToolSpec[];
  messages: Message[];
  /** The last message is a reply that the API paused, and goes back as it came; without this it would be a prefill. */
  continuesPaused?: true;
  maxTokens: number;
  effort: Effort;
  /** How long the cache marks live: an hour where the next turn may wait for a person. */
  cacheLife: '5m' | '1h';
  /** JSON schema of a structured answer (a plan, a verdict). */
  format?: Record<string, unknown>;
}

export interface ToolCall {
  id: string;
  name: string;
  /** The strictly parsed raw input; null when the raw text was not JSON (the SDK's lenient parser is not trusted). */
  input: unknown;
  raw: string;
}

const STOP_REASONS = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const;

export type StopReason = (typeof STOP_REASONS)[number];

const KNOWN_STOPS: ReadonlySet<string> = new Set(STOP_REASONS);

export const isStopReason = (text: string): text is StopReason => KNOWN_STOPS.has(text);

export interface Reply {
  /** The model that the API says answered. */
  model: string;
  stop: StopReason;
  /** Exactly as received, thinking included; goes back verbatim. */
  content: Block[];
  toolCalls: ToolCall[];
  text: string;
  usage: Usage;
  refusalCategory: string | null;
  requestId: string | null;
}

/** Each failure has one named outcome in the loop. `usage` null means nobody knows what was billed. */
export type ModelFailure =
  | { reason: 'rate_limited'; retryAfterMs: number | null; usage: null; billed: false }
  /** Billed when the overload came as an event inside a reply that had already begun; `usage` is then its input side. */
  | { reason: 'overloaded'; retryAfterMs: number | null; usage: Usage | null; billed: boolean }
  | { reason: 'server_error'; detail: string; usage: null; billed: boolean }
  | { reason: 'connection_failed'; detail: string; usage: null; billed: boolean }
  | { reason: 'stream_cut'; detail: string; usage: Usage | null; billed: true }
  | { reason: 'stream_silent'; afterMs: number; usage: Usage | null; billed: true }
  | { reason: 'unauthorized'; detail: string; usage: null; billed: false }
  | { reason: 'spend_limit'; detail: string; usage: null; billed: false }
  | { reason: 'unknown_model'; model: string; usage: null; billed: false }
  | { reason: 'invalid_request'; detail: string; usage: null; billed: false }
  | { reason: 'stopped'; usage: Usage | null; billed: boolean };

export type TurnOutcome = { ok: true; value: Reply } | { ok: false; failure: ModelFailure };

export interface Claude {
  turn(request: TurnRequest, watch?: { signal?: AbortSignal; onText?: (delta: string) => void }): Promise<TurnOutcome>;
  /** Ids and lifecycle, for `doctor` only. */
  models(): Promise<{ ok: true; value: { id: string; lifecycle: string }[] } | { ok: false; failure: ModelFailure }>;
}
