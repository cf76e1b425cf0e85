/**
 * JavaScript and TypeScript without comments and without what stands in strings, line for line and column for column, so
 * that a pattern finds code and no text about code. It reads once from front to back. Where it cannot tell (an apostrophe
 * in JSX, a slash) it errs within the line, and by hiding code, not by taking text for code.
 */
export function codeOnly(text: string): string {
  const out: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const end = endOfHidden(text, at);
    if (end === at) {
      at++;
      continue;
    }
    out.push(text.slice(kept, at), blank(text.slice(at, end)));
    at = kept = end;
  }
  out.push(text.slice(kept));
  return out.join('');
}

/** The first and last character of a string stay: they say that there is one. */
function blank(hidden: string): string {
  const isString = /^["'`]/.test(hidden) && hidden.length > 1;
  const inside = isString ? hidden.slice(1, -1) : hidden;
  const empty = inside.replace(/[^\n]/g, ' ');
  return isString ? `${hidden[0]}${empty}${hidden.at(-1)}` : empty;
}

/** Where the comment, string or pattern ends that begins here; the place itself when none does. */
function endOfHidden(text: string, at: number): number {
  switch (text[at]) {
    case '/':
      if (text[at + 1] === '/') return endOfLine(text, at);
      if (text[at + 1] === '*') return after(text.indexOf('*/', at + 2), 2, text.length);
      return isPatternPlace(text, at) ? endOfQuoted(text, at, '/') : at;
    case '"':
    case "'":
      return endOfQuoted(text, at, text[at] ?? '');
    case '`':
      return endOfTemplate(text, at);
    default:
      return at;
  }
}

const after = (found: number, length: number, otherwise: number): number => (found < 0 ? otherwise : found + length);

const endOfLine = (text: string, at: number): number => after(text.indexOf('\n', at), 0, text.length);

/** Longer than any string that a person writes on one line; it also bounds the work on a hostile line. */
const MOST_QUOTED = 2_000;

/** One that does not end on its line is no string. */
function endOfQuoted(text: string, at: number, quote: string): number {
  const most = Math.min(text.length, at + MOST_QUOTED);
  for (let end = at + 1; end < most && text[end] !== '\n'; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === quote) return end + 1;
  }
  return at;
}

/** What stands in `${…}` is hidden with the rest; a backtick in there does not end the template. */
function endOfTemplate(text: string, at: number): number {
  let depth = 0;
  for (let end = at + 1; end < text.length; end++) {
    const next = text[end];
    if (next === '\\') end++;
    else if (next === '$' && text[end + 1] === '{') depth++;
    else if (next === '}' && depth > 0) depth--;
    else if (next === '`' && depth === 0) return end + 1;
  }
  return text.length;
}

/** A slash after these begins a pattern; after a name, a number or a bracket it divides, and in JSX it closes. */
function isPatternPlace(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 20), at).trimEnd();
  return before === '' || /[(,=:[!&|?{};+\-*%~^]$|\b(?:return|typeof|case|await|yield)$/.test(before);
}
