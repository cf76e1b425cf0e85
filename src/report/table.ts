/** Borderless tables: columns aligned by display width, the last one cut to the terminal. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** `width` null never cuts: a pipe gets everything. */
export function table(rows: readonly (readonly string[])[], width: number | null): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map(row => stringWidth(row[column] ?? ''))),
  );
  return rows.map(row => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)),
    );
    const line = `  ${cells.join('  ')}`.trimEnd();
    return width === null ? line : cliTruncate(line, width);
  });
}
