/** YAML for strangers' files: the 1.2 core schema and nothing that expands, names a type or is written twice. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { fail, ok, type Result } from '../domain/result.ts';
import { byLine, fault, refused } from './fault.ts';
import type { FileFault } from './record.ts';

/** Deeper nesting than any file of ours has, and shallow enough for every recursive reader. */
export const DEPTH_LIMIT = 8;

export type KeyPath = readonly PropertyKey[];

/** Where a value stands, so that a fault found later can name its line and quote it. */
export interface Locator {
  /** Line, from 1, of a key, an entry, or of the closest thing around it that is there. */
  lineOf(path: KeyPath): number;
  /** The value as it was typed; null when it is absent or spreads over several lines. */
  sourceOf(path: KeyPath): string | null;
}

export interface StrictYaml extends Locator {
  data: Record<string, unknown>;
}

/** Data with its positions, from which the line of every fault is told. */
interface YamlSource {
  document: Document.Parsed;
  lines: LineCounter;
}

/** `line` counts from 1 within the source. */
interface YamlFault {
  line: number;
  problem: string;
  example: string;
}

/** Reads without judging; `readStrictYaml` is the door. */
function readYamlSource(source: string): YamlSource {
  const lines = new LineCounter();
  // Duplicates are found below in linear time; the library compares every key with every other.
  const options = { schema: 'core', version: '1.2', stringKeys: true, uniqueKeys: false, prettyErrors: false } as const;
  return { document: parseDocument(source, { ...options, logLevel: 'error', lineCounter: lines }), lines };
}

const DUPLICATE = 'give each key once';
const NO_REFERENCES = 'write the value out where it is needed';
const NO_TAGS = 'write the value without a tag, in quotes if it is text';

function faultsOfNode(node: Node): Omit<YamlFault, 'line'>[] {
  if (isAlias(node)) return [{ problem: `the alias *${node.source} is not allowed here`, example: NO_REFERENCES }];
  const faults = [];
  if (isScalar(node) || isMap(node) || isSeq(node)) {
    if (node.anchor) faults.push({ problem: `the anchor &${node.anchor} is not allowed here`, example: NO_REFERENCES });
  }
  if (node.tag) faults.push({ problem: `the tag ${node.tag} is not allowed here`, example: NO_TAGS });
  return faults;
}

function forbiddenKey(key: string, seen: Set<string>): Omit<YamlFault, 'line'> | null {
  if (key === '__proto__')
    return { problem: 'the key "__proto__" is not allowed', example: 'use a key that the file knows' };
  if (seen.has(key)) return { problem: `the key "${key}" stands here a second time`, example: DUPLICATE };
  seen.add(key);
  return null;
}

/** Everything in a well-formed document that the core schema would accept and this door does not. */
function forbidden({ document, lines }: YamlSource): YamlFault[] {
  const faults: YamlFault[] = [];
  const lineAt = (node: Node | null | undefined): number => lines.linePos(node?.range?.[0] ?? 0).line;
  visit(document, {
    Node(_, node, path) {
      const depth = path.filter(parent => isMap(parent) || isSeq(parent)).length;
      if (depth > DEPTH_LIMIT) {
        faults.push({
          line: lineAt(node),
          problem: `nested deeper than ${DEPTH_LIMIT} levels`,
          example: 'flatten the value',
        });
        return visit.BREAK;
      }
      faults.push(...faultsOfNode(node).map(fault => ({ line: lineAt(node), ...fault })));
      if (!isMap(node)) return undefined;
      const seen = new Set<string>();
      for (const { key } of node.items) {
        if (!isScalar(key)) continue;
        const fault = forbiddenKey(String(key.value), seen);
        if (fault) faults.push({ line: lineAt(key), ...fault });
      }
      return undefined;
    },
  });
  return faults;
}

/** A file made to be refused may have thousands; whoever mends this many sees the next ones. */
const MOST_FAULTS = 20;

const distinct = (faults: readonly FileFault[]): FileFault[] => [
  ...new Map(faults.map(found => [`${found.line}:${found.problem}`, found])).values(),
];

const SYNTAX_EXAMPLE = 'key: value (put a value with a colon or a # into quotes)';

function faultsOfDocument(source: YamlSource): YamlFault[] {
  const { document, lines } = source;
  const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    problem: `not YAML: ${message}`,
    example: SYNTAX_EXAMPLE,
  }));
  if (document.directives?.yaml.explicit) {
    broken.push({ line: 1, problem: 'a %YAML directive is not allowed', example: 'leave the line out' });
  }
  if (broken.length > 0) return broken;
  const { contents } = document;
  if (contents !== null && !isMap(contents)) {
    const isEmpty = isScalar(contents) && contents.value === null;
    if (!isEmpty)
      return [
        { line: lines.linePos(contents.range[0]).line, problem: 'expected keys and values', example: 'key: value' },
      ];
  }
  return forbidden(source);
}

/** Walks down as far as the path exists; gives the last key or entry met and the value under it. */
function find(document: Document.Parsed, path: KeyPath): { at: Node | null; value: Node | null; isWhole: boolean } {
  let at: Node | null = null;
  let value: unknown = document.contents;
  for (const [index, step] of path.entries()) {
    const item = isMap(value)
      ? value.items.find(pair => isScalar(pair.key) && String(pair.key.value) === String(step))
      : isSeq(value)
        ? value.items[Number(step)]
        : undefined;
    if (item === undefined) return { at, value: null, isWhole: false };
    // The parser makes nodes of everything; the types also allow values that a program put in.
    at = (isPair(item) ? item.key : item) as Node;
    value = isPair(item) ? item.value : item;
    if (value === null && index < path.length - 1) return { at, value: null, isWhole: false };
  }
  return { at, value: value as Node | null, isWhole: true };
}

function locate(source: string, { document, lines }: YamlSource, firstLine: number): Locator {
  return {
    lineOf(path) {
      const { at } = find(document, path);
      return at?.range ? lines.linePos(at.range[0]).line + firstLine - 1 : firstLine;
    },
    sourceOf(path) {
      const { value, isWhole } = find(document, path);
      if (!isWhole || !value?.range) return null;
      const text = source.slice(value.range[0], value.range[1]).trim();
      return text === '' || text.includes('\n') ? null : text;
    },
  };
}

/**
 * Reads one YAML mapping. Aliases, anchors, tags, directives, duplicate keys, non-text keys, several documents and
 * nesting beyond `DEPTH_LIMIT` are faults, all of them at once; `firstLine` is the file's line on which the source starts.
 */
export function readStrictYaml(
  path: string,
  source: string,
  limits: { bytes: number; firstLine: number },
): Result<StrictYaml, FileFault[]> {
  const { bytes, firstLine } = limits;
  const size = Buffer.byteLength(source);
  if (size > bytes) {
    return refused(
      path,
      firstLine,
      `${size} bytes of settings; at most ${bytes} are read`,
      'keep long text in the body',
    );
  }
  const parsed = readYamlSource(source);
  const faults = faultsOfDocument(parsed);
  if (faults.length > 0) {
    const told = faults.map(({ line, problem, example }) => fault(path, line + firstLine - 1, problem, example));
    return fail(byLine(distinct(told)).slice(0, MOST_FAULTS));
  }
  const data: unknown = parsed.document.toJS({ maxAliasCount: 0 });
  // The checks above leave a mapping or nothing at all.
  return ok({ data: (data ?? {}) as Record<string, unknown>, ...locate(source, parsed, firstLine) });
}
