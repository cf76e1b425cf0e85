/** A transcript, cut into its parts: what each process, of those that went on with one conversation, added to it. */
import type { Message } from '../model/claude.ts';
import { type Conversation, conversationOf, INTERRUPTED_CALL, type Line, type Preamble } from './transcript.ts';

export interface RecordedPart {
  /** What it went on with; null began anew. */
  before: Conversation | null;
  preamble: Preamble;
  /** What it was told first; empty when it just went on. */
  opening: string;
  /** When its first request was made, ISO 8601. */
  at: string;
  /** Its own lines, in order. */
  lines: readonly Line[];
  /** So many lines the transcript has up to its end. */
  end: number;
}

/** Oldest first. Lines before the first request of all are no part yet. */
export function partsOf(lines: readonly Line[]): RecordedPart[] {
  const begins = lines.flatMap((_, at) => (isFirstRequest(lines, at) ? beginOf(lines, at) : []));
  return begins.flatMap((from, index) => partOf(lines, from, begins[index + 1]) ?? []);
}

/** Each process counts its turns from one; a request that failed is made again under the same number. */
function isFirstRequest(lines: readonly Line[], at: number): boolean {
  const [line, before] = [lines[at], lines[at - 1]];
  const isAgain = before?.line === 'failure' && before.reason !== 'stopped';
  return line?.line === 'request' && line.number === 1 && !isAgain;
}

/** Back over what was said before that request: notes of people, the opening, answers for calls that a kill left open, the preamble. */
function beginOf(lines: readonly Line[], request: number): number {
  let from = request;
  const said = (): Extract<Line, { line: 'message' }> | null => {
    const line = lines[from - 1];
    return line?.line === 'message' ? line : null;
  };
  while (said()?.note !== undefined) from--;
  if (isText(said()?.message)) from--;
  if (closesCalls(said()?.message)) from--;
  return lines[from - 1]?.line === 'preamble' ? from - 1 : from;
}

function partOf(lines: readonly Line[], from: number, to: number | undefined): RecordedPart | null {
  const own = lines.slice(from, to);
  const before = own[0]?.line === 'preamble' ? null : conversationOf(lines.slice(0, from));
  const preamble = own[0]?.line === 'preamble' ? own[0].preamble : before?.preamble;
  const request = own.find(line => line.line === 'request');
  if (preamble === undefined || request === undefined) return null;
  const first = own.slice(0, own.indexOf(request)).flatMap(line => (line.line === 'message' ? [line] : []));
  const opening = first.find(({ message, note }) => note === undefined && isText(message));
  const end = from + own.length;
  return { before, preamble, opening: textOf(opening?.message), at: request.at, lines: own, end };
}

/** The blocks of a message of the user. */
const blocksOf = (message: Message | undefined) =>
  message?.role === 'user' && typeof message.content !== 'string' ? message.content : [];

const isText = (message: Message | undefined): boolean => blocksOf(message).some(({ type }) => type === 'text');

const textOf = (message: Message | undefined): string =>
  blocksOf(message).flatMap(block => (block.type === 'text' ? block.text : []))[0] ?? '';

const closesCalls = (message: Message | undefined): boolean =>
  blocksOf(message).some(block => block.type === 'tool_result' && block.content === INTERRUPTED_CALL);
