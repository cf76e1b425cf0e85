/** One paid turn: reserved before it is sent, settled after, and tried again only where a new try can mend it. */
import { NO_USAGE } from '../domain/money.ts';
import { unreachable } from '../domain/result.ts';
import type { ModelFailure, Reply } from '../model/claude.ts';
import { LEAST_OUTPUT_TOKENS } from '../policy/budget.ts';
import { inputBound, promptBytes, type Run, recordReply } from './conversation.ts';
import { redactReply } from './redact-reply.ts';
import type { AgentOutcome } from './spec.ts';

const MOST_TRIES = 4;

export type TurnEnd =
  | { kind: 'reply'; reply: Reply; maxTokens: number }
  | Exclude<AgentOutcome, { kind: 'answered' | 'ended_itself' }>;

/** A reply, or how the conversation ends without one. */
export async function paidTurn(run: Run, turn: number): Promise<TurnEnd> {
  const { edges, spec } = run;
  const waiting = edges.stopping === undefined ? edges.signal : AbortSignal.any([edges.signal, edges.stopping]);
  for (let attempt = 1; ; attempt++) {
    await edges.lanes.ready(spec.preamble.model, waiting);
    const input = inputBound(run);
    const granted = await edges.meter.reserve(input, spec.cacheLife, waiting);
    if (granted.kind !== 'granted') edges.lanes.release(spec.preamble.model);
    if (granted.kind === 'denied') {
      const raises = edges.meter.raises(input, spec.cacheLife, LEAST_OUTPUT_TOKENS);
      return { kind: 'budget', scope: granted.scope, raises };
    }
    if (granted.kind === 'unpriced') return { kind: 'unpriced', model: spec.preamble.model };
    if (granted.kind === 'stopped') return { kind: 'stopped' };
    const outcome = await ask(run, turn, granted);
    if (outcome.ok) return { kind: 'reply', reply: outcome.value, maxTokens: granted.maxTokens };
    const ending = afterFailure(run, outcome.failure, attempt);
    if (ending !== null) return ending;
  }
}

async function ask(run: Run, turn: number, granted: { reservation: string; maxTokens: number }) {
  const { edges, spec } = run;
  const { model, system, tools, effort, format } = spec.preamble;
  const sentBytes = promptBytes(run);
  edges.transcript.append({
    line: 'request',
    at: edges.clock.now().toISOString(),
    number: turn,
    maxTokens: granted.maxTokens,
    reservation: granted.reservation,
  });
  const outcome = await edges.claude.turn(
    {
      model,
      system,
      tools,
      messages: run.messages,
      ...(run.isPaused ? { continuesPaused: true as const } : {}),
      maxTokens: granted.maxTokens,
      effort,
      cacheLife: spec.cacheLife,
      ...(format === null ? {} : { format }),
    },
    { signal: edges.signal },
  );
  if (outcome.ok) {
    const reply = redactReply(outcome.value, edges.secrets);
    edges.meter.settle(granted.reservation, reply.usage);
    edges.lanes.clear(model);
    recordReply(run, reply, sentBytes);
    return { ...outcome, value: reply };
  }
  if (outcome.failure.billed) edges.meter.settleInFull(granted.reservation);
  else edges.meter.settle(granted.reservation, NO_USAGE);
  edges.transcript.append({ line: 'failure', at: edges.clock.now().toISOString(), reason: outcome.failure.reason });
  return outcome;
}

/** Null means: try again, after the model's lane says so. */
function afterFailure(run: Run, failure: ModelFailure, attempt: number): TurnEnd | null {
  const { lanes, watch } = run.edges;
  switch (failure.reason) {
    case 'rate_limited':
    case 'overloaded':
      if (attempt >= MOST_TRIES) return { kind: 'model_failed', failure };
      watch?.({ type: 'waiting', why: failure.reason });
      lanes.pause(run.spec.preamble.model, failure.retryAfterMs);
      return null;
    case 'server_error':
    case 'connection_failed':
    case 'stream_cut':
    case 'stream_silent':
      if (attempt >= MOST_TRIES) return { kind: 'model_failed', failure };
      watch?.({ type: 'waiting', why: failure.reason });
      lanes.pause(run.spec.preamble.model, null);
      return null;
    case 'stopped':
      return { kind: 'stopped' };
    case 'unauthorized':
    case 'spend_limit':
    case 'unknown_model':
    case 'invalid_request':
      return { kind: 'model_failed', failure };
    default:
      return unreachable(failure);
  }
}
