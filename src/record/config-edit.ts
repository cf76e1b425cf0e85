/** Changes single rows under `routing:` of `kleiber.yml`; every other byte of the file, comments and order, stays as it is. */
import { type Document, isMap, isScalar, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { TableMove } from '../domain/tier.ts';

type Move = Pick<TableMove, 'agent' | 'phase' | 'to'>;
/** Tells a row under another spelling of the agent's name. */
type SameAgent = (written: string, agent: string) => boolean;

/** `text` is a file that could be read, or null where there is none yet. */
export function withRouting(text: string | null, moves: readonly Move[], sameAgent: SameAgent): string {
  return moves.reduce((now, move) => withRow(now, move, sameAgent), text ?? '');
}

function withRow(text: string, { agent, phase, to }: Move, sameAgent: SameAgent): string {
  const document = parseDocument(text);
  const row = rowNamed(document, phase, key => sameAgent(key, agent));
  if (isScalar(row?.value) && row.value.range)
    return text.slice(0, row.value.range[0]) + to + text.slice(row.value.range[1]);
  const routing = document.get('routing', true);
  const rows = document.getIn(['routing', phase], true);
  if (isMap<Node, Node>(rows)) return withEntry(text, rows, `${agent}: ${to}`);
  if (isMap<Node, Node>(routing)) return withEntry(text, routing, `${phase}: { ${agent}: ${to} }`);
  return appended(text, `routing:\n  ${phase}:\n    ${agent}: ${to}\n`);
}

function rowNamed(document: Document.Parsed, phase: string, isIt: (key: string) => boolean): Pair | undefined {
  const rows = document.getIn(['routing', phase], true);
  return isMap(rows) ? rows.items.find(({ key }) => isScalar(key) && isIt(String(key.value))) : undefined;
}

const appended = (text: string, lines: string): string => {
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  return text + gap + lines;
};

/** One more entry behind the last one: in the braces, or on a line of its own as far to the right as those above it. */
function withEntry(text: string, map: YAMLMap<Node, Node>, entry: string): string {
  if (map.flow === true) {
    const [start, end] = map.range ?? [0, 0];
    const last = map.items.at(-1);
    if (last === undefined) return `${text.slice(0, start)}{ ${entry} }${text.slice(end)}`;
    const behind = (last.value ?? last.key).range?.[1] ?? end - 1;
    return `${text.slice(0, behind)}, ${entry}${text.slice(behind)}`;
  }
  const start = map.items[0]?.key.range?.[0] ?? 0;
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  const found = text.indexOf('\n', endOf(map));
  const end = found === -1 ? text.length : found;
  return `${text.slice(0, end)}\n${indent}${entry}${text.slice(end) || '\n'}`;
}

/** Where the last value of a map ends, without the white space and the comments behind it. */
function endOf(node: Node): number {
  const last = isMap<Node, Node | null>(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (last === undefined) return node.range?.[1] ?? 0;
  return endOf(last.value ?? last.key);
}
