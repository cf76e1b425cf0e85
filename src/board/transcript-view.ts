/** A session as turns for a reader: what was said, which tool was called with what, what came back, how long it took. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, readLines } from '../agent/transcript.ts';
import type { NanoUsd } from '../domain/money.ts';
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import type { Attempt, PersonNote, TaskState } from '../policy/task-state.ts';
import type { BoardEdges } from './edges.ts';
import type { TranscriptView, TurnView } from './view.ts';

const MOST_TURNS = 400;
const MOST_TEXT = 20_000;

/** Where a session lies; its name was made by kleiber from an id that was checked when the task was taken in. */
export const transcriptPath = (folder: string, session: string): string => join(folder, `${session}.jsonl`);

/** Null before anything was sent. */
export function transcriptView(state: TaskState, attempt: Attempt, edges: BoardEdges): TranscriptView | null {
  const { repository, ledger, transcripts } = edges;
  const lines = lastConversation(readLines(transcriptPath(transcripts, attempt.session)));
  const [first] = lines;
  if (first?.line !== 'preamble') return null;
  const costs = new Map(
    ledger.rows({ repository, task: state.id }).map(({ reservation, settled }) => [reservation, settled]),
  );
  const turns = turnsOf(lines, costs, state.told);
  const shown = turns.slice(-MOST_TURNS);
  return {
    attempt: attempt.attempt,
    model: first.preamble.model,
    turns: shown,
    skipped: turns.length - shown.length,
    unheard: unheardOf(state, attempt, lines),
  };
}

/** A conversation that could not be gone on with was begun anew in the same file. */
const lastConversation = (lines: readonly Line[]): Line[] =>
  lines.slice(
    Math.max(
      0,
      lines.findLastIndex(({ line }) => line === 'preamble'),
    ),
  );

/** Of the notes that were made while this attempt was the last; those of others are told by whoever works then. */
function unheardOf(state: TaskState, { attempt }: Attempt, lines: readonly Line[]): TranscriptView['unheard'] {
  if (attempt !== state.attempts.length) return [];
  const heard = new Set(lines.map(line => (line.line === 'message' ? line.note : undefined)));
  return state.told
    .filter(({ seq }) => !heard.has(seq))
    .map(({ by, at, text }) => ({ by: neutraliseLine(by), at, text: neutralise(text) }));
}

type Costs = ReadonlyMap<string, NanoUsd | null>;
type Of<Kind extends Line['line']> = Extract<Line, { line: Kind }>;
type Message = Of<'message'>['message'];
type Block = Exclude<Message['content'], string>[number];

function turnsOf(lines: readonly Line[], costs: Costs, told: readonly PersonNote[]): TurnView[] {
  let request: Of<'request'> | null = null;
  return lines.flatMap(line => {
    switch (line.line) {
      case 'request':
        request = line;
        return [];
      case 'message':
        return line.note === undefined ? messageTurns(line.message, 'kleiber') : noteTurns(line, told);
      case 'reply':
        return replyTurns(line, request, costs);
      case 'failure':
        return [{ ...turn('failure', null, `no reply: ${line.reason.replaceAll('_', ' ')}`), at: line.at }];
      default:
        return [];
    }
  });
}

/** As the person said it; what stands around it was for the model. */
function noteTurns({ message, note }: Of<'message'>, told: readonly PersonNote[]): TurnView[] {
  const said = told.find(({ seq }) => seq === note);
  if (said === undefined) return messageTurns(message, 'person');
  return [{ ...turn('person', null, said.text), by: neutraliseLine(said.by), at: said.at }];
}

/** Time and price stand at the first thing of a reply. */
function replyTurns({ message, at }: Of<'reply'>, request: Of<'request'> | null, costs: Costs): TurnView[] {
  const [first, ...rest] = messageTurns(message, 'model');
  if (first === undefined) return [];
  const tookMs = request === null ? null : Math.max(0, Date.parse(at) - Date.parse(request.at));
  return [{ ...first, at, tookMs, cost: costs.get(request?.reservation ?? '') ?? null }, ...rest];
}

function messageTurns({ content }: Message, role: TurnView['role']): TurnView[] {
  if (typeof content === 'string') return [turn(role, null, content)];
  return content.flatMap(block => blockTurn(block, role));
}

function blockTurn(block: Block, role: TurnView['role']): TurnView[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [turn(role, null, block.text)];
    case 'tool_use':
      return [turn('model', block.name, inputText(block.input))];
    case 'tool_result':
      return [{ ...turn('tool', null, resultText(block.content)), isError: block.is_error === true }];
    default:
      return [];
  }
}

const turn = (role: TurnView['role'], tool: string | null, text: string): TurnView => ({
  role,
  by: null,
  at: null,
  tookMs: null,
  cost: null,
  tool,
  isError: false,
  text: shortened(neutralise(text)),
});

const shortened = (text: string): string =>
  text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}\n[${text.length - MOST_TEXT} characters left out]`;

/** `path: src/a.ts` and so on, a line per argument. */
function inputText(input: unknown): string {
  if (typeof input !== 'object' || input === null) return String(input);
  return Object.entries(input)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map(part => (part !== null && typeof part === 'object' && 'text' in part ? String(part.text) : ''))
    .join('\n');
}

/** Read again only when the transcript has grown: a look at the board is frequent, a turn is not. */
const acts = new Map<string, { size: number; act: string }>();
const MOST_KNOWN = 100;

/** The last thing that the model called or said, in one line; empty before anything was sent. */
export function lastAct(folder: string, session: string): string {
  const path = transcriptPath(folder, session);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const known = acts.get(path);
  if (known?.size === size) return known.act;
  if (acts.size >= MOST_KNOWN) acts.clear();
  const act = readLastAct(path);
  acts.set(path, { size, act });
  return act;
}

function readLastAct(path: string): string {
  const last = turnsOf(lastConversation(readLines(path)), new Map(), []).findLast(({ role }) => role === 'model');
  if (last === undefined) return '';
  const text = neutraliseLine(last.text).slice(0, 160);
  return last.tool === null ? text : `${last.tool} ${text.replace(/^(?:path|command): /, '')}`;
}
