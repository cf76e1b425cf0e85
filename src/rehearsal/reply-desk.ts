/** Where an accepted request gets its reply: fault, cache, script, bill. It knows nothing of HTTP. */
import type { Clock } from '../domain/clock.ts';
import { addUsage, NO_USAGE, type Usage } from '../domain/money.ts';
import { type ApiError, scriptBug } from './api-error.ts';
import { CacheDiagnosis } from './cache-diagnosis.ts';
import { type Answer, type ComposedReply, composeReply, findScriptBug, type ScriptedReply } from './compose-reply.ts';
import { chooseFault, type Fault, type Faults, isLost, type LostFault } from './faults.ts';
import type { ModelRow } from './model-table.ts';
import { type CacheVisit, PrefixCache } from './prefix-cache.ts';
import { digestOf } from './prompt-digest.ts';
import { billedUsage, type ReplyMessage, replyMessage } from './reply-message.ts';
import type { MessagesRequest } from './request-shape.ts';

/** What the server has charged. Replies that did not arrive whole are in it. */
export interface Bill {
  readonly replies: number;
  readonly byModel: Readonly<Record<string, Usage>>;
}

export interface DeskOptions {
  readonly answer: Answer;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly firstEventMs: number;
}

/** What is to happen on the wire. */
export type Outcome =
  | { readonly kind: 'error'; readonly fault: Fault | null; readonly error: ApiError }
  | { readonly kind: 'lost'; readonly fault: LostFault; readonly message: ReplyMessage | null }
  | {
      readonly kind: 'reply';
      readonly fault: Fault | null;
      readonly message: ReplyMessage;
      readonly composed: ComposedReply;
    };

export class ReplyDesk {
  readonly #options: DeskOptions;
  readonly #cache = new PrefixCache();
  readonly #diagnosis = new CacheDiagnosis();
  readonly #paused = new Set<string>();
  readonly #charged: ReplyMessage[] = [];
  #accepted = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  isPausedReply(conversationDigest: string): boolean {
    return this.#paused.has(conversationDigest);
  }

  bill(): Bill {
    const byModel: Record<string, Usage> = {};
    for (const { model, usage } of this.#charged) {
      byModel[model] = addUsage(byModel[model] ?? NO_USAGE, billedUsage(usage));
    }
    return { replies: this.#charged.length, byModel };
  }

  /** Never throws for what a script does: its exceptions and its mistakes become an error that says so. */
  async converse(request: MessagesRequest, row: ModelRow): Promise<Outcome> {
    const fault = chooseFault(this.#options.faults, request, ++this.#accepted);
    const error = statusOf(fault, request);
    if (error !== null) return { kind: 'error', fault, error };
    if (isLost(fault) && !fault.billed) return { kind: 'lost', fault, message: null };
    const cache = this.#cache.visit(request, row, this.#options.clock.now().getTime());
    const script = await this.#ask(request);
    if ('status' in script) return { kind: 'error', fault, error: script };
    const composed = composeReply(request, row, script, fault);
    const message = this.#charge(request, composed, cache, fault);
    return isLost(fault) ? { kind: 'lost', fault, message } : { kind: 'reply', fault, message, composed };
  }

  /** A limit of 0 only fills the cache, so there is nothing to say. */
  async #ask(request: MessagesRequest): Promise<ScriptedReply | ApiError> {
    const { answer, clock, firstEventMs } = this.#options;
    try {
      if (request.max_tokens === 0) return { content: [], stop: 'max_tokens' };
      const script = await answer(request);
      const bug = findScriptBug(request, script);
      if (firstEventMs > 0) await clock.sleep(firstEventMs);
      return bug === null ? script : scriptBug(bug);
    } catch (error) {
      return scriptBug(error instanceof Error ? error.message : String(error));
    }
  }

  /** From here on the reply has begun: it is billed, and others can read what it has cached. */
  #charge(request: MessagesRequest, composed: ComposedReply, cache: CacheVisit, fault: Fault | null): ReplyMessage {
    const message = replyMessage({
      id: `msg_${digestOf(composed.digest, String(this.#accepted)).slice(0, 24)}`,
      model: fault?.kind === 'other_model' ? fault.model : request.model,
      speed: request.speed ?? 'standard',
      composed,
      prompt: cache.usage,
      diagnostics: this.#diagnosis.explain(request),
    });
    cache.commit();
    this.#diagnosis.remember(message.id, request);
    this.#charged.push(message);
    if (composed.stop === 'pause_turn') this.#paused.add(composed.digest);
    return message;
  }
}

/** The error that a fault sends instead of a reply. Only a stream has events, so a plain reply fails as a whole. */
function statusOf(fault: Fault | null, request: MessagesRequest): ApiError | null {
  if (fault?.kind === 'status') return fault;
  if (fault?.kind !== 'error_event' || request.stream === true) return null;
  return { status: fault.type === 'overloaded_error' ? 529 : 500, type: fault.type, message: fault.message };
}
