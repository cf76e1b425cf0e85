/**
 * The only door to the network: one origin, one credential, no redirects, and no header that the environment slipped in
 * (the SDK reads extra headers from a variable of its own, and those may carry another credential).
 */

/** The headers a request needs, besides the key. */
const NEEDED_HEADER = /^(?:accept|content-type|user-agent|anthropic-version|x-stainless-[a-z-]+)$/;

/** A request that got no response. An error only because the SDK's transport speaks in errors. */
export class RequestFailure extends Error {
  readonly detail: string;
  /** False when the connection never came about, so that nobody can have been billed. */
  readonly wasSent: boolean;

  constructor(thrown: unknown) {
    // The SDK drops everything but the message of an error that mentions a timeout, hence a fixed message.
    super('the request got no response');
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    this.detail = describe(cause);
    this.wasSent = !isConnectFailure(cause);
  }
}

/** A fetch for this origin with this key. A redirect comes back as the 3xx response it is and is not followed. */
export function guardedFetch(apiKey: string, baseUrl: string): typeof fetch {
  const { origin } = new URL(baseUrl);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) throw new Error(`bug: a request for ${url.origin} with the key of ${origin}`);
    const headers = new Headers([...new Headers(init?.headers)].filter(([name]) => NEEDED_HEADER.test(name)));
    headers.set('authorization', `Bearer ${apiKey}`);
    try {
      return await fetch(url, { ...init, headers, redirect: 'manual' });
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      throw new RequestFailure(error);
    }
  };
}

const NEVER_CONNECTED = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EPROTO']);
const BEFORE_CONNECTED = new Set(['connect', 'getaddrinfo']);

/** Names, routes, refusals and certificates fail before the first byte of a request; everything else may be after it. */
function isConnectFailure(cause: unknown): boolean {
  const code = textOf(cause, 'code');
  const isCertificate = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
  // Ports that are never used for HTTP are refused before anything is sent, in words alone.
  if (cause instanceof Error && cause.message === 'bad port') return true;
  return NEVER_CONNECTED.has(code) || BEFORE_CONNECTED.has(textOf(cause, 'syscall')) || isCertificate;
}

function describe(cause: unknown): string {
  const code = textOf(cause, 'code');
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.includes(code) ? message : `${code}: ${message}`;
}

function textOf(value: unknown, key: 'code' | 'syscall'): string {
  if (typeof value !== 'object' || value === null || !(key in value)) return '';
  const text: unknown = Reflect.get(value, key);
  return typeof text === 'string' ? text : '';
}
