/** Changes single keys of a file's front matter and leaves every other byte as a person typed it. */
import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isScalar, type Node, type Pair } from 'yaml';
import { ok, type Result } from '../domain/result.ts';
import { refused } from './fault.ts';
import { readFrontMatter } from './front-matter.ts';
import type { FileFault } from './record.ts';
import { readYamlSource } from './strict-yaml.ts';
import { inlineYaml } from './write-front-matter.ts';

/** New values by key, in YAML's types; undefined takes the key out. */
export type FrontMatterChanges = Readonly<Record<string, unknown>>;

interface Splice {
  start: number;
  end: number;
  text: string;
}

interface PlacedPair {
  key: string;
  /** The whole entry, from its line's start past its last line end. */
  start: number;
  end: number;
  valueStart: number;
  valueEnd: number;
  isBlock: boolean;
}

type Range = readonly [number, number, number];

/** Where an entry and its value stand in the source; null for a pair that is not written as `key: value`. */
function place(source: string, pair: Pair<Node, Node | null>): PlacedPair | null {
  const { key, value } = pair;
  const keyRange: Range | null | undefined = key.range;
  if (!isScalar(key) || !keyRange) return null;
  const valueStart = value?.range?.[0] ?? source.indexOf(':', keyRange[1]) + 1;
  const valueEnd = value?.range?.[1] ?? valueStart;
  const lineEnd = source.indexOf('\n', Math.max(keyRange[0], valueEnd - 1));
  return {
    key: String(key.value),
    start: source.lastIndexOf('\n', keyRange[0]) + 1,
    end: lineEnd < 0 ? source.length : lineEnd + 1,
    valueStart,
    valueEnd,
    isBlock: isCollection(value) && value.flow !== true,
  };
}

/** A new list over a block list keeps the block's look; everything else goes on one line. */
function valueText(source: string, pair: PlacedPair, value: unknown, lineEnd: string): string {
  const old = source.slice(pair.valueStart, pair.valueEnd);
  const ending = old.endsWith('\n') ? lineEnd : '';
  if (!pair.isBlock || !Array.isArray(value) || value.length === 0) {
    const needsBlank = /\S/.test(source[pair.valueStart - 1] ?? ' ');
    return `${needsBlank ? ' ' : ''}${inlineYaml(value)}${ending}`;
  }
  const indent = ' '.repeat(pair.valueStart - source.lastIndexOf('\n', pair.valueStart - 1) - 1);
  return value.map((entry, index) => `${index > 0 ? indent : ''}- ${inlineYaml(entry)}`).join(lineEnd) + ending;
}

function spliceFor(
  source: string,
  pair: PlacedPair | undefined,
  key: string,
  value: unknown,
  lineEnd: string,
): Splice | null {
  if (pair === undefined) {
    if (value === undefined) return null;
    return { start: source.length, end: source.length, text: `${inlineYaml(key)}: ${inlineYaml(value)}${lineEnd}` };
  }
  if (value === undefined) return { start: pair.start, end: pair.end, text: '' };
  return { start: pair.valueStart, end: pair.valueEnd, text: valueText(source, pair, value, lineEnd) };
}

/** The last splice first, so that the places of the others stay right. */
const apply = (source: string, splices: readonly Splice[]): string =>
  splices
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: inserted }) => text.slice(0, start) + inserted + text.slice(end), source);

function edited(source: string, changes: FrontMatterChanges, lineEnd: string): string {
  const { contents } = readYamlSource(source).document;
  const pairs = isMap(contents)
    ? contents.items.flatMap(item => place(source, item as Pair<Node, Node | null>) ?? [])
    : [];
  const splices = Object.entries(changes).flatMap(([key, value]) => {
    const pair = pairs.find(candidate => candidate.key === key);
    return spliceFor(source, pair, key, value, lineEnd) ?? [];
  });
  // New keys share one place; reversed, the sort keeps the order in which they were given.
  return apply(source, splices.reverse());
}

const withChanges = (data: Record<string, unknown>, changes: FrontMatterChanges): Record<string, unknown> =>
  Object.fromEntries(Object.entries({ ...data, ...changes }).filter(([, value]) => value !== undefined));

/**
 * Sets or takes out single keys; comments, order, quotes and line ends of everything else stay. New keys go to the end.
 * The result is read again: when it does not say exactly what was asked for, nothing is changed and that is a fault.
 */
export function editFrontMatter(text: string, changes: FrontMatterChanges, path = ''): Result<string, FileFault[]> {
  const before = readFrontMatter(path, text);
  if (!before.ok) return before;
  const start = text.indexOf('\n') + 1;
  const end = text.indexOf('\n---', start - 1) + 1;
  const lineEnd = text[start - 2] === '\r' ? '\r\n' : '\n';
  const result = text.slice(0, start) + edited(text.slice(start, end), changes, lineEnd) + text.slice(end);
  const after = readFrontMatter(path, result);
  if (after.ok && isDeepStrictEqual(after.value.data, withChanges(before.value.data, changes))) return ok(result);
  const keys = Object.keys(changes).join(', ');
  return refused(path, 1, `${keys} cannot be changed without touching the rest`, 'write each key on a line of its own');
}
