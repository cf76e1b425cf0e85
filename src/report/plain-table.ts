/**
 * Tables of texts in which every character is one column wide, which is nearly all of them: the library that knows the
 * width of every character takes longer to load than a status takes to compute.
 */

/** Latin letters and the signs that our own rows begin with. */
const NARROW = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u017f…·✓✗▶]*$/;

/** As `table` makes it; null when a character needs the library. */
export function plainTable(rows: readonly (readonly string[])[], width: number | null): string[] | null {
  if (!rows.every(row => row.every(cell => NARROW.test(cell)))) return null;
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map(row => row[column]?.length ?? 0)),
  );
  return rows.map(row => {
    const cells = row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)));
    const line = `  ${cells.join('  ')}`.trimEnd();
    return width === null || line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`.slice(0, width);
  });
}
