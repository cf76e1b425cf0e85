/** A Claude without HTTP: what it says follows from the task that a request is about, and it refuses what the API refuses. */
import { hash } from 'node:crypto';
import type { NanoUsd, Usage } from '../../src/domain/money.ts';
import { NO_USAGE } from '../../src/domain/money.ts';
import type { Block, Claude, Message, Reply, ToolCall, TurnOutcome, TurnRequest } from '../../src/model/claude.ts';
import { BUILT_IN_PRICES, costOf } from '../../src/model/prices.ts';

/** What a script may look at: the request, and how far its conversation is. */
export interface Asked {
  request: TurnRequest;
  /** Replies of this conversation so far. */
  turn: number;
  /** Everything that was said to the model, as one text. */
  heard: string;
}

export type Call = readonly [tool: string, input: Record<string, unknown>];

/** A reply: words, tool calls, or both; `model` answers under another name than was asked for. */
export interface Said {
  text?: string;
  calls?: readonly Call[];
  model?: string;
}

export type Script = (asked: Asked) => Said | Promise<Said>;

export interface ScriptedClaude extends Claude {
  /** Every request that was answered, in order. */
  asked: Asked[];
  /** Called when a request arrives, before it is answered. */
  onTurn: () => void;
  /** What all replies together cost. */
  billed(): NanoUsd;
}

const USAGE: Usage = { ...NO_USAGE, input: 2_000, output: 300 };

/** `scriptFor` gives the script of a task by its id. */
export function scriptedClaude(
  scriptFor: (id: string) => Script,
  reviewer: (asked: Asked) => Said | Promise<Said>,
  today: () => string,
): ScriptedClaude {
  const asked: Asked[] = [];
  let billed = 0;
  const claude: ScriptedClaude = {
    asked,
    onTurn: () => undefined,
    billed: () => billed,
    models: () => Promise.resolve({ ok: true, value: [] }),
    turn: async (request, watch): Promise<TurnOutcome> => {
      const fault = shapeFault(request.messages);
      if (fault !== null)
        return { ok: false, failure: { reason: 'invalid_request', detail: fault, usage: null, billed: false } };
      claude.onTurn();
      const now = askedOf(request);
      asked.push(now);
      const said = await (isReview(now) ? reviewer : scriptFor(taskOf(now.heard)))(now);
      if (watch?.signal?.aborted) return { ok: false, failure: { reason: 'stopped', usage: null, billed: true } };
      billed += costOf(BUILT_IN_PRICES, request.model, USAGE, today()) ?? 0;
      return { ok: true, value: replyOf(said, now) };
    },
  };
  return claude;
}

const askedOf = (request: TurnRequest): Asked => ({
  request: { ...request, messages: [...request.messages] },
  turn: request.messages.filter(message => message.role === 'assistant').length,
  heard: request.messages
    .filter(message => message.role === 'user')
    .map(message => (typeof message.content === 'string' ? message.content : JSON.stringify(message.content)))
    .join('\n'),
});

/** The task file is the first message, and its id is in its front matter. */
function taskOf(heard: string): string {
  const id = /id: ([a-z0-9-]+)/.exec(heard)?.[1];
  if (id === undefined) throw new Error(`no task in: ${heard.slice(0, 300)}`);
  return id;
}

/** What the API answers with a 400: an empty conversation, words at its end, calls without results. */
function shapeFault(messages: readonly Message[]): string | null {
  if (messages.length === 0) return 'messages: at least one message is required';
  if (messages.at(-1)?.role !== 'user') return 'messages: the last one must be from the user';
  for (const [index, message] of messages.entries()) {
    if (message.content.length === 0) return `messages.${index}: content must not be empty`;
    const open = callsOf(message).filter(id => !resultsOf(messages[index + 1]).includes(id));
    if (open.length > 0) return `messages.${index}: tool_use without a tool_result: ${open.join(', ')}`;
  }
  return null;
}

const callsOf = ({ content }: Message): string[] =>
  typeof content === 'string' ? [] : content.flatMap(block => (block.type === 'tool_use' ? [block.id] : []));

const resultsOf = (message: Message | undefined): string[] =>
  message === undefined || typeof message.content === 'string'
    ? []
    : message.content.flatMap(block => (block.type === 'tool_result' ? [block.tool_use_id] : []));

function replyOf(said: Said, { request, heard, turn }: Asked): Reply {
  const calls = (said.calls ?? []).map(([name, input], index): ToolCall => {
    const id = `toolu_${hash('sha256', heard, 'hex').slice(0, 12)}_${turn}_${index}`;
    return { id, name, input, raw: JSON.stringify(input) };
  });
  const text = said.text ?? '';
  const content = [
    ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
    ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
  ];
  return {
    model: said.model ?? request.model,
    stop: calls.length > 0 ? 'tool_use' : 'end_turn',
    content: content as Block[], // as little of the SDK's blocks as goes back to it
    toolCalls: calls,
    text,
    usage: USAGE,
    refusalCategory: null,
    requestId: null,
  };
}

/** The first message, as it was sent. */
export function openingOf({ request }: Asked): string {
  const content = request.messages[0]?.content ?? '';
  return typeof content === 'string'
    ? content
    : content.map(block => (block.type === 'text' ? block.text : '')).join('\n');
}

const isReview = (asked: Asked): boolean => openingOf(asked).startsWith('A submission needs your review');

export interface Judged {
  decision: 'approve' | 'request_changes' | 'reject';
  /** Numbers of criteria that are not met. */
  unmet?: readonly number[];
  comments?: readonly { file: string; line: number | null; text: string }[];
}

/** A reviewer that judges every criterion it is asked about. */
export const judges =
  ({ decision, unmet = [], comments = [] }: Judged): Script =>
  asked => {
    const [, section = ''] = /## Criteria\n\n([\s\S]*?)\n\n## /.exec(openingOf(asked)) ?? [];
    const criteria = [...section.matchAll(/^(\d+)\. /gm)].map(([, number]) => ({
      number: Number(number),
      met: !unmet.includes(Number(number)),
      note: 'looked at',
    }));
    return { text: JSON.stringify({ decision, summary: `I ${decision} it.`, criteria, comments }) };
  };

export const approves: Script = judges({ decision: 'approve' });

/** Asks for changes with one comment. */
export const wants = (text: string): Script =>
  judges({ decision: 'request_changes', unmet: [1], comments: [{ file: 'src/backend/a.txt', line: 1, text }] });

/** Writes these files, then hands in. */
export const writes =
  (files: Record<string, string>, summary = 'built as described'): Script =>
  ({ turn }) =>
    turn === 0
      ? {
          text: 'I write the files and hand in.',
          calls: Object.entries(files).map(([path, content]): Call => ['write', { path, content }]),
        }
      : { calls: [submit(summary)] };

/** One script after the other, a conversation each: the n-th conversation of the task follows the n-th script. */
export function inTurn(...scripts: readonly Script[]): Script {
  const openings: string[] = [];
  return asked => {
    const opening = JSON.stringify(asked.request.messages[0]);
    if (!openings.includes(opening)) openings.push(opening);
    const script = scripts[openings.indexOf(opening)] ?? scripts.at(-1);
    if (script === undefined) throw new Error('no script');
    return script(asked);
  };
}

export const submit = (summary = 'built as described'): Call => ['submit', { summary, tests_added: [], decisions: [] }];

export const ask = (problem: string, options: readonly string[] = []): Call => [
  'block',
  { type: 'unclear_requirements', problem, need: problem, options },
];

export const run = (command: string): Call => ['run', { command }];
