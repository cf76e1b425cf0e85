/** Every way a request can fail, as one named value with what is known about the bill. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Usage } from '../domain/money.ts';
import type { ModelFailure } from './claude.ts';
import { RequestFailure } from './guarded-fetch.ts';
import { exhaustedForMs, retryAfterMs } from './response-headers.ts';

/** What was seen of a request before it failed. */
export interface Seen {
  /** The model asked for, or null when the request named none. */
  model: string | null;
  now: Date;
  /** Who ended it, if we did: the caller's signal, or the watchdog after so many milliseconds. */
  endedBy: 'caller' | { silenceMs: number } | null;
  /** Whether the headers of a good response had come. */
  isAnswered: boolean;
  /** The usage so far: the bill begins with `message_start`, which tells the input side. */
  usage: Usage | null;
  /** Takes the key out of a text. */
  redact: (text: string) => string;
}

type ApiError = InstanceType<typeof Anthropic.APIError>;

const LONGEST_DETAIL = 500;

/** `sdk` comes as an argument because it is loaded lazily. An error that no request explains is a bug and thrown on. */
export function failureOf(sdk: typeof Anthropic, error: unknown, seen: Seen): ModelFailure {
  if (error instanceof sdk.APIError && error.status !== undefined) return byStatus(error, error.status, seen);
  if (seen.endedBy === 'caller') return { reason: 'stopped', usage: seen.usage, billed: true };
  if (seen.endedBy !== null) {
    return { reason: 'stream_silent', afterMs: seen.endedBy.silenceMs, usage: seen.usage, billed: true };
  }
  if (error instanceof sdk.APIConnectionError) return connectionFailure(error, seen);
  if (!seen.isAnswered) throw error;
  return error instanceof sdk.APIError ? byEvent(error, seen) : cut(error, seen);
}

function connectionFailure(error: Error, seen: Seen): ModelFailure {
  const { cause } = error;
  const isKnown = cause instanceof RequestFailure;
  const detail = detailOf(isKnown ? cause.detail : error.message, seen);
  return { reason: 'connection_failed', detail, usage: null, billed: isKnown ? cause.wasSent : true };
}

const cut = (error: unknown, seen: Seen): ModelFailure => ({
  reason: 'stream_cut',
  detail: detailOf(error instanceof Error ? error.message : String(error), seen),
  usage: seen.usage,
  billed: true,
});

function byStatus(error: ApiError, status: number, seen: Seen): ModelFailure {
  const free = { usage: null, billed: false } as const;
  const detail = detailOf(`${status}: ${error.apiMessage ?? error.message}`, seen);
  if (isSpendLimit(error, status)) return { reason: 'spend_limit', detail, ...free };
  if (status === 529 || error.type === 'overloaded_error')
    return { reason: 'overloaded', ...waitOf(error, seen), ...free };
  if (status === 429) return { reason: 'rate_limited', ...waitOf(error, seen), ...free };
  if (status === 401 || status === 403) return { reason: 'unauthorized', detail, ...free };
  if (status === 404 && seen.model !== null && error.type === 'not_found_error') {
    return { reason: 'unknown_model', model: seen.model, ...free };
  }
  if (status >= 500) return { reason: 'server_error', detail, usage: null, billed: isBillUnknown(error, status) };
  // A lock or a slow upload is over the next time, so it must not read like a fault of the request.
  if (status === 408 || status === 409) return { reason: 'server_error', detail, ...free };
  return { reason: 'invalid_request', detail, ...free };
}

/** Only the API itself can say that it billed nothing; a proxy cannot, and a gateway timeout has lost the answer. */
const isBillUnknown = (error: ApiError, status: number): boolean => status === 504 || error.type === null;

const SPEND_CODE = /spend_limit|ramp_limit|on_hold|billing/;
const SPEND_TEXT = /spend(?:ing)? limit|usage limits|credit balance/i;

/** Some spend limits come dressed as a rate limit or as a bad request; waiting does not help with any of them. */
function isSpendLimit(error: ApiError, status: number): boolean {
  if (status === 402 || error.type === 'billing_error' || SPEND_CODE.test(error.errorCode ?? '')) return true;
  return [400, 403, 429].includes(status) && SPEND_TEXT.test(error.apiMessage ?? '');
}

/** An `error` event inside the stream has no status. Once the reply has begun its input side is billed. */
function byEvent(error: ApiError, seen: Seen): ModelFailure {
  const hasBegun = seen.usage !== null;
  if (error.type === 'overloaded_error') {
    return { reason: 'overloaded', ...waitOf(error, seen), usage: seen.usage, billed: hasBegun };
  }
  if (error.type === null || hasBegun) return cut(error, seen);
  const free = { usage: null, billed: false } as const;
  if (error.type === 'rate_limit_error') return { reason: 'rate_limited', ...waitOf(error, seen), ...free };
  const detail = detailOf(error.apiMessage ?? error.message, seen);
  if (error.type === 'invalid_request_error') return { reason: 'invalid_request', detail, ...free };
  return { reason: 'server_error', detail, ...free };
}

function waitOf(error: ApiError, seen: Seen): { retryAfterMs: number | null } {
  const { headers } = error;
  if (headers === undefined) return { retryAfterMs: null };
  return { retryAfterMs: retryAfterMs(headers, seen.now) ?? exhaustedForMs(headers, seen.now) };
}

function detailOf(text: string, seen: Seen): string {
  const clean = seen.redact(text);
  return clean.length > LONGEST_DETAIL ? `${clean.slice(0, LONGEST_DETAIL)}…` : clean;
}
