/** Where an API key may be sent: over HTTPS, or in the clear to this very machine (a rehearsal, a local proxy). */
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';

export const DEFAULT_BASE_URL = 'https://api.anthropic.com';

/** `invalid_url` is no http(s) address, or one with a user, a query or a fragment; `insecure_url` shows the origin. */
export type BaseUrlFailure = { reason: 'invalid_url'; expected: string } | { reason: 'insecure_url'; origin: string };

/** The address in its normal form without a trailing slash, or why no key goes there. */
export function checkBaseUrl(url: string): Result<string, BaseUrlFailure> {
  const parsed = URL.parse(url);
  if (parsed === null || !isPlain(parsed)) return fail({ reason: 'invalid_url', expected: DEFAULT_BASE_URL });
  if (parsed.protocol !== 'https:' && !isLoopback(parsed.hostname)) {
    return fail({ reason: 'insecure_url', origin: parsed.origin });
  }
  return ok(parsed.href.replace(/\/+$/, ''));
}

/** A user in the address would be a second credential, and request paths are appended to it as text. */
const isPlain = (url: URL): boolean =>
  ['https:', 'http:'].includes(url.protocol) &&
  url.username === '' &&
  url.password === '' &&
  url.search === '' &&
  url.hash === '';

/** The parser has already turned every spelling of an IPv4 address into four decimal numbers. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
