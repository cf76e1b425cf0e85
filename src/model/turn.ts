/** One streamed turn: sends it, listens to it, and returns a reply or a named failure. Never tries a second time. */
import { tracingChannel } from 'node:diagnostics_channel';
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { Clock } from '../domain/clock.ts';
import type { Usage } from '../domain/money.ts';
import { fail } from '../domain/result.ts';
import type { AttemptNews } from './attempt.ts';
import type { Claude, ModelFailure, TurnOutcome, TurnRequest } from './claude.ts';
import type { Seen } from './failure-of.ts';
import { failureOf } from './failure-of.ts';
import { replyOf } from './reply-of.ts';
import { bodyOf, isPrefill } from './request-body.ts';
import { exhaustedForMs, rateLimits } from './response-headers.ts';
import type { Silence } from './silence.ts';
import { watchSilence } from './silence.ts';
import type { ToolInputs } from './tool-inputs.ts';
import { toolInputs } from './tool-inputs.ts';
import { usageOf } from './usage-of.ts';

/** What all turns of one client share. */
export interface Edge {
  sdk: typeof Anthropic;
  client: Anthropic;
  clock: Clock;
  idleMs: number;
  /** False for an empty key or one with a character that no header can carry. */
  hasUsableKey: boolean;
  tell: (news: AttemptNews) => void;
  redact: (text: string) => string;
}

type Watch = NonNullable<Parameters<Claude['turn']>[1]>;

/** One turn under way. */
interface Underway {
  edge: Edge;
  request: TurnRequest;
  watch: Watch;
  silence: Silence;
  /** Aborts when a listener of the caller's has thrown. */
  broken: AbortController;
}

/** What a stream has said so far. */
interface Heard {
  inputs: ToolInputs;
  usage: Usage | null;
  isAnswered: boolean;
  /** An error thrown by a listener of the caller's, kept apart from those of the stream. */
  bug: { thrown: unknown } | null;
}

/** For `--debug`; costs nothing while nobody listens. */
const TRACE = tracingChannel('kleiber:turn');

export const takeTurn = (edge: Edge, request: TurnRequest, watch: Watch): Promise<TurnOutcome> =>
  TRACE.tracePromise(takeTurnNow, { model: request.model }, undefined, edge, request, watch);

async function takeTurnNow(edge: Edge, request: TurnRequest, watch: Watch): Promise<TurnOutcome> {
  const refused = refusedUnsent(edge, request, watch);
  const outcome = refused === null ? await send(edge, request, watch) : fail(refused);
  if (!outcome.ok) edge.tell({ kind: 'failed', model: request.model, failure: outcome.failure });
  return outcome;
}

/** What is certain to fail is not sent: it would cost a round trip and could only blur the reason. */
function refusedUnsent(edge: Edge, request: TurnRequest, watch: Watch): ModelFailure | null {
  const free = { usage: null, billed: false } as const;
  if (watch.signal?.aborted) return { reason: 'stopped', ...free };
  if (!edge.hasUsableKey) {
    return { reason: 'unauthorized', detail: 'the API key is empty or has a character that no key has', ...free };
  }
  if (request.continuesPaused !== true && isPrefill(request.messages)) {
    return { reason: 'invalid_request', detail: 'the last message is text of the assistant, a prefill', ...free };
  }
  return null;
}

async function send(edge: Edge, request: TurnRequest, watch: Watch): Promise<TurnOutcome> {
  const silence = watchSilence(edge.clock, edge.idleMs);
  const underway: Underway = { edge, request, watch, silence, broken: new AbortController() };
  const stream = edge.client.messages.stream(bodyOf(request), { signal: signalOf(underway) });
  const heard = listen(underway, stream);
  const reply = (message: Anthropic.Message): TurnOutcome =>
    replyOf(message, { inputs: heard.inputs, requestId: stream.request_id ?? null, cacheLife: request.cacheLife });
  try {
    return reply(await stream.finalMessage());
  } catch (error) {
    if (heard.bug !== null) throw heard.bug.thrown;
    // A message that has ended is whole and paid, whatever happened to its connection afterwards.
    const whole = stream.receivedMessages.at(-1);
    return whole === undefined ? fail(failureOf(edge.sdk, error, seenBy(underway, heard))) : reply(whole);
  } finally {
    silence.end();
  }
}

function signalOf({ watch, silence, broken }: Underway): AbortSignal {
  const own = [silence.signal, broken.signal];
  return AbortSignal.any(watch.signal === undefined ? own : [...own, watch.signal]);
}

function listen({ edge, request, watch, silence, broken }: Underway, stream: MessageStream): Heard {
  const heard: Heard = { inputs: toolInputs(), usage: null, isAnswered: false, bug: null };
  const call = (listener: () => void): void => {
    try {
      listener();
    } catch (thrown) {
      heard.bug = { thrown };
      broken.abort();
    }
  };
  stream.on('connect', () => {
    silence.heard();
    heard.isAnswered = true;
    call(() => tellAnswer(edge, request.model, stream.response));
  });
  stream.on('streamEvent', (event, snapshot) => {
    silence.heard();
    heard.inputs.see(event, snapshot);
    heard.usage = usageOf(snapshot.usage, request.cacheLife);
  });
  stream.on('text', delta => call(() => watch.onText?.(delta)));
  return heard;
}

function tellAnswer(edge: Edge, model: string, response: Response | null | undefined): void {
  if (!response) return;
  edge.tell({
    kind: 'answered',
    model,
    requestId: response.headers.get('request-id'),
    exhaustedForMs: exhaustedForMs(response.headers, edge.clock.now()),
    limits: rateLimits(response.headers),
  });
}

const seenBy = ({ edge, request, watch, silence }: Underway, heard: Heard): Seen => ({
  model: request.model,
  now: edge.clock.now(),
  endedBy: watch.signal?.aborted ? 'caller' : silence.signal.aborted ? { silenceMs: edge.idleMs } : null,
  isAnswered: heard.isAnswered,
  usage: heard.usage,
  redact: edge.redact,
});
