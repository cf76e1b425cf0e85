/** What a row of the rule table is. */
import type { ApiError } from './api-error.ts';
import type { ModelRow } from './model-table.ts';
import type { JsonObject } from './request-shape.ts';

export type Endpoint = 'messages' | 'count_tokens' | 'models';

/** A request as it came in. Rows run in order, so a row may rely on what the rows above it refuse. */
export interface Incoming {
  /** Null for an address that the server does not have. */
  readonly endpoint: Endpoint | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Length of the body as sent. */
  readonly bytes: number;
  /** The parsed body; undefined where it is not JSON, or too large to be read. */
  readonly body: unknown;
  /** The body where it is an object, else nothing at all. */
  readonly fields: JsonObject;
  /** The row of the model that the body names. */
  readonly model: ModelRow | null;
}

/** What a rule may know beyond the request. */
export interface RuleContext {
  /** The one accepted credential; null accepts any that is not empty. */
  readonly acceptedKey: string | null;
  /** Whether this conversation ends exactly with a reply that the server itself paused (`pause_turn`). */
  isPausedReply(conversationDigest: string): boolean;
}

export interface Rule {
  readonly id: string;
  /** The rule of the API, in a phrase. */
  readonly source: string;
  reject(request: Incoming, context: RuleContext): ApiError | null;
}

/** Keys of an object that nobody has defined, as the API words it. */
export function findExtra(block: JsonObject, allowed: readonly string[], path: string): string | null {
  const extra = Object.keys(block).find(key => !allowed.includes(key));
  return extra === undefined ? null : `${path === '' ? '' : `${path}.`}${extra}: Extra inputs are not permitted`;
}
