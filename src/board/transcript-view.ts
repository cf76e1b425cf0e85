/** A session as turns for a reader: what was said, which tool was called with what, what came back. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readConversation } from '../agent/transcript.ts';
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import type { TranscriptView, TurnView } from './view.ts';

const MOST_TURNS = 400;
const MOST_TEXT = 20_000;

/** Where the transcript of an attempt lies; both parts were checked when the task was taken in. */
export const transcriptPath = (folder: string, id: string, attempt: number): string =>
  join(folder, `${id}-a${attempt}.jsonl`);

/** Null before anything was sent. */
export function transcriptOf(folder: string, id: string, attempt: number): TranscriptView | null {
  const conversation = readConversation(transcriptPath(folder, id, attempt));
  if (conversation === null) return null;
  const turns = conversation.messages.flatMap(turnsOf);
  const shown = turns.slice(-MOST_TURNS);
  return { attempt, model: conversation.preamble.model, turns: shown, skipped: turns.length - shown.length };
}

type Message = NonNullable<ReturnType<typeof readConversation>>['messages'][number];
type Block = Exclude<Message['content'], string>[number];

function turnsOf({ role, content }: Message): TurnView[] {
  if (typeof content === 'string') return [turn(role === 'user' ? 'kleiber' : 'model', null, content)];
  return content.flatMap(block => blockTurn(block, role));
}

function blockTurn(block: Block, role: string): TurnView[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [turn(role === 'user' ? 'kleiber' : 'model', null, block.text)];
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
  at: null,
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
export function lastAct(folder: string, id: string, attempt: number): string {
  const path = transcriptPath(folder, id, attempt);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const known = acts.get(path);
  if (known?.size === size) return known.act;
  if (acts.size >= MOST_KNOWN) acts.clear();
  const act = readLastAct(folder, id, attempt);
  acts.set(path, { size, act });
  return act;
}

function readLastAct(folder: string, id: string, attempt: number): string {
  const last = transcriptOf(folder, id, attempt)?.turns.findLast(({ role }) => role === 'model');
  if (last === undefined) return '';
  const text = neutraliseLine(last.text).slice(0, 160);
  return last.tool === null ? text : `${last.tool} ${text.replace(/^(?:path|command): /, '')}`;
}
