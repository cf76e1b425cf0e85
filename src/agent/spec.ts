/** What an agent is: what it is told, what it is given, and every way it can end. */
import type { Clock } from '../domain/clock.ts';
import type { Claude, ModelFailure } from '../model/claude.ts';
import type { BudgetStop } from '../policy/raise.ts';
import type { Meter } from './meter.ts';
import type { Ending, Tool } from './tools/tool.ts';
import type { Conversation, Preamble, Transcript } from './transcript.ts';

/** How a conversation ended, every way with its own name. */
export type AgentOutcome =
  | { kind: 'ended_itself'; ending: Ending; model: string }
  /** It stopped without a tool call: the answer of a planner or reviewer. */
  | { kind: 'answered'; text: string; model: string }
  | ({ kind: 'budget' } & BudgetStop)
  | { kind: 'unpriced'; model: string }
  | { kind: 'refused'; category: string | null }
  | { kind: 'turn_limit'; turns: number }
  | { kind: 'no_submission' }
  | { kind: 'stuck'; detail: string }
  | { kind: 'context_full' }
  | { kind: 'wrong_model'; routed: string; answered: string }
  | { kind: 'model_failed'; failure: ModelFailure }
  | { kind: 'stopped' };

/** Something that a person says while the conversation goes on; by its id each conversation hears it once. */
export interface Note {
  id: number;
  text: string;
}

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
  /** No further request once this has been aborted, not even one that waits for its lane or for money. */
  stopping?: AbortSignal;
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
  /** What people have said to whoever does this, oldest first; asked before every turn. */
  notes?(): readonly Note[];
  /** Called after every turn; false means the claim is lost or the run is stopping. */
  afterTurn(turn: number): Promise<boolean>;
  watch?: (event: AgentEvent) => void;
}

export type AgentEvent =
  | { type: 'text'; text: string }
  | { type: 'tool'; name: string; input: unknown }
  | { type: 'waiting'; why: string };
