/** The strict door to every Markdown file of the record: sizes, bytes, and front matter that can only be plain YAML. */
import matter from 'gray-matter';
import { ok, type Result } from '../domain/result.ts';
import { countLines, decodeUtf8 } from './decode-utf8.ts';
import { refused } from './fault.ts';
import { FILE_LIMIT_BYTES, FRONT_MATTER_LIMIT_BYTES, FRONT_MATTER_LIMIT_LINES } from './limits.ts';
import type { FileFault } from './record.ts';
import { type Locator, readStrictYaml, type StrictYaml } from './strict-yaml.ts';

export { FILE_LIMIT_BYTES } from './limits.ts';

export interface FrontMatter extends Locator {
  data: Record<string, unknown>;
  /** Everything after the closing line, as it stands in the file. */
  body: string;
  /** The file's line, from 1, on which the body starts. */
  bodyLine: number;
}

const OPENING_EXAMPLE = '--- alone on the first line, then the keys, then --- alone on a line';

/** Bytes to text. Too many of them, a byte order mark, NUL and invalid UTF-8 are faults. */
export function decodeText(path: string, bytes: Uint8Array): Result<string, FileFault[]> {
  if (bytes.length > FILE_LIMIT_BYTES) {
    const problem = `the file has ${bytes.length} bytes; at most ${FILE_LIMIT_BYTES} are read`;
    return refused(path, 1, problem, 'put long material into a file of its own and name it under ## Context');
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return refused(
      path,
      1,
      'the file starts with a byte order mark; expected plain UTF-8',
      'save the file as UTF-8 without BOM',
    );
  }
  return decodeUtf8(path, bytes);
}

/** True when the file means to have front matter, well-formed or not. */
export const startsWithFrontMatter = (text: string): boolean => text.startsWith('---');

/** The door stands before gray-matter, because that would take `---js` for a language and `\n---x` for the end. */
function checkDelimiters(path: string, text: string): Result<void, FileFault[]> {
  if (text.startsWith('\ufeff')) {
    return refused(
      path,
      1,
      'the file starts with a byte order mark; expected plain UTF-8',
      'save the file as UTF-8 without BOM',
    );
  }
  const first = /^[^\n]*/.exec(text)?.[0].replace(/\r$/, '') ?? '';
  if (first !== '---') {
    const shown = JSON.stringify(first.slice(0, 40));
    return refused(path, 1, `the first line is ${shown}; expected exactly ---`, OPENING_EXAMPLE);
  }
  const close = /\n---([^\n]*)/.exec(text);
  if (close === null)
    return refused(path, 1, 'the front matter is never closed; expected a second line ---', OPENING_EXAMPLE);
  const line = countLines(text.slice(0, close.index + 1));
  const isTooLong = close.index > FRONT_MATTER_LIMIT_BYTES || line > FRONT_MATTER_LIMIT_LINES;
  if (isTooLong) {
    const problem = `front matter of ${close.index} characters in ${line} lines; at most ${FRONT_MATTER_LIMIT_BYTES} in ${FRONT_MATTER_LIMIT_LINES} are read`;
    return refused(path, 1, problem, 'keep long text in the body');
  }
  if (close[1] === '' || close[1] === '\r') return ok(undefined);
  return refused(
    path,
    line,
    `${JSON.stringify(`---${close[1]?.slice(0, 40)}`)} stands here; expected exactly ---`,
    OPENING_EXAMPLE,
  );
}

/** Every engine but YAML: gray-matter's own evaluate JavaScript on parse. */
function refuse(): never {
  throw new Error('bug: front matter in a language other than YAML passed the door');
}
const REFUSING = { parse: refuse, stringify: refuse };
const REFUSED_ENGINES = {
  javascript: REFUSING,
  js: REFUSING,
  json: REFUSING,
  toml: REFUSING,
  coffee: REFUSING,
  coffeescript: REFUSING,
  cson: REFUSING,
  yml: REFUSING,
};

/**
 * Splits a file into front matter and body. The first line is exactly `---`; YAML is read by `readStrictYaml` within
 * 16 KiB. All faults of the front matter come at once.
 */
export function readFrontMatter(path: string, text: string): Result<FrontMatter, FileFault[]> {
  const delimiters = checkDelimiters(path, text);
  if (!delimiters.ok) return delimiters;
  let yaml = readStrictYaml(path, '', { bytes: FRONT_MATTER_LIMIT_BYTES, firstLine: 1 });
  // The engine's source starts with the line end of the opening line, so its lines are the file's; the last line's is cut
  // off, which would leave half of a Windows line end to the last value.
  const parse = (source: string): Record<string, unknown> => {
    yaml = readStrictYaml(path, `${source}\n`, { bytes: FRONT_MATTER_LIMIT_BYTES, firstLine: 1 });
    return {};
  };
  // With an options object gray-matter does not use its cache, which gives `{}` for a broken file read twice.
  const file = matter(text, {
    language: 'yaml',
    delimiters: '---',
    engines: { ...REFUSED_ENGINES, yaml: { parse, stringify: refuse } },
  });
  return yaml.ok ? ok(withBody(yaml.value, text, file.content)) : yaml;
}

function withBody(yaml: StrictYaml, text: string, body: string): FrontMatter {
  return { ...yaml, body, bodyLine: countLines(text.slice(0, text.length - body.length)) };
}
