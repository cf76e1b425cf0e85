/** What can go wrong on request: the ways in which the API, the network and the model are known to fail. */
import type { MessagesRequest } from './request-shape.ts';

export type RefusalCategory = 'cyber' | 'bio' | 'frontier_llm' | 'reasoning_extraction' | 'general_harms';

/** An error instead of a reply; nothing is billed. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly errorCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The reply is made and billed, and does not arrive whole. Events are counted from 0, pings included. */
export type DeliveryFault =
  | { readonly kind: 'cut'; readonly afterEvents: number }
  /** Nothing more comes until the client gives up; 0 sends the headers only. */
  | { readonly kind: 'stall'; readonly afterEvents: number }
  | { readonly kind: 'garbage'; readonly afterEvents: number }
  | { readonly kind: 'error_event'; readonly afterEvents: number; readonly type: string; readonly message: string }
  /** The stream ends cleanly without `message_stop`; a plain body ends in the middle. */
  | { readonly kind: 'no_message_stop' }
  | { readonly kind: 'no_usage' };

/**
 * No header ever comes: the connection is reset, or it hangs until the client gives up. Whether the reply was made and
 * billed by then is the fault's to say.
 */
export interface LostFault {
  readonly kind: 'reset' | 'hang';
  readonly billed: boolean;
}

/** The model ends its turn in a way that a loop must have a name for. */
export type ReplyFault =
  | { readonly kind: 'refusal'; readonly category: RefusalCategory; readonly explanation: string }
  /** The last block of the scripted reply is cut in the middle, which for a tool call means half an input. */
  | { readonly kind: 'max_tokens' }
  | { readonly kind: 'context_exceeded' }
  /** The turn is paused before any tool call; sending it back continues it. */
  | { readonly kind: 'pause_turn' }
  | { readonly kind: 'other_model'; readonly model: string };

export type Fault = StatusFault | LostFault | DeliveryFault | ReplyFault;

export const isLost = (fault: Fault | null): fault is LostFault => fault?.kind === 'reset' || fault?.kind === 'hang';

/** One entry per accepted messages request in order (null: none), or a function of the request and its number from 1. */
export type Faults = readonly (Fault | null)[] | ((request: MessagesRequest, number: number) => Fault | null);

export const chooseFault = (faults: Faults, request: MessagesRequest, number: number): Fault | null =>
  typeof faults === 'function' ? faults(request, number) : (faults[number - 1] ?? null);

const status = (code: number, type: string, message: string): StatusFault => ({
  kind: 'status',
  status: code,
  type,
  message,
});

/** 429 of the ordinary kind; `retryAfterSeconds` goes into the header. */
export const rateLimited = (retryAfterSeconds: number): StatusFault => ({
  ...status(429, 'rate_limit_error', 'This request would exceed the rate limit of your organization'),
  headers: { 'retry-after': String(retryAfterSeconds) },
});

export const overloaded = (): StatusFault => status(529, 'overloaded_error', 'Overloaded');

export const serverError = (): StatusFault => status(500, 'api_error', 'Internal server error');

export const unauthorized = (): StatusFault => status(401, 'authentication_error', 'invalid credential');

/** 429 that no retry cures: the organization's money is used up. */
export const spendLimitReached = (): StatusFault => ({
  ...status(429, 'rate_limit_error', 'The spend limit of your organization has been reached'),
  errorCode: 'enforced_spend_limit_reached',
});

/** The limit that customers set themselves comes as a 400. */
export const customerSpendLimitReached = (): StatusFault =>
  status(400, 'invalid_request_error', 'You have reached your specified API usage limits');
