/** kleiber's own glyphs for a terminal whose locale is not UTF-8. What people have written stays as it is. */

const IN_ASCII: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '▶': '>',
  '→': '>',
  '·': '.',
  '…': '~',
  '─': '-',
  '│': '|',
  '└': '+',
  '┐': '+',
  '┘': '+',
  '┴': '+',
  '▲': '^',
  '×': 'x',
  '−': '-',
  '–': '-',
  '█': '#',
  '▒': '=',
  '░': ':',
};

const GLYPHS = new RegExp(`[${Object.keys(IN_ASCII).join('')}]`, 'g');

/** One letter for each glyph, so that columns stay in their places. */
export const asAscii = (text: string): string => text.replace(GLYPHS, glyph => IN_ASCII[glyph] ?? glyph);

/** By the first of the three variables that is set, as POSIX has it. Where none is, most terminals know UTF-8 all the same. */
export function wantsAscii(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || 'UTF-8';
  return !/utf-?8/i.test(locale);
}
