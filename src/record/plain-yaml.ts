/**
 * Reads the small part of YAML that kleiber itself writes: a key and a value to a line, lists and groups of single
 * values. Everything else is `null`, which means "ask the YAML package": this reader only saves time, and where it
 * answers, it answers the same.
 */

/** A value, or undefined where only the package knows. */
type Read = string | number | boolean | undefined;

const ENTRY = /^([a-z][a-z0-9_]*):(?: (.*))?$/;
const LIST_ITEM = /^ {2}- (.*)$/;
/** Printable and without any white space but the blank: nothing in it folds, breaks or hides. */
const PRINTABLE =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff\u0700-\u167f\u2010-\u2027\u2030-\u205e\u20a0-\u2fff\u3001-\ud7ff]*$/;
const WORD_START = /^[A-Za-z\u00c0-\u024f]/;
const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
const FRACTION = /^(?:0|[1-9][0-9]{0,8})\.[0-9]{1,6}$/;
/** What YAML could take for a number, in any of its spellings. */
const LIKE_A_NUMBER = /^[0-9][0-9a-fA-FoOxX_.eE+-]*$/;
const CONSTANT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Plain text that no part of YAML gives a meaning: no comment, no key inside, no blank at its ends. */
const isPlainText = (text: string): boolean =>
  !text.includes(' #') && !text.includes(': ') && !text.endsWith(':') && !text.endsWith(' ') && PRINTABLE.test(text);

/** Double quotes with no escape but those of quote and backslash; single quotes, where a doubled one stands for itself. */
function readQuoted(text: string): Read {
  const inner = text.slice(1, -1);
  if (text.length < 2 || text.at(-1) !== text[0] || !PRINTABLE.test(inner)) return undefined;
  if (text.startsWith("'")) return /^(?:[^']|'')*$/.test(inner) ? inner.replaceAll("''", "'") : undefined;
  return /^(?:[^"\\]|\\["\\])*$/.test(inner) ? inner.replace(/\\(["\\])/g, '$1') : undefined;
}

function readScalar(text: string): Read {
  if (/^["']/.test(text)) return readQuoted(text);
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (!isPlainText(text) || CONSTANT.test(text)) return undefined;
  if (WORD_START.test(text)) return text;
  if (WHOLE_NUMBER.test(text) || FRACTION.test(text)) return Number(text);
  return /^[0-9]/.test(text) && !LIKE_A_NUMBER.test(text) ? text : undefined;
}

const FLOW_SIGNS = /[[\]{},:?"'\\]/;

/** Inside brackets more signs have a meaning. */
const readFlowScalar = (text: string): Read =>
  text.startsWith('"') || !FLOW_SIGNS.test(text) ? readScalar(text) : undefined;

/** The parts between commas; undefined when a comma could be part of a quoted text. */
function flowParts(text: string): string[] | undefined {
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  const parts = inner.split(',').map(part => part.trim());
  return parts.some(part => part.startsWith('"') !== part.endsWith('"')) ? undefined : parts;
}

function readFlowList(text: string): Read[] | undefined {
  const values = flowParts(text)?.map(readFlowScalar);
  return values?.includes(undefined) ? undefined : values;
}

function readFlowGroup(text: string): Record<string, Read> | undefined {
  const group: Record<string, Read> = {};
  for (const part of flowParts(text) ?? [':']) {
    const [, key = '', value = ''] = ENTRY.exec(part) ?? [];
    const read = readFlowScalar(value);
    if (key === '' || read === undefined || key in group) return undefined;
    group[key] = read;
  }
  return group;
}

function readValue(text: string): unknown {
  if (text.startsWith('[')) return text.endsWith(']') ? readFlowList(text) : undefined;
  if (text.startsWith('{')) return text.endsWith('}') ? readFlowGroup(text) : undefined;
  return readScalar(text);
}

/** The indented items below a key without a value, and the line behind them. */
function readBlockList(lines: readonly string[], from: number): { value: Read[]; next: number } | undefined {
  const value: Read[] = [];
  let next = from;
  for (; lines[next]?.startsWith(' '); next++) {
    const item = LIST_ITEM.exec(lines[next] ?? '')?.[1];
    const read = item === undefined ? undefined : readScalar(item);
    if (read === undefined) return undefined;
    value.push(read);
  }
  return value.length === 0 ? undefined : { value, next };
}

/** The keys and values of `source`, whose lines end in newlines; null when any line of it is out of the ordinary. */
export function readPlainYaml(source: string): Record<string, unknown> | null {
  const data: Record<string, unknown> = {};
  const lines = source.split('\n');
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? '';
    index++;
    if (line === '') continue;
    const [, key, text] = ENTRY.exec(line) ?? [];
    if (key === undefined || Object.hasOwn(data, key)) return null;
    const block = text === undefined ? readBlockList(lines, index) : undefined;
    const value = text === undefined ? block?.value : readValue(text);
    if (value === undefined) return null;
    data[key] = value;
    index = block?.next ?? index;
  }
  return data;
}
