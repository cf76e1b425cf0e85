/**
 * The embedded Messages server: real HTTP on loopback, strict rules, a simulated prompt cache and faults on request.
 * What the model says is decided by an `Answer`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { type ApiError, errorBody, notFound } from './api-error.ts';
import type { Answer } from './compose-reply.ts';
import { deliver, plainChunks, resetConnection, streamChunks } from './event-stream.ts';
import type { Fault, Faults } from './faults.ts';
import { MODELS, type ModelRow, modelInfo } from './model-table.ts';
import { countPromptTokens } from './prefix-cache.ts';
import { endpointOf, readRequest } from './read-request.ts';
import { type Bill, type Outcome, ReplyDesk } from './reply-desk.ts';
import { type ReplyMessage, rateHeaders } from './reply-message.ts';
import type { MessagesRequest } from './request-shape.ts';
import type { Endpoint, Incoming } from './rule.ts';
import { findRefusal, type RuleId } from './rules.ts';

export interface MessagesServerOptions {
  answer: Answer;
  /** Without one, time stands still: cached prefixes never expire. */
  clock?: Clock;
  /** How long a reply takes to begin, and how long each further event takes. */
  latency?: { firstEventMs?: number; betweenEventsMs?: number };
  faults?: Faults;
  /** The one accepted credential; any that is not empty, if not given. */
  acceptedKey?: string;
  models?: readonly ModelRow[];
}

/** One request and what became of it, without its credential. */
export interface Exchange {
  /** Counts all requests from 1. */
  readonly number: number;
  /** ISO 8601, by the server's clock. */
  readonly at: string;
  readonly requestId: string;
  /** Null for an address that the server does not have. */
  readonly endpoint: Endpoint | null;
  /** The parsed body; undefined where there was none. */
  readonly body: unknown;
  /** The `anthropic-beta` header; unknown ones are tolerated. */
  readonly beta: string | null;
  /** Null when the connection was reset before any header, or hangs without one. */
  readonly status: number | null;
  /** The rule that refused it. */
  readonly rule: RuleId | null;
  readonly fault: Fault | null;
  readonly error: ApiError | null;
  /** The whole reply as it was made, also where a fault kept it from arriving. */
  readonly reply: ReplyMessage | null;
}

export interface MessagesServer {
  /** Without a slash at its end, as `ANTHROPIC_BASE_URL` wants it. */
  readonly url: string;
  exchanges(): readonly Exchange[];
  billed(): Bill;
  /** Drops open connections, stalled ones too. */
  close(): Promise<void>;
}

