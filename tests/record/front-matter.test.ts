import matter from 'gray-matter';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeText, FILE_LIMIT_BYTES, readFrontMatter } from '../../src/record/front-matter.ts';
import { bytesOf } from '../support/record-values.ts';

const PATH = 'tasks/a/b.md';
const OPENING = '--- alone on the first line, then the keys, then --- alone on a line';

declare global {
  var recordCanary: number | undefined;
}

function dataOf(text: string): unknown {
  const read = readFrontMatter(PATH, text);
  return read.ok ? read.value.data : read.failure;
}

const problemsOf = (text: string): unknown => {
  const read = readFrontMatter(PATH, text);
  return read.ok ? 'accepted' : read.failure.map(({ line, problem }) => `${line}: ${problem}`);
};

afterEach(() => {
  globalThis.recordCanary = undefined;
});

describe('what is read', () => {
  it('gives keys, body and the line of each key', () => {
    const read = readFrontMatter(PATH, '---\nid: x # why\nfiles:\n  - a\n  - b\n---\nbody\n---\nmore\n');
    if (!read.ok) throw new Error(JSON.stringify(read.failure));
    const { data, body, bodyLine, lineOf, sourceOf } = read.value;
    expect({ data, body, bodyLine }).toEqual({
      data: { id: 'x', files: ['a', 'b'] },
      body: 'body\n---\nmore\n',
      bodyLine: 7,
    });
    expect([['id'], ['files', 1], ['missing'], []].map(lineOf)).toEqual([2, 5, 1, 1]);
    expect([['id'], ['files', 0], ['files'], ['missing']].map(sourceOf)).toEqual(['x', 'a', null, null]);
  });

  it('leaves no half of a Windows line end in a value', () => {
    expect(dataOf('---\r\nid: x\r\ntext: "a"\r\nlast: y\r\n---\r\nbody\r\n')).toEqual({
      id: 'x',
      text: 'a',
      last: 'y',
    });
  });

  it('takes front matter of nothing but comments as empty', () => {
    expect(dataOf('---\n# nothing yet\n---\nbody')).toEqual({});
    expect(dataOf('---\n---\nbody')).toEqual({});
  });

  it('reads YAML 1.2: yes is text, 012 is twelve, a date is text', () => {
    expect(dataOf('---\na: yes\nb: 012\nc: 2025-01-09\nd: 12:30:45\n---\n')).toEqual({
      a: 'yes',
      b: 12,
      c: '2025-01-09',
      d: '12:30:45',
    });
  });
});

describe('languages other than YAML', () => {
  const SPELLINGS = ['---js', '---javascript', '---JS', '---JavaScript', '--- js', '---\tjs', '---js ', '\ufeff---js'];
  const hostile = (opening: string): string => `${opening}\n{ run: globalThis.recordCanary = 1 }\n---\nbody\n`;

  it.each(SPELLINGS)('runs nothing for %j', opening => {
    expect(problemsOf(hostile(opening))).toHaveLength(1);
    expect(decodeText(PATH, bytesOf(hostile(opening))).ok).toBe(!opening.startsWith('\ufeff'));
    expect(globalThis.recordCanary).toBeUndefined();
  });

  it('would have run every one of them without the door', () => {
    const ran = SPELLINGS.filter(opening => {
      globalThis.recordCanary = undefined;
      // An options object, because the cache would answer for spellings that differ only in what it strips.
      matter(hostile(opening), {});
      return globalThis.recordCanary === 1;
    });
    expect(ran).toEqual(SPELLINGS);
  });

  it.each(['---json', '---toml', '---coffee', '---constructor', '---__proto__', '---yaml', '----', '-- -', ' ---'])(
    'refuses the first line %j',
    opening => {
      const shown = JSON.stringify(opening).replace('\t', '\\t');
      expect(readFrontMatter(PATH, `${opening}\na: 1\n---\n`)).toEqual({
        ok: false,
        failure: [
          { path: PATH, line: 1, problem: `the first line is ${shown}; expected exactly ---`, example: OPENING },
        ],
      });
    },
  );

  it('says the same about a broken file read twice', () => {
    const broken = '---\na: [1\n---\n';
    expect(problemsOf(broken)).toEqual(problemsOf(broken));
    expect(problemsOf(broken)).not.toBe('accepted');
  });
});

