/**
 * The globs of task files: literals, `*` within one path segment and `**` for any number of segments. The subset is
 * small so that matching is linear and two globs can be tested for overlap (general matchers hang on `*a*a*a…`).
 */

export type GlobFault = 'empty' | 'absolute' | 'climbs' | 'special_characters' | 'double_star_in_segment';

/** What is wrong with a glob, or null. Brackets and parentheses are literal: some frameworks name files `[id].tsx`. */
export function globFault(glob: string): GlobFault | null {
  if (glob === '') return 'empty';
  if (glob.startsWith('/') || glob.includes('\\')) return 'absolute';
  if (/[?{}!\u0000-\u001f]/.test(glob)) return 'special_characters';
  const segments = glob.split('/');
  if (segments.some(segment => segment === '..' || segment === '.' || segment === '')) return 'climbs';
  return segments.some(segment => segment !== '**' && segment.includes('**')) ? 'double_star_in_segment' : null;
}

/** `/src/backend/*` in a role means the whole tree below it, as people who write it expect. */
export function asTree(glob: string): string {
  const inside = glob.replace(/^\//, '');
  if (inside.endsWith('/*')) return `${inside}*`;
  return inside.endsWith('/') ? `${inside}**` : inside;
}

export function matchesGlob(glob: string, path: string): boolean {
  return matchSequence(glob.split('/'), path.split('/'), '**', matchesSegment);
}

const matchesSegment = (pattern: string, text: string): boolean =>
  matchSequence([...pattern], [...text], '*', (a, b) => a === b);

/** Greedy wildcard match with one point to fall back to, so that time is linear in pattern times text. */
function matchSequence(
  pattern: readonly string[],
  text: readonly string[],
  wildcard: string,
  isMatch: (pattern: string, text: string) => boolean,
): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const part = pattern[p];
    if (part === wildcard) {
      star = p++;
      mark = t;
    } else if (part !== undefined && isMatch(part, text[t] ?? '')) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === wildcard) p++;
  return p === pattern.length;
}

/** Is there any path that both globs match? */
export function globsOverlap(a: string, b: string): boolean {
  return sequencesOverlap(a.split('/'), b.split('/'), '**', (x, y) =>
    sequencesOverlap([...x], [...y], '*', (left, right) => left === right),
  );
}

/** Intersection of two wildcard patterns by filling the table of their suffixes from the end. */
function sequencesOverlap(
  a: readonly string[],
  b: readonly string[],
  wildcard: string,
  meet: (a: string, b: string) => boolean,
): boolean {
  const table = Array.from({ length: a.length + 1 }, () => new Array<boolean>(b.length + 1).fill(false));
  const at = (i: number, j: number): boolean => table[i]?.[j] ?? false;
  for (let i = a.length; i >= 0; i--) {
    for (let j = b.length; j >= 0; j--) {
      const row = table[i];
      if (row !== undefined) row[j] = overlapHere(a[i], b[j], wildcard, meet, at, i, j);
    }
  }
  return at(0, 0);
}

function overlapHere(
  left: string | undefined,
  right: string | undefined,
  wildcard: string,
  meet: (a: string, b: string) => boolean,
  at: (i: number, j: number) => boolean,
  i: number,
  j: number,
): boolean {
  if (left === undefined && right === undefined) return true;
  if (left === wildcard && (at(i + 1, j) || (right !== undefined && at(i, j + 1)))) return true;
  if (right === wildcard && (at(i, j + 1) || (left !== undefined && at(i + 1, j)))) return true;
  return left !== undefined && right !== undefined && meet(left, right) && at(i + 1, j + 1);
}

/** Does `outer` cover everything that `inner` can match? Decided for the shapes that roles use: trees and literals. */
export function globCovers(outer: string, inner: string): boolean {
  if (outer === inner || outer === '**') return true;
  if (!inner.includes('*')) return matchesGlob(outer, inner);
  const tree = outer.endsWith('/**') ? outer.slice(0, -3) : null;
  if (tree === null) return outer.endsWith('*') && !outer.includes('/') && inner !== '**' && matchesGlob(outer, inner);
  const head = inner.split('/').slice(0, tree.split('/').length);
  return (
    !head.some(segment => segment === '**') &&
    matchesGlob(tree, head.join('/')) &&
    inner.split('/').length > head.length
  );
}
