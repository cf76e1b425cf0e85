/** Did you mean: the known word that a mistyped one most likely stands for. */

/** More edits than this, or no more than this share of letters kept, and a guess would mislead. */
const MOST_EDITS = 3;
const LEAST_KEPT = 0.5;
/** Longer words are no typing mistakes, and comparing them would cost. */
const LONGEST = 80;

/** The optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}

/** The closest of the known words, whatever its case; null when none is close enough to be meant. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  let nearest: string | null = null;
  let fewest = MOST_EDITS + 1;
  for (const candidate of known) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const longer = Math.max(word.length, candidate.length);
    if (edits < fewest && (longer - edits) / longer > LEAST_KEPT) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

/** `; did you mean "budget_usd"?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest === null ? '' : `; did you mean "${nearest}"?`;
}
