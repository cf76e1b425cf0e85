/**
 * A recorded conversation, played again: what the model said comes from the record, all else happens anew with the same loop
 * and the same tools, and the first place where it goes another way is named. Nothing is sent and nothing is spent.
 */
import type { Clock } from '../domain/clock.ts';
import { NO_USAGE } from '../domain/money.ts';
import type { Claude, SystemBlock } from '../model/claude.ts';
import { noClaude } from '../model/no-claude.ts';
import { type Difference, firstDifference } from './first-difference.ts';
import { runAgent } from './loop.ts';
import type { Meter } from './meter.ts';
import type { RecordedPart } from './recorded-part.ts';
import { callOf, isKept, type KeptLine, replyOf } from './recorded-reply.ts';
import type { AgentEdges, AgentSpec, Note } from './spec.ts';
import type { Tool } from './tools/tool.ts';
import type { Transcript } from './transcript.ts';

export interface Divergence extends Difference {
  /** Counted from 1; 0 is what it is told before its first reply. */
  turn: number;
  /** What differs, in words. */
  what: string;
}

export interface Replayed {
  /** Replies that were played; fewer than there are where the signal has ended it. */
  turns: number;
  divergence: Divergence | null;
}

export interface ReplayEdges {
  /** As they are today, on a worktree as it was then. */
  tools: readonly Tool[];
  system: SystemBlock[];
  clock: Clock;
  secrets: readonly string[];
  signal: AbortSignal;
}

export async function replay(part: RecordedPart, edges: ReplayEdges): Promise<Replayed> {
  const tape = new Tape(part);
  const signal = AbortSignal.any([edges.signal, tape.over]);
  await runAgent(specOf(part, edges), { ...freeEdges(edges, tape), signal });
  if (!edges.signal.aborted) tape.end();
  return { turns: tape.turns, divergence: tape.divergence };
}

const specOf = (part: RecordedPart, { tools, system }: ReplayEdges): AgentSpec => ({
  preamble: { ...part.preamble, system, tools: tools.map(tool => tool.spec) },
  tools,
  opening: part.opening,
  resume: part.before,
  // The record ends by itself.
  limits: { turns: Number.POSITIVE_INFINITY, promptTokens: Number.POSITIVE_INFINITY },
  cacheLife: '5m',
  endsBy: part.preamble.format === null ? 'tool' : 'answer',
});

const NO_MONEY: Omit<Meter, 'reserve'> = {
  settle: () => {},
  settleInFull: () => {},
  spent: () => ({ usage: NO_USAGE, cost: 0 }),
  raises: () => [],
};

function freeEdges({ clock, secrets }: ReplayEdges, tape: Tape): Omit<AgentEdges, 'signal'> {
  return {
    claude: tape.claude,
    meter: { ...NO_MONEY, reserve: async () => ({ kind: 'granted', reservation: '', maxTokens: tape.maxTokens }) },
    transcript: tape.transcript,
    clock,
    secrets,
    lanes: { ready: async () => {}, pause: () => {}, clear: () => {}, release: () => {} },
    notes: () => tape.notes,
    afterTurn: async () => true,
  };
}

/** The record under the loop: gives the replies, and holds everything that is written down against what was. */
class Tape {
  turns = 0;
  divergence: Divergence | null = null;
  readonly #lines: KeptLine[];
  /** Of each turn that was replied to. */
  readonly #maxTokens: number[];
  readonly #over = new AbortController();
  #at = 0;

  constructor({ lines }: RecordedPart) {
    this.#lines = lines.filter(isKept);
    this.#maxTokens = lines.flatMap((line, at) =>
      line.line === 'request' && lines[at + 1]?.line === 'reply' ? line.maxTokens : [],
    );
  }

  /** Aborted at the first difference, and where the record ends. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get maxTokens(): number {
    return this.#maxTokens[this.turns] ?? 1;
  }

  /** What people said before the next request. */
  get notes(): Note[] {
    const rest = this.#lines.slice(this.#at);
    const end = rest.findIndex(line => line.line !== 'message' || line.note === undefined);
    return rest.slice(0, end < 0 ? rest.length : end).flatMap(line => noteOf(line) ?? []);
  }

  readonly claude: Claude = {
    ...noClaude,
    turn: async ({ model }) => {
      const line = this.#lines[this.#at];
      if (line?.line === 'message') this.#note(line, undefined);
      const reply =
        line?.line === 'reply' && !this.over.aborted ? replyOf(line, model, this.#lines[this.#at + 1]) : null;
      if (reply === null) return { ok: false, failure: { reason: 'stopped', usage: null, billed: false } };
      this.#at++;
      this.turns++;
      return { ok: true, value: reply };
    },
  };

  readonly transcript: Transcript = {
    path: '',
    append: line => {
      if (line.line !== 'preamble' && line.line !== 'message') return;
      const recorded = this.#lines[this.#at];
      if (recorded === undefined) this.#over.abort();
      else this.#note(recorded, line);
      this.#at++;
    },
  };

  /** The conversation is over; a record that goes on from here has gone another way. */
  end(): void {
    const left = this.#lines.slice(this.#at).filter(({ line }) => line === 'reply').length;
    if (this.divergence !== null || left === 0) return;
    const recorded = `${left} more ${left === 1 ? 'reply' : 'replies'}`;
    this.divergence = { path: '', recorded, now: '(nothing)', turn: this.turns, what: 'the end of the conversation' };
  }

  /** Holds a line against what stands in its place now. */
  #note(recorded: KeptLine, now: KeptLine | undefined): void {
    const found = firstDifference(saidIn(recorded), now && saidIn(now));
    if (found === null || this.divergence !== null) return;
    this.divergence = { ...found, turn: this.turns, what: whatIs(now ?? recorded, found, this.#lines) };
    this.#over.abort();
  }
}

/** A reply comes from the record, so there is nothing to hold it against. */
const saidIn = (line: KeptLine): unknown =>
  line.line === 'preamble' ? line.preamble : line.line === 'message' ? line.message : undefined;

/** The call whose result it is, or the place of the words. */
function whatIs(line: KeptLine, { path }: Difference, lines: readonly KeptLine[]): string {
  if (line.line === 'preamble') return path.startsWith('system') ? 'the system prompt' : 'the tools and settings';
  const [, index] = /^content\[(\d+)\]/.exec(path) ?? [];
  const block = line.message.content[Number(index ?? 0)];
  if (typeof block !== 'object' || block.type !== 'tool_result') return 'what the agent is told';
  return `the result of ${callOf(lines, block.tool_use_id)}`;
}

function noteOf(line: KeptLine): Note | null {
  if (line.line !== 'message' || line.note === undefined) return null;
  const [block] = line.message.content;
  return typeof block === 'object' && block.type === 'text' ? { id: line.note, text: block.text } : null;
}
