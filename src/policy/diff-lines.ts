/** A unified patch cut into the lines that were added and removed, file by file, and what among them destroys data. */

export interface ChangedLines {
  path: string;
  added: string[];
  removed: string[];
}

/** In a patch every line of content has a mark in front, so only a cut can leave a line like this. */
export const isCut = (patch: string): boolean => /(?:^|\n)\[cut: \d+ of \d+ bytes/.test(patch);

/** Inside a hunk every line has a mark in front, so no content can pass for a header. */
export function linesByFile(patch: string): ChangedLines[] {
  const files: ChangedLines[] = [];
  let inHunk = false;
  for (const line of patch.split('\n')) {
    if (line.startsWith('diff --git ')) {
      files.push({ path: '', added: [], removed: [] });
      inHunk = false;
    }
    const file = files.at(-1);
    if (file === undefined) continue;
    if (line.startsWith('@@')) inHunk = true;
    else if (!inHunk) file.path = pathIn(line) ?? file.path;
    else if (line.startsWith('+')) file.added.push(line.slice(1));
    else if (line.startsWith('-')) file.removed.push(line.slice(1));
  }
  return files.filter(({ path }) => path !== '');
}

/** The side that has a name: of a new file the new one, of a deleted file the old one. */
const pathIn = (line: string): string | undefined => /^(?:\+\+\+|---) "?[ab]\/(.*?)"?\t?$/.exec(line)?.[1];

const DROP = /\bDROP\s+(?:TABLE|COLUMN|DATABASE|SCHEMA)(?:\s+IF\s+EXISTS)?\s+["`[]?([\w.]+)/gi;
const DROP_CALL = /\b(?:drop_?table|drop_?column|remove_?column)\w*\s*\(\s*(?:["'`]\w+["'`]\s*,\s*)?["'`]?(\w+)/gi;
const CREATE =
  /\b(?:CREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?|ADD\s+COLUMN(?:\s+IF\s+NOT\s+EXISTS)?)\s+["`[]?([\w.]+)|\b(?:create_?table|add_?column)\w*\s*\(\s*(?:["'`]\w+["'`]\s*,\s*)?["'`]?(\w+)/gi;
const TRUNCATE = /\bTRUNCATE\s+TABLE\s+\S+|\bTRUNCATE\s+["`]?[a-z_]+/g;
const DELETE = /\bDELETE\s+FROM\s+["`[]?[\w.]+["`\]]?([^;]{0,400})/gi;

/**
 * New statements that destroy data, as written. What the same file creates is taken back by its own way down, and a
 * DELETE with a condition is ordinary work.
 */
export function destructions(added: readonly string[]): string[] {
  const text = added.join('\n');
  const made = new Set([...text.matchAll(CREATE)].map(([, table, call]) => (table ?? call ?? '').toLowerCase()));
  const drops = [...text.matchAll(DROP), ...text.matchAll(DROP_CALL)].filter(
    ([, name]) => !made.has((name ?? '').toLowerCase()),
  );
  const deletes = [...text.matchAll(DELETE)].filter(([, rest]) => !/\bWHERE\b/i.test(rest ?? ''));
  return [...drops, ...text.matchAll(TRUNCATE), ...deletes].map(([statement]) => statement);
}
