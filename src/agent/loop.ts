/**
 * The loop: one model query and the results of its tool calls, until somebody says stop. It knows no tasks and no
 * gates; it takes instructions, tools and limits, and returns a named outcome. It never dies of a tool (design 5).
 */
import type { Clock } from '../domain/clock.ts';
import { inputTokens, NO_USAGE } from '../domain/money.ts';
import type { CapScope } from '../domain/reservation.ts';
import { unreachable } from '../domain/result.ts';
import type { Claude, Message, ModelFailure, Reply, ToolCall, ToolResult } from '../model/claude.ts';
import { withoutDate } from '../model/models.ts';
import { MOST_OUTPUT_TOKENS } from '../policy/budget.ts';
import type { Meter } from './meter.ts';
import { redactSecrets } from './redact.ts';
import { repetitionWatch } from './repetition.ts';
import type { Ending, Tool, ToolAnswer } from './tools/tool.ts';
import { type Conversation, closeOpenCalls, type Preamble, type Transcript } from './transcript.ts';

/** How a conversation ended, every way with its own name. */
export type AgentOutcome =
  | { kind: 'ended_itself'; ending: Ending; model: string }
  /** It stopped without a tool call: the answer of a planner or reviewer. */
  | { kind: 'answered'; text: string; model: string }
  | { kind: 'budget'; scope: CapScope | 'ceiling' }
  | { kind: 'unpriced'; model: string }
  | { kind: 'refused'; category: string | null }
  | { kind: 'turn_limit'; turns: number }
  | { kind: 'no_submission' }
  | { kind: 'stuck'; detail: string }
  | { kind: 'context_full' }
  | { kind: 'wrong_model'; routed: string; answered: string }
  | { kind: 'model_failed'; failure: ModelFailure }
  | { kind: 'stopped' };

export interface AgentSpec {
  preamble: Preamble;
  tools: readonly Tool[];
  /** The first user message of a new conversation, or what a resumed one is told. */
  opening: string;
  /** The conversation to go on with; null starts anew. */
  resume: Conversation | null;
  limits: { turns: number; promptTokens: number };
  cacheLife: '5m' | '1h';
  /** Workers must end with submit or block and are reminded; planners and reviewers end by answering. */
  endsBy: 'tool' | 'answer';
}

export interface AgentEdges {
  claude: Claude;
  meter: Meter;
  transcript: Transcript;
  clock: Clock;
  signal: AbortSignal;
  /** Pauses a model after a rate limit; resolves when the next try is due. */
  lanes: {
    ready(model: string, signal: AbortSignal): Promise<void>;
    pause(model: string, retryAfterMs: number | null): void;
    clear(model: string): void;
    /** Gives a turn back that was not used. */
    release(model: string): void;
  };
  /** Known secrets, taken out of everything that is told to the model. */
  secrets: readonly string[];
  /** Called after every turn; false means the claim is lost or the run is stopping. */
  afterTurn(turn: number): Promise<boolean>;
  watch?: (event: AgentEvent) => void;
}

export type AgentEvent =
  | { type: 'text'; text: string }
  | { type: 'tool'; name: string; input: unknown }
  | { type: 'waiting'; why: string };

const MOST_TRIES = 4;
const MOST_REMINDERS = 2;

interface Run {
  spec: AgentSpec;
  edges: AgentEdges;
  messages: Message[];
  lastInput: Conversation['lastInput'];
  reminders: number;
}

export async function runAgent(spec: AgentSpec, edges: AgentEdges): Promise<AgentOutcome> {
  const run = openRun(spec, edges);
  const repetition = repetitionWatch();
  for (let turn = 1; turn <= spec.limits.turns; turn++) {
    if (edges.signal.aborted) return { kind: 'stopped' };
    if (run.lastInput !== null && run.lastInput.tokens > spec.limits.promptTokens) return { kind: 'context_full' };
    const replied = await paidTurn(run, turn);
    if (replied.kind !== 'reply') return replied;
    const next = await afterReply(run, replied.reply, replied.maxTokens, repetition);
    if (next !== null) return next;
    if (!(await edges.afterTurn(turn))) return { kind: 'stopped' };
  }
  return { kind: 'turn_limit', turns: spec.limits.turns };
}

