/** What response headers say about limits: how long to wait, and whether a bucket of this model is empty. */

/** The part of `Headers` that is read here. */
export interface HeaderSource {
  get(name: string): string | null;
}

/** Milliseconds that the API asks to wait, or null. It may be an hour; whether to sleep so long is the caller's choice. */
export function retryAfterMs(headers: HeaderSource, now: Date): number | null {
  const exact = numberIn(headers, 'retry-after-ms');
  if (exact !== null) return Math.ceil(exact);
  const seconds = numberIn(headers, 'retry-after');
  if (seconds !== null) return Math.ceil(seconds * 1000);
  return msUntil(headers, 'retry-after', now);
}

export const BUCKETS = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const;

/** A limit of the key for this model, and how much of it is left until it is full again. */
export interface RateLimit {
  bucket: (typeof BUCKETS)[number];
  limit: number;
  remaining: number;
  /** ISO 8601. */
  resetsAt: string;
}

/** Only what is told in full: half a limit would have to be guessed. */
export const rateLimits = (headers: HeaderSource): RateLimit[] =>
  BUCKETS.flatMap(bucket => {
    const limit = numberIn(headers, `anthropic-ratelimit-${bucket}-limit`);
    const remaining = numberIn(headers, `anthropic-ratelimit-${bucket}-remaining`);
    const reset = Date.parse(headers.get(`anthropic-ratelimit-${bucket}-reset`) ?? '');
    if (limit === null || remaining === null || Number.isNaN(reset)) return [];
    return [{ bucket, limit, remaining, resetsAt: new Date(reset).toISOString() }];
  });

/** Milliseconds until the last empty bucket is full again, or null when none is empty. */
export function exhaustedForMs(headers: HeaderSource, now: Date): number | null {
  const waits = BUCKETS.flatMap(bucket => {
    if (numberIn(headers, `anthropic-ratelimit-${bucket}-remaining`) !== 0) return [];
    return msUntil(headers, `anthropic-ratelimit-${bucket}-reset`, now) ?? [];
  });
  const longest = Math.max(0, ...waits);
  return longest > 0 ? longest : null;
}

function numberIn(headers: HeaderSource, name: string): number | null {
  const text = headers.get(name)?.trim() ?? '';
  return /^\d{1,12}(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/** Counted from the server's own `date` where there is one, so that a wrong clock on this machine does no harm. */
function msUntil(headers: HeaderSource, name: string, now: Date): number | null {
  const end = Date.parse(headers.get(name) ?? '');
  if (Number.isNaN(end)) return null;
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Math.max(0, end - (Number.isNaN(serverNow) ? now.getTime() : serverNow));
}