describe('YAML that expands, names types or repeats itself', () => {
  it.each([
    ['a: &x 1\nb: *x', ['2: the anchor &x is not allowed here', '3: the alias *x is not allowed here']],
    ['a: !!str 1', ['2: the tag tag:yaml.org,2002:str is not allowed here']],
    ['a: !js/function x', expect.anything()],
    ['a: ! x', ['2: the tag ! is not allowed here']],
    ['a: 1\nb: 2\na: 3', ['4: the key "a" stands here a second time']],
    ['a: { b: 1, b: 2 }', ['2: the key "b" stands here a second time']],
    ['__proto__: { x: 1 }', ['2: the key "__proto__" is not allowed']],
    ['- a', ['2: expected keys and values']],
    ['text', ['2: expected keys and values']],
    ['? [a]\n: 1', expect.anything()],
    ['%YAML 1.1\na: 1', expect.anything()],
    ['a: 1\n...\nb: 2', expect.anything()],
    ['a:\n\t- b', expect.anything()],
    ['a: "open', expect.anything()],
    ['a: [[[[[[[[[1]]]]]]]]]', ['2: nested deeper than 8 levels']],
  ])('refuses %j', (source, problems) => {
    expect(problemsOf(`---\n${source}\n---\n`)).toEqual(problems);
    expect(problemsOf(`---\n${source}\n---\n`)).not.toBe('accepted');
  });

  it('does not merge keys', () => {
    expect(dataOf('---\n<<: { a: 1 }\n---\n')).toEqual({ '<<': { a: 1 } });
  });

  it.each([
    ['deep lists', `a: ${'['.repeat(16_000)}`],
    ['an alias bomb', 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]'],
    ['many keys', Array.from({ length: 900 }, (_, index) => `k${index % 450}:`).join('\n')],
    ['blank lines', '\n'.repeat(250_000)],
    ['a long line', `a: ${'x'.repeat(20_000)}`],
  ])('refuses %s in no time', (_, source) => {
    const started = process.cpuUsage();
    expect(problemsOf(`---\n${source}\n---\n`)).not.toBe('accepted');
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });
});

describe('a file made of faults', () => {
  it('tells the same fault of a line once, and the first twenty of many', () => {
    const deep = problemsOf(`---\na: ${'['.repeat(50)}\n---\n`);
    expect(deep).toEqual([...new Set(deep as string[])]);
    const lines = Array.from({ length: 40 }, (_, index) => `k${index}: *x\n`);
    expect(problemsOf(`---\nx: &x 1\n${lines.join('')}---\n`)).toHaveLength(20);
  });
});

describe('delimiters', () => {
  it.each([
    ['---\na: 1\n', [`1: the front matter is never closed; expected a second line ---`]],
    ['---', ['1: the front matter is never closed; expected a second line ---']],
    ['---\nt: |\n  a\n---x\n---\n', ['4: "---x" stands here; expected exactly ---']],
    ['---\na: 1\n--- \nbody', ['3: "--- " stands here; expected exactly ---']],
  ])('says where %j goes wrong', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('bytes', () => {
  it.each([
    [
      'ten megabytes',
      new Uint8Array(10_000_000).fill(97),
      1,
      `the file has 10000000 bytes; at most ${FILE_LIMIT_BYTES} are read`,
    ],
    ['NUL', bytesOf('a\nb\0c'), 2, 'a NUL byte stands here; expected text'],
    ['invalid UTF-8', new Uint8Array([97, 10, 10, 0xc3, 0x28]), 3, 'invalid UTF-8; expected text'],
    ['a byte order mark', bytesOf('\ufeff---\n'), 1, 'the file starts with a byte order mark; expected plain UTF-8'],
    ['half a surrogate pair', new Uint8Array([0xed, 0xa0, 0x80]), 1, 'invalid UTF-8; expected text'],
  ])('refuses %s', (_, bytes, line, problem) => {
    expect(decodeText(PATH, bytes)).toEqual({
      ok: false,
      failure: [{ path: PATH, line, problem, example: expect.any(String) }],
    });
  });
});