function openRun(spec: AgentSpec, edges: AgentEdges): Run {
  const run: Run = {
    spec,
    edges,
    messages: [...(spec.resume?.messages ?? [])],
    lastInput: spec.resume?.lastInput ?? null,
    reminders: 0,
  };
  if (spec.resume === null) edges.transcript.append({ line: 'preamble', preamble: spec.preamble });
  const open = closeOpenCalls(run.messages);
  if (open !== null) say(run, open);
  if (spec.opening !== '') tell(run, spec.opening);
  else if (endsInWords(run.messages.at(-1))) tell(run, 'You were interrupted here. Go on.');
  return run;
}

/** Words of the assistant cannot be the end of a request: the API takes them for a prefill and refuses. */
function endsInWords(last: Message | undefined): boolean {
  if (last?.role !== 'assistant') return false;
  const end = typeof last.content === 'string' ? 'text' : last.content.at(-1)?.type;
  return end === 'text' || end === 'thinking' || end === 'redacted_thinking';
}

/** Appends a message to the conversation and to its transcript, in that order of necessity: transcript first. */
function say(run: Run, message: Message): void {
  run.edges.transcript.append({ line: 'message', message });
  run.messages.push(message);
}

/** A user text; directly after another user message it would be a second turn in a row, which the API joins. */
const tell = (run: Run, text: string): void =>
  say(run, { role: 'user', content: [{ type: 'text', text: sendable(run, text) }] });

/** Without secrets, and without halves of surrogate pairs, which the API does not accept as JSON. */
const sendable = (run: Run, text: string): string => redactSecrets(text, run.edges.secrets).toWellFormed();

type TurnEnd =
  | { kind: 'reply'; reply: Reply; maxTokens: number }
  | Exclude<AgentOutcome, { kind: 'answered' | 'ended_itself' }>;

/** Reserves, asks, settles; tries again only what a new try can mend. */
async function paidTurn(run: Run, turn: number): Promise<TurnEnd> {
  const { edges, spec } = run;
  for (let attempt = 1; ; attempt++) {
    await edges.lanes.ready(spec.preamble.model, edges.signal);
    const granted = await edges.meter.reserve(inputBound(run), spec.cacheLife, edges.signal);
    if (granted.kind !== 'granted') edges.lanes.release(spec.preamble.model);
    if (granted.kind === 'denied') return { kind: 'budget', scope: granted.scope };
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
      maxTokens: granted.maxTokens,
      effort,
      cacheLife: spec.cacheLife,
      ...(format === null ? {} : { format }),
    },
    { signal: edges.signal },
  );
  if (outcome.ok) {
    edges.meter.settle(granted.reservation, outcome.value.usage);
    edges.lanes.clear(model);
    recordReply(run, outcome.value, sentBytes);
  } else {
    if (outcome.failure.billed) edges.meter.settleInFull(granted.reservation);
    else edges.meter.settle(granted.reservation, NO_USAGE);
    edges.transcript.append({ line: 'failure', at: edges.clock.now().toISOString(), reason: outcome.failure.reason });
  }
  return outcome;
}

function recordReply(run: Run, reply: Reply, sentBytes: number): void {
  const message: Message = { role: 'assistant', content: reply.content };
  const tokens = inputTokens(reply.usage) + reply.usage.output;
  run.edges.transcript.append({
    line: 'reply',
    at: run.edges.clock.now().toISOString(),
    message,
    inputTokens: tokens,
    sentBytes,
    stop: reply.stop,
    requestId: reply.requestId,
  });
  // A reply without content is not part of the conversation: the API refuses to read an empty message back.
  if (reply.content.length > 0) run.messages.push(message);
  run.lastInput = { tokens, bytes: sentBytes + byteLength(message) };
}

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const promptBytes = (run: Run): number =>
  byteLength(run.spec.preamble.system) +
  byteLength(run.spec.preamble.tools) +
  byteLength(run.spec.preamble.format) +
  byteLength(run.messages);

