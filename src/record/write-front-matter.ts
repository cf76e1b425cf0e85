/** Facts for the machine, written as the front matter that the strict door reads back. */
import { Document, visit } from 'yaml';
import { neutralise } from '../domain/plain-text.ts';

/** Longer lists and groups get a line per entry. */
const LONGEST_LINE = 80;

/** Without what is absent or empty, and with every text as `change` makes it. */
function tidy(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map(entry => tidy(entry, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined && !isEmpty(entry));
  return Object.fromEntries(entries.map(([key, entry]) => [key, tidy(entry, change)]));
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** No folding, and no block texts: what a reader gets is on the line where its key stands. */
const YAML_LAYOUT = { lineWidth: 0, blockQuote: false, doubleQuotedAsJSON: true } as const;

/** A text of several lines gets quotes, because plain ones would be spread over lines of the file. */
function documentOf(value: unknown): Document {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document;
}

/** One value as it may stand behind a key or in a list: never more than one line. */
export function inlineYaml(value: unknown): string {
  const text = documentOf(value)
    .toString({ ...YAML_LAYOUT, collectionStyle: 'flow' })
    .trim();
  // Long lists are spread over lines whatever the width; no text has a line end of its own any more.
  return text.replace(/\s*\n\s*/g, ' ');
}

const isLeaf = (item: unknown): boolean => typeof item !== 'object' || item === null;

/** Lists and groups of single values go on their key's line when they fit. */
const isShort = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every(isLeaf) &&
  inlineYaml(value).length <= LONGEST_LINE;

/** A key with its value, ending in a newline; texts as they are. Absent values and empty parts inside of it are left out. */
export function yamlEntry(key: string, value: unknown): string {
  const tidied = tidy(value, text => text);
  if (isLeaf(tidied) || isShort(tidied)) return `${key}: ${inlineYaml(tidied)}\n`;
  return documentOf({ [key]: tidied }).toString(YAML_LAYOUT);
}

/** The keys and values in the given order between two lines `---`, neutralised; nothing at all when none is set. */
export function writeFrontMatter(facts: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined && !isEmpty(value));
  if (entries.length === 0) return '';
  return `---\n${entries.map(([key, value]) => yamlEntry(key, tidy(value, neutralise))).join('')}---\n`;
}