/** Starts on a free port of the loopback address. */
export async function startMessagesServer(options: MessagesServerOptions): Promise<MessagesServer> {
  const reception = new Reception(options);
  const server = createServer((request, response) => void reception.serve(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    exchanges: () => [...reception.exchanges],
    billed: () => reception.desk.bill(),
    close: () => closeServer(server),
  };
}

// A server that listens on a port has an address object; the other forms belong to pipes and closed servers.
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close(error => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}

const STANDING_STILL: Clock = {
  now: () => new Date('2026-11-21T12:00:00Z'),
  monotonicMs: () => 0,
  sleep: async (ms, signal) => {
    // A client that hangs up ends the wait early, which is no failure.
    await timer(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

/** A request on its way through. */
interface Visit {
  readonly number: number;
  readonly requestId: string;
  readonly incoming: Incoming;
  readonly response: ServerResponse;
}

/** Takes requests in, has them judged and answered, writes down what happened, and sends it. */
class Reception {
  readonly exchanges: Exchange[] = [];
  readonly desk: ReplyDesk;
  readonly #clock: Clock;
  readonly #models: readonly ModelRow[];
  readonly #acceptedKey: string | null;
  readonly #betweenEventsMs: number;
  #received = 0;

  constructor({
    answer,
    clock = STANDING_STILL,
    latency,
    faults = [],
    acceptedKey,
    models = MODELS,
  }: MessagesServerOptions) {
    this.desk = new ReplyDesk({ answer, clock, faults, firstEventMs: latency?.firstEventMs ?? 0 });
    this.#clock = clock;
    this.#models = models;
    this.#acceptedKey = acceptedKey ?? null;
    this.#betweenEventsMs = latency?.betweenEventsMs ?? 0;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = ++this.#received;
    const requestId = `req_rehearsal_${String(number).padStart(6, '0')}`;
    try {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
      const incoming = await readRequest(request, endpointOf(request.method ?? '', pathname), this.#models);
      await this.#handle({ number, requestId, incoming, response }, pathname, searchParams);
    } catch {
      // The client went away in the middle, or this is a bug; either way nobody may be left waiting.
      response.destroy();
    }
  }

  async #handle(visit: Visit, pathname: string, query: URLSearchParams): Promise<void> {
    const { endpoint, fields, model } = visit.incoming;
    if (endpoint === null) return this.#sendError(visit, notFound(`no such endpoint: ${pathname}`));
    const refusal = findRefusal(visit.incoming, {
      acceptedKey: this.#acceptedKey,
      isPausedReply: digest => this.desk.isPausedReply(digest),
    });
    if (refusal !== null) return this.#sendError(visit, refusal.error, { rule: refusal.rule });
    if (endpoint === 'models') return this.#sendModels(visit, pathname, query.getAll('lifecycle'));
    if (endpoint === 'count_tokens') return this.#sendJson(visit, { input_tokens: countPromptTokens(fields) });
    if (model === null) throw new Error('bug: a request without a known model passed the rules');
    // The rules have checked every field of this type.
    const request = fields as unknown as MessagesRequest;
    await this.#send(visit, request.stream === true, await this.desk.converse(request, model));
  }

  async #send(visit: Visit, isStream: boolean, outcome: Outcome): Promise<void> {
    const { fault } = outcome;
    if (outcome.kind === 'error') return this.#sendError(visit, outcome.error, { fault });
    if (outcome.kind === 'lost') {
      this.#record(visit, { status: null, fault, reply: outcome.message });
      return outcome.fault.kind === 'reset' ? resetConnection(visit.response) : undefined;
    }
    const { message, composed } = outcome;
    this.#record(visit, { status: 200, fault, reply: message });
    const hasUsage = fault?.kind !== 'no_usage';
    const chunks = isStream ? streamChunks(message, composed, hasUsage) : plainChunks(message, hasUsage);
    const type = isStream ? 'text/event-stream; charset=utf-8' : 'application/json';
    this.#writeHead(visit, 200, { 'content-type': type, 'cache-control': 'no-cache' }, message);
    const [clock, betweenEventsMs] = [this.#clock, this.#betweenEventsMs];
    await deliver(visit.response, { chunks, fault, requestId: visit.requestId, betweenEventsMs, clock });
  }

  #sendError(visit: Visit, error: ApiError, known: Partial<Exchange> = {}): void {
    this.#record(visit, { status: error.status, error, ...known });
    this.#writeHead(visit, error.status, { 'content-type': 'application/json', ...error.headers }, null);
    visit.response.end(JSON.stringify(errorBody(error, visit.requestId)));
  }

  #sendModels(visit: Visit, pathname: string, lifecycles: readonly string[]): void {
    const [, id = ''] = /^\/v1\/models\/(.+)$/.exec(pathname) ?? [];
    if (id !== '') {
      const row = this.#models.find(model => model.id === id);
      if (row === undefined) this.#sendError(visit, notFound(`model: ${id}`));
      else this.#sendJson(visit, modelInfo(row));
      return;
    }
    const rows = this.#models.filter(row => lifecycles.length === 0 || lifecycles.includes(row.lifecycle));
    const page = { has_more: false, first_id: rows.at(0)?.id ?? null, last_id: rows.at(-1)?.id ?? null };
    this.#sendJson(visit, { data: rows.map(modelInfo), ...page });
  }

  #sendJson(visit: Visit, value: object): void {
    this.#record(visit, { status: 200 });
    this.#writeHead(visit, 200, { 'content-type': 'application/json' }, null);
    visit.response.end(JSON.stringify(value));
  }

  #writeHead(
    { response, requestId }: Visit,
    status: number,
    headers: Record<string, string>,
    reply: ReplyMessage | null,
  ): void {
    const rates = rateHeaders(reply?.usage ?? null, this.#clock.now());
    response.writeHead(status, { 'request-id': requestId, ...rates, ...headers });
  }

  #record({ number, requestId, incoming }: Visit, known: Partial<Exchange> & Pick<Exchange, 'status'>): void {
    const { endpoint, body, headers } = incoming;
    const beta = headers['anthropic-beta'] === undefined ? null : String(headers['anthropic-beta']);
    const at = this.#clock.now().toISOString();
    const outcome = { rule: null, fault: null, error: null, reply: null, ...known };
    this.exchanges.push({ number, at, requestId, endpoint, body, beta, ...outcome });
  }
}
