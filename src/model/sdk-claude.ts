/** Claude through the official SDK, which is loaded only when the API is really called: importing it takes 70 ms. */
import type { Clock } from '../domain/clock.ts';
import { fail, ok } from '../domain/result.ts';
import type { AttemptNews } from './attempt.ts';
import { checkBaseUrl, DEFAULT_BASE_URL } from './base-url.ts';
import type { Claude } from './claude.ts';
import { failureOf } from './failure-of.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { watchSilence } from './silence.ts';
import type { Edge } from './turn.ts';
import { takeTurn } from './turn.ts';

/** The longest silence of a stream, pings not counted: well above a pause for thought at medium effort. */
export const IDLE_MS = 120_000;

export interface SdkClaudeOptions {
  apiKey: string;
  /** Must have passed `checkBaseUrl`; the public API when absent. */
  baseUrl?: string;
  clock: Clock;
  idleMs?: number;
  /** Hears of headers and failures as they come; `RateLanes.observe` fits. */
  onAttempt?: (news: AttemptNews) => void;
}

/** Nothing is read from the environment: key, address, retries, logging and tracing are all set here. */
export async function sdkClaude(options: SdkClaudeOptions): Promise<Claude> {
  const { apiKey, clock, idleMs = IDLE_MS, onAttempt = () => {} } = options;
  const baseUrl = checkBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
  if (!baseUrl.ok) throw new Error(`bug: a base URL that was not checked (${baseUrl.failure.reason})`);
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl.value,
    webhookKey: null,
    maxRetries: 0,
    logLevel: 'off',
    openTelemetry: false,
    fetch: guardedFetch(apiKey, baseUrl.value),
  });
  const edge: Edge = {
    sdk: Anthropic,
    client,
    clock,
    idleMs,
    hasUsableKey: /^[\x21-\x7e]+$/.test(apiKey),
    tell: onAttempt,
    redact: text => (apiKey === '' ? text : text.replaceAll(apiKey, '[key]')),
  };
  return { turn: (request, watch = {}) => takeTurn(edge, request, watch), models: () => listModels(edge) };
}

async function listModels(edge: Edge): ReturnType<Claude['models']> {
  const silence = watchSilence(edge.clock, edge.idleMs);
  const found: { id: string; lifecycle: string }[] = [];
  try {
    for await (const { id, lifecycle } of edge.client.models.list({ limit: 1000 }, { signal: silence.signal })) {
      silence.heard();
      found.push({ id, lifecycle });
    }
    return ok(found);
  } catch (error) {
    const endedBy = silence.signal.aborted ? { silenceMs: edge.idleMs } : null;
    const seen = { model: null, now: edge.clock.now(), endedBy, isAnswered: true, usage: null, redact: edge.redact };
    return fail(failureOf(edge.sdk, error, seen));
  } finally {
    silence.end();
  }
}
