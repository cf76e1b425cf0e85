/**
 * Who may talk to the board: this machine alone, under its own name, from its own page, with its token. A board can start
 * agents that run commands, so a page of somebody else's that reaches it would be a stranger at the keyboard.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

export interface Guard {
  /** The port, once it is known. */
  port(): number;
  token: string;
}

const SAFE = new Set(['GET', 'HEAD']);
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify',
].join('; ');

const HEADERS: Record<string, string> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

/** On every answer, refusals too. */
export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

const hostsOf = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** A name that some other site has pointed at this machine is refused: it would make its page our origin. */
export const onlyOwnHost =
  (guard: Guard): MiddlewareHandler =>
  async (context, next) => {
    if (!hostsOf(guard.port()).includes(context.req.header('host') ?? ''))
      return context.json({ error: 'this board answers under its own address only' }, 421);
    return await next();
  };

/** Whatever carries the origin of another page, or the browser's mark of one, is refused; changes must carry ours. */
export const onlyOwnPage =
  (guard: Guard): MiddlewareHandler =>
  async (context, next) => {
    const origin = context.req.header('origin');
    const site = context.req.header('sec-fetch-site');
    const isOurs = hostsOf(guard.port()).some(host => origin === `http://${host}`);
    const isForeign =
      (origin !== undefined && !isOurs) || (site !== undefined && !['same-origin', 'none'].includes(site));
    if (isForeign || (!SAFE.has(context.req.method) && !isOurs))
      return context.json({ error: 'another page may not use this board' }, 403);
    return await next();
  };

/** Forms can send no JSON and set no header of their own. */
export const onlyJson: MiddlewareHandler = async (context, next) => {
  if (SAFE.has(context.req.method)) return await next();
  const type = (context.req.header('content-type') ?? '').split(';')[0]?.trim();
  if (type !== 'application/json') return context.json({ error: 'JSON only' }, 415);
  if (context.req.header(PAGE_HEADER) !== '1')
    return context.json({ error: `the header ${PAGE_HEADER} is missing` }, 403);
  return await next();
};

export const PAGE_HEADER = 'x-kleiber-page';

/** Cookies know no ports, so the name does. */
const cookieName = (guard: Guard): string => `kleiber-${guard.port()}`;

/** Follows from the token, so that a page outlives a restart of the board; the token itself is in no cookie. */
const sessionOf = (token: string): string => createHmac('sha256', token).update('board session').digest('hex');

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export const onlyWithSession =
  (guard: Guard): MiddlewareHandler =>
  async (context, next) => {
    const given = getCookie(context, cookieName(guard)) ?? '';
    if (!isSame(given, sessionOf(guard.token)))
      return context.json({ error: 'open the address that kleiber board printed' }, 401);
    return await next();
  };

/** Trades the token of the printed address for a cookie that no script can read and no other site can send; then `answer` follows. */
export const openSession =
  (guard: Guard): MiddlewareHandler =>
  async (context, answer) => {
    const given = context.req.header('x-kleiber-token') ?? '';
    if (!isSame(given, guard.token)) return context.json({ error: 'this is not the token of this board' }, 401);
    setCookie(context, cookieName(guard), sessionOf(guard.token), { httpOnly: true, sameSite: 'Strict', path: '/' });
    return await answer();
  };
