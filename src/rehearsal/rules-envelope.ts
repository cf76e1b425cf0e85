/** Rules about the HTTP request itself. */
import { type ApiError, invalid, notFound } from './api-error.ts';
import { isObject } from './request-shape.ts';
import type { Incoming, Rule, RuleContext } from './rule.ts';

export const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

const VERSIONS = ['2026-10-21', '2023-06-01'];

const unauthorized = (message: string): ApiError => ({ status: 401, type: 'authentication_error', message });

/** A bearer token or, as older clients send it, an `x-api-key`. */
function credentialOf({ headers }: Incoming): string {
  const [, bearer = ''] = /^Bearer\s+(.+)$/i.exec(String(headers.authorization ?? '')) ?? [];
  return bearer || String(headers['x-api-key'] ?? '');
}

function rejectCredential(request: Incoming, { acceptedKey }: RuleContext): ApiError | null {
  const credential = credentialOf(request);
  if (credential === '') return unauthorized('authentication: send a Bearer credential or the x-api-key header');
  return acceptedKey === null || credential === acceptedKey ? null : unauthorized('invalid credential');
}

function rejectVersion({ headers }: Incoming): ApiError | null {
  const version = headers['anthropic-version'];
  if (version === undefined) return invalid('anthropic-version: header is required');
  return VERSIONS.includes(String(version))
    ? null
    : invalid(`anthropic-version: "${String(version)}" is not a valid version`);
}

const rejectSize = ({ bytes }: Incoming): ApiError | null =>
  bytes > BODY_LIMIT_BYTES
    ? { status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size of 32 MB' }
    : null;

const rejectNonObject = ({ endpoint, body }: Incoming): ApiError | null =>
  endpoint === 'models' || isObject(body) ? null : invalid('The request body is not a JSON object');

function rejectModel({ endpoint, fields, model }: Incoming): ApiError | null {
  if (endpoint === 'models' || model !== null) return null;
  if (typeof fields.model !== 'string' || fields.model === '') return invalid('model: Field required');
  return notFound(`model: ${fields.model}`);
}

export const ENVELOPE_RULES = [
  { id: 'credential', source: 'every request carries a Bearer credential or an x-api-key', reject: rejectCredential },
  { id: 'version', source: 'the anthropic-version header names a known dialect', reject: rejectVersion },
  { id: 'body-size', source: 'a request body has at most 32 MB', reject: rejectSize },
  { id: 'json-object', source: 'the body is one JSON object', reject: rejectNonObject },
  { id: 'model-known', source: 'the model exists', reject: rejectModel },
] as const satisfies readonly Rule[];
