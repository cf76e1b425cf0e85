/** Git's unified difference, taken apart by file: the page shows one file after the other, the long ones folded. */
import type { PatchFile } from './view.ts';

/** Files with more changed lines are folded, and so is what a machine wrote. */
const MOST_OPEN_LINES = 400;
const LOCK_FILES =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|[\w.-]+\.lock|go\.sum)$/i;
const CUT = /^\[cut: .*\]$/;

/** `cut` is git's last line where not everything was read. */
export function splitPatch(text: string): { files: PatchFile[]; cut: string | null } {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, at) => (line.startsWith('diff --git ') ? [at] : []));
  const last = lines.findLast(line => line !== '') ?? '';
  const cut = CUT.test(last) ? last.slice(1, -1) : null;
  const files = starts.map((start, index) => fileOf(lines.slice(start, starts[index + 1] ?? lines.length)));
  return { files, cut };
}

function fileOf(lines: readonly string[]): PatchFile {
  const hunk = lines.findIndex(line => line.startsWith('@@ '));
  const head = hunk === -1 ? lines : lines.slice(0, hunk);
  const body = hunk === -1 ? [] : lines.slice(hunk).filter(line => !CUT.test(line));
  const headValue = (key: string): string | null => {
    const found = head.find(line => line.startsWith(key));
    return found === undefined ? null : found.slice(key.length);
  };
  const from = sidePath(headValue('--- '), 'a/') ?? pathOf(headValue('rename from '));
  const to = sidePath(headValue('+++ '), 'b/') ?? pathOf(headValue('rename to '));
  const path = to ?? from ?? bothPath(head[0] ?? '');
  const added = body.filter(line => line.startsWith('+')).length;
  const removed = body.filter(line => line.startsWith('-')).length;
  return {
    path,
    from: from !== null && from !== path ? from : null,
    status: statusOf(headValue, from, to),
    added,
    removed,
    isFolded: added + removed > MOST_OPEN_LINES || LOCK_FILES.test(path),
    text: body.length > 0 ? body.join('\n').trimEnd() : (head.find(line => line.startsWith('Binary files')) ?? ''),
  };
}

function statusOf(
  headValue: (key: string) => string | null,
  from: string | null,
  to: string | null,
): PatchFile['status'] {
  if (headValue('new file mode ') !== null) return 'created';
  if (headValue('deleted file mode ') !== null) return 'deleted';
  return from !== null && to !== null && from !== to ? 'renamed' : 'modified';
}

/** Null for the side that does not exist. Git puts names with odd characters into quotes. */
function sidePath(value: string | null, prefix: string): string | null {
  const path = pathOf(value);
  return path === null || path === '/dev/null' || !path.startsWith(prefix) ? null : path.slice(prefix.length);
}

const pathOf = (value: string | null): string | null =>
  value === null ? null : value.replace(/\t$/, '').replace(/^"(.*)"$/, '$1');

/** Of a file without hunks, both of whose names are the same. */
function bothPath(line: string): string {
  const names = line.slice('diff --git '.length);
  return names
    .slice(Math.ceil(names.length / 2))
    .replace(/^b\//, '')
    .replace(/^ /, '');
}
