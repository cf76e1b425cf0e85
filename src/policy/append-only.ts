/** Logs only grow: what the scribe may do to them (seed 5, scribe: preserve existing content). */

/** Files in which nothing that stands may go: change log, progress, and everything that calls itself a log. */
export const isLogFile = (path: string): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return (
    name === 'changelog.md' || name === 'progress.md' || /(?:^|[-_.])log\.md$/.test(name) || path.startsWith('logs/')
  );
};

/** The first line of the earlier text that the later one lacks, in its order; null when all are there. Blank lines are nothing. */
export function lostLine(before: string, after: string): string | null {
  const kept = after.split('\n').map(line => line.trimEnd());
  let at = 0;
  for (const line of before.split('\n').map(text => text.trimEnd())) {
    if (line === '') continue;
    const found = kept.indexOf(line, at);
    if (found < 0) return line;
    at = found + 1;
  }
  return null;
}