/** Tokens the API adds around what was sent (tool preamble, role marks), with room to spare. */
const OVERHEAD_TOKENS = 1_500;

/** No text has more tokens than UTF-8 bytes, so new bytes bound new tokens. */
const inputBound = (run: Run): number =>
  run.lastInput === null
    ? promptBytes(run) + OVERHEAD_TOKENS
    : run.lastInput.tokens + Math.max(0, promptBytes(run) - run.lastInput.bytes) + OVERHEAD_TOKENS;

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

type Repetition = ReturnType<typeof repetitionWatch>;

/** What a reply means; null means: on to the next turn. */
async function afterReply(
  run: Run,
  reply: Reply,
  maxTokens: number,
  repetition: Repetition,
): Promise<AgentOutcome | null> {
  const { model } = run.spec.preamble;
  if (withoutDate(reply.model) !== withoutDate(model))
    return { kind: 'wrong_model', routed: model, answered: reply.model };
  if (reply.text !== '') run.edges.watch?.({ type: 'text', text: reply.text });
  switch (reply.stop) {
    case 'tool_use':
      return await useTools(run, reply, repetition);
    case 'pause_turn':
      return null;
    case 'refusal':
      return { kind: 'refused', category: reply.refusalCategory };
    case 'model_context_window_exceeded':
      return { kind: 'context_full' };
    case 'max_tokens':
      return maxTokens < MOST_OUTPUT_TOKENS
        ? { kind: 'budget', scope: 'ceiling' }
        : { kind: 'stuck', detail: 'a reply reached the output limit' };
    case 'end_turn':
    case 'stop_sequence':
      return run.spec.endsBy === 'answer' ? { kind: 'answered', text: reply.text, model: reply.model } : remind(run);
    default:
      return unreachable(reply.stop);
  }
}

/** A worker that just stops has not handed in; it is told so twice. */
function remind(run: Run): AgentOutcome | null {
  if (run.reminders >= MOST_REMINDERS) return { kind: 'no_submission' };
  run.reminders++;
  tell(
    run,
    'You stopped without a tool call. Go on; when every criterion is met call submit, and when you cannot go on call block.',
  );
  return null;
}

/** All calls of a turn are answered in one message, in order; an ending counts once every call has its answer. */
async function useTools(run: Run, reply: Reply, repetition: Repetition): Promise<AgentOutcome | null> {
  const results: ToolResult[] = [];
  let ending: Ending | null = null;
  let stuck: string | null = null;
  for (const call of reply.toolCalls) {
    const given: ToolAnswer =
      ending === null ? await callTool(run, call) : { text: 'not run: the work is already handed in', isError: true };
    const hint = repetition.note(call, given.text);
    stuck ??= hint === 'stop' ? `${call.name} was called again and again with the same result` : null;
    const text =
      sendable(run, given.text) +
      (hint === 'hint' ? '\n\nThis is the same call with the same result as before. Try something else.' : '');
    results.push({
      type: 'tool_result',
      tool_use_id: call.id,
      content: text.trim() === '' ? '(no output)' : text,
      ...(given.isError ? { is_error: true } : {}),
    });
    if (given.ends !== undefined) ending = given.ends;
  }
  say(run, { role: 'user', content: results });
  if (ending !== null) return { kind: 'ended_itself', ending, model: reply.model };
  return stuck === null ? null : { kind: 'stuck', detail: stuck };
}

/** Unknown tool, bad input, a tool that throws: all become a result that the model reads. */
async function callTool(run: Run, call: ToolCall): Promise<ToolAnswer> {
  const tool = run.spec.tools.find(candidate => candidate.name === call.name);
  if (tool === undefined) return { text: `there is no tool ${call.name}`, isError: true };
  if (call.input === null)
    return { text: `the input of ${call.name} was not valid JSON; nothing was run`, isError: true };
  run.edges.watch?.({ type: 'tool', name: call.name, input: call.input });
  try {
    return await tool.run(call.input, run.edges.signal);
  } catch (error) {
    return { text: `${call.name} failed: ${error instanceof Error ? error.message : String(error)}`, isError: true };
  }
}
