/** Text that others wrote, put into a section and taken out again: it can neither forge a heading nor swallow one. */
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import { taskSectionOf } from './task-sections.ts';

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
/** A heading or fence behind at least one backslash: what escaping made, or what was typed that way. */
const ESCAPED = /^( {0,3})\\(\\*(?:#{1,6}(?=[ \t]|$)|`{3,}|~{3,}))/;
const FENCE_RUN = /^ {0,3}(?:`{3,}|~{3,})/;

export interface Heading {
  level: number;
  title: string;
}

/** An ATX heading, as GitHub reads it; null for any other line. */
export function headingOf(line: string): Heading | null {
  // Most lines are no headings, and this is asked of every line of ten thousand files.
  const match = line.includes('#') ? HEADING.exec(line) : null;
  return match ? { level: match[1]?.length ?? 0, title: match[2]?.trim() ?? '' } : null;
}

/** A line that opens or closes a code fence. */
interface FenceLine {
  mark: string;
  length: number;
  /** Only a bare fence can close. */
  isBare: boolean;
}

function fenceOf(line: string): FenceLine | null {
  const match = /^ {0,3}[`~]/.test(line) ? FENCE.exec(line) : null;
  const run = match?.[1] ?? '';
  return match ? { mark: run.charAt(0), length: run.length, isBare: (match[2] ?? '').trim() === '' } : null;
}

const closes = (open: FenceLine, line: FenceLine | null): boolean =>
  line?.isBare === true && line.mark === open.mark && line.length >= open.length;

/** For every line, whether it lies in a code fence or draws one. A fence that nothing closes reaches to the end. */
export function fencedLines(lines: readonly string[]): boolean[] {
  let open: FenceLine | null = null;
  return lines.map(line => {
    const fence = fenceOf(line);
    if (open === null) {
      open = fence;
      return fence !== null;
    }
    if (closes(open, fence)) open = null;
    return true;
  });
}

/** Headings of the first two levels divide files; of the third only those that name a section of a task. */
function isForgery(line: string): boolean {
  const heading = headingOf(line);
  if (heading === null) return FENCE_RUN.test(line) || ESCAPED.test(line);
  return heading.level <= 2 || (heading.level === 3 && taskSectionOf(heading.title) !== null);
}

/** An open comment would hide the rest of the file from everybody who reads it on a page. */
export const escapeComments = (text: string): string => text.replace(/\\*<!--/g, '\\$&');
export const unescapeComments = (text: string): string => text.replace(/\\(\\*<!--)/g, '$1');

const escapeLine = (line: string): string => {
  const shown = escapeComments(line);
  return isForgery(line) ? shown.replace(/^( *)/, '$1\\') : shown;
};
const unescapeLine = (line: string): string =>
  line.includes('\\') ? unescapeComments(line.replace(ESCAPED, '$1$2')) : line;

/** The longest bare run of each mark from a line on: what could still close a fence, in one pass from the end. */
function closersFrom(fences: readonly (FenceLine | null)[]): Map<string, number>[] {
  const longest: Map<string, number>[] = [];
  let below = new Map<string, number>();
  for (const fence of fences.toReversed()) {
    if (fence?.isBare && fence.length > (below.get(fence.mark) ?? 0))
      below = new Map(below).set(fence.mark, fence.length);
    longest.push(below);
  }
  return longest.reverse();
}

/**
 * A block of foreign text, harmless in a section: neutralised, without blank edges, dividing headings and comments outside code
 * fences, and fences that nothing closes, behind a backslash. `readBlock` gives the text back.
 */
export function writeBlock(text: string): string {
  const lines = trimBlock(neutralise(text)).split('\n');
  const fences = lines.map(fenceOf);
  const closers = closersFrom(fences);
  let open: FenceLine | null = null;
  const written = lines.map((line, index) => {
    const fence = fences[index] ?? null;
    if (open !== null) {
      if (closes(open, fence)) open = null;
      return line;
    }
    const isClosed = fence !== null && (closers[index + 1]?.get(fence.mark) ?? 0) >= fence.length;
    if (fence === null || !isClosed) return escapeLine(line);
    open = fence;
    return line;
  });
  return written.join('\n');
}

/** Takes the backslashes of `writeBlock` off again. */
export function readBlock(text: string): string {
  const lines = trimBlock(text).split('\n');
  const fenced = fencedLines(lines);
  return lines.map((line, index) => (fenced[index] ? line : unescapeLine(line))).join('\n');
}

/** Without blank lines before, and without white space after; the indentation of the first line stays. */
export const trimBlock = (text: string): string => text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();

/** Stands in a section that has nothing to say, so that nobody wonders whether something was forgotten. */
export const NONE = 'None.';

const INDENT = { bullet: '  ', number: '   ' } as const;
type ListKind = keyof typeof INDENT;

/** A Markdown list of foreign texts; further lines of an entry are indented. Empty entries are left out. */
export function writeList(entries: readonly string[], kind: ListKind): string {
  const kept = entries.map(entry => neutralise(entry).trim()).filter(entry => entry !== '');
  if (kept.length === 0) return NONE;
  const written = kept.map((entry, index) => {
    const marker = kind === 'bullet' ? '- ' : `${index + 1}. `;
    // Inside a list a fence could open on the marker's line, which no scan of lines sees: every fence is escaped.
    const [first = '', ...rest] = entry.split('\n').map(escapeLine);
    return [marker + first, ...rest.map(line => (line.trim() === '' ? '' : INDENT[kind] + line))].join('\n');
  });
  return written.join('\n');
}

const MARKER = { bullet: /^ {0,1}[-*+] +(.*)$/, number: /^ {0,1}\d{1,9}[.)] +(.*)$/ } as const;

/** The entries of a list; text outside of it, such as `None.`, is no entry. */
export function readList(text: string, kind: ListKind): string[] {
  const entries: string[][] = [];
  for (const line of text.split('\n')) {
    const marked = MARKER[kind].exec(line);
    if (marked) entries.push([marked[1] ?? '']);
    else if (line.startsWith(INDENT[kind])) entries.at(-1)?.push(line.slice(INDENT[kind].length));
    else if (line.trim() === '') entries.at(-1)?.push('');
  }
  return entries.map(lines => lines.map(unescapeLine).join('\n').trim());
}

const NEEDS_QUOTES = /^["\s]|\s$|[\u0000-\u001f]|^$/;

/** A path, command or name on one line, in quotes when a line could not carry it as it is. */
export function writeWord(text: string): string {
  const safe = neutraliseLine(text);
  return safe === text && !NEEDS_QUOTES.test(text) ? text : JSON.stringify(text).replace(/[\u007f-\uffff]/g, asEscape);
}

const asEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Reads what `writeWord` wrote; a word in broken quotes stands for itself. */
export function readWord(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  try {
    const parsed: unknown = JSON.parse(trimmed);
    return typeof parsed === 'string' ? parsed : trimmed;
  } catch {
    // Somebody typed a word that starts with a quote.
    return trimmed;
  }
}
