/** A reply as server-sent events, and how a body goes over the wire when something is to go wrong with it. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import { errorBody } from './api-error.ts';
import { type ComposedReply, contentOf, type ReplyBlock } from './compose-reply.ts';
import type { Fault } from './faults.ts';
import type { ReplyMessage } from './reply-message.ts';

/** Long blocks come in this many pieces, short ones in pieces of at least `SHORTEST_PIECE` characters. */
const PIECES_PER_BLOCK = 40;
const SHORTEST_PIECE = 16;

const event = (data: { readonly type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** What a message has thought before its first block. */
const NOTHING_WRITTEN = { output_tokens_details: { thinking_tokens: 0 } };

/** One string per event, in order. */
export function streamChunks(message: ReplyMessage, composed: ComposedReply, hasUsage: boolean): string[] {
  const { usage, ...rest } = message;
  const opening = { ...rest, content: [], stop_reason: null, stop_sequence: null, stop_details: null };
  const started = hasUsage
    ? { ...opening, usage: { ...usage, ...NOTHING_WRITTEN, output_tokens: Math.min(1, usage.output_tokens) } }
    : opening;
  return [
    event({ type: 'message_start', ...{ message: started } }),
    event({ type: 'ping' }),
    ...composed.blocks.flatMap((block, index) => blockEvents(block, index)),
    closingEvent(message, hasUsage),
    event({ type: 'message_stop' }),
  ];
}

/** The final counts are totals, not additions; the split of cache writes is in `message_start` only. */
function closingEvent({ stop_reason, stop_sequence, stop_details, usage }: ReplyMessage, hasUsage: boolean): string {
  const { cache_creation, service_tier, inference_geo, speed, ...totals } = usage;
  const delta = { stop_reason, stop_sequence, stop_details, container: null };
  return event({ type: 'message_delta', ...(hasUsage ? { delta, usage: totals } : { delta }) });
}

function blockEvents(block: ReplyBlock, index: number): string[] {
  const deltas = deltasOf(block).map(delta => event({ type: 'content_block_delta', ...{ index, delta } }));
  return [
    event({ type: 'content_block_start', ...{ index, content_block: emptied(block) } }),
    ...deltas,
    event({ type: 'content_block_stop', ...{ index } }),
  ];
}

function emptied(block: ReplyBlock) {
  const content = contentOf(block);
  if (block.type === 'text') return { ...content, text: '' };
  return block.type === 'thinking' ? { ...content, thinking: '', signature: '' } : { ...content, input: {} };
}

function deltasOf(block: ReplyBlock): object[] {
  if (block.type === 'text') return pieces(block.text).map(text => ({ type: 'text_delta', text }));
  if (block.type === 'tool_use') {
    return ['', ...pieces(block.raw)].map(partial => ({ type: 'input_json_delta', partial_json: partial }));
  }
  const shown = pieces(block.shown).map(thinking => ({ type: 'thinking_delta', thinking }));
  return [...shown, { type: 'signature_delta', signature: block.signature }];
}

/** Never splits a surrogate pair, because a piece must be valid text on its own. */
function pieces(text: string): string[] {
  const size = Math.max(SHORTEST_PIECE, Math.ceil(text.length / PIECES_PER_BLOCK));
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + size;
    const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
    found.push(text.slice(start, splitsPair ? end + 1 : end));
    start = splitsPair ? end + 1 : end;
  }
  return found;
}

/** A plain body in two halves, so that it can break in the middle like a stream. */
export function plainChunks(message: ReplyMessage, hasUsage: boolean): string[] {
  const { usage, ...rest } = message;
  const text = JSON.stringify(hasUsage ? { ...rest, usage } : rest);
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

export interface Delivery {
  readonly chunks: readonly string[];
  readonly fault: Fault | null;
  readonly requestId: string;
  readonly betweenEventsMs: number;
  readonly clock: Clock;
}

/** Sends a body whose headers are written. Ends early and quietly when the client hangs up. */
export async function deliver(response: ServerResponse, delivery: Delivery): Promise<void> {
  const { chunks, fault, betweenEventsMs } = delivery;
  if (fault === null && betweenEventsMs === 0) {
    response.end(chunks.join(''));
    return;
  }
  const limit =
    fault !== null && 'afterEvents' in fault ? Math.min(fault.afterEvents, chunks.length - 1) : chunks.length;
  const sent = fault?.kind === 'no_message_stop' ? chunks.slice(0, -1) : chunks.slice(0, limit);
  for (const [index, chunk] of sent.entries()) {
    if (index > 0 && betweenEventsMs > 0) await pause(response, delivery);
    if (!(await write(response, chunk))) return;
  }
  await finish(response, delivery, chunks.slice(limit));
}

async function pause(response: ServerResponse, { clock, betweenEventsMs }: Delivery): Promise<void> {
  const gone = new AbortController();
  const stop = () => gone.abort();
  response.once('close', stop);
  await clock.sleep(betweenEventsMs, gone.signal);
  response.off('close', stop);
}

/** True once the bytes are handed to the system, false when nobody is there to take them. */
function write(response: ServerResponse, chunk: string): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise(resolve => {
    response.write(chunk, error => resolve(!error));
  });
}

async function finish(response: ServerResponse, delivery: Delivery, rest: readonly string[]): Promise<void> {
  const { fault, requestId } = delivery;
  if (fault?.kind === 'stall') return void response.flushHeaders();
  if (fault?.kind === 'cut') {
    response.flushHeaders();
    return void response.destroy();
  }
  if (fault?.kind === 'error_event')
    await write(response, `event: error\ndata: ${JSON.stringify(errorBody(fault, requestId))}\n\n`);
  if (fault?.kind === 'garbage')
    await write(response, ['event: content_block_delta\ndata: {"type":"con\n\n', ...rest].join(''));
  response.end();
}

/** Drops a connection without a word, as a broken network does. */
export function resetConnection(response: ServerResponse): void {
  if (response.socket === null) response.destroy();
  else response.socket.resetAndDestroy();
}
