/** A Markdown body cut at its section headings; a `##` inside a code fence is no heading. */
import { fencedLines, type Heading, headingOf } from './free-text.ts';

export interface Section {
  title: string;
  level: number;
  /** The file's line of the heading, from 1. */
  line: number;
  /** Everything up to the next section, as it stands there; line ends are newlines. */
  text: string;
}

export interface Sections {
  /** What stands before the first section; its lines start at the body's first line. */
  preamble: string[];
  sections: Section[];
}

export const linesOf = (text: string): string[] => text.replaceAll('\r\n', '\n').split('\n');

/** Cuts a body whose first line is the file's `firstLine`; only headings that `divides` accepts start a section. */
export function splitSections(body: string, firstLine: number, divides: (heading: Heading) => boolean): Sections {
  const lines = linesOf(body);
  const fenced = fencedLines(lines);
  const starts = lines.flatMap((line, index) => {
    const heading = fenced[index] ? null : headingOf(line);
    return heading !== null && divides(heading) ? [{ index, heading }] : [];
  });
  const sections = starts.map(({ index, heading }, order) => ({
    ...heading,
    line: firstLine + index,
    text: lines.slice(index + 1, starts[order + 1]?.index).join('\n'),
  }));
  return { preamble: lines.slice(0, starts[0]?.index), sections };
}
