import { describe, expect, test } from 'vitest';
import { splitPatch } from '../../src/board/patch.ts';

const head = (path: string): string =>
  `diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n`;

describe('a difference is taken apart by file', () => {
  test('with what was added and removed', () => {
    expect(splitPatch(`${head('src/a.ts')}@@ -1,2 +1,2 @@\n same\n-old\n+new\n`)).toEqual({
      files: [
        {
          path: 'src/a.ts',
          from: null,
          status: 'modified',
          added: 1,
          removed: 1,
          isFolded: false,
          text: '@@ -1,2 +1,2 @@\n same\n-old\n+new',
        },
      ],
      cut: null,
    });
  });

  test.each([
    ['created', 'diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+1\n', 'x', null],
    ['deleted', 'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n', 'x', null],
    ['renamed', 'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n', 'y', 'x'],
    [
      'modified',
      'diff --git a/x.png b/x.png\nindex 1..2 100644\nBinary files a/x.png and b/x.png differ\n',
      'x.png',
      null,
    ],
  ])('a file that was %s', (status, text, path, from) => {
    expect(splitPatch(text).files.map(file => [file.status, file.path, file.from])).toEqual([[status, path, from]]);
  });

  test('a line of the text that looks like a head of git is text', () => {
    const text = `${head('a.md')}@@ -1 +1,2 @@\n diff --git a/evil b/evil\n+--- a/etc/passwd\n+++ b/evil\n`;
    expect(splitPatch(text).files.map(({ path, added }) => [path, added])).toEqual([['a.md', 2]]);
  });

  test.each([
    ['package-lock.json', 1, true],
    ['deep/Cargo.lock', 1, true],
    ['src/lock.ts', 400, false],
    ['src/long.ts', 401, true],
  ])('%s with %d lines: folded %s', (path, lines, isFolded) => {
    const text = `${head(path)}@@ -0,0 +1,${lines} @@\n${'+x\n'.repeat(lines)}`;
    expect(splitPatch(text).files.map(file => file.isFolded)).toEqual([isFolded]);
  });

  test('what was left out is said once and is in no file', () => {
    const { files, cut } = splitPatch(`${head('a')}@@ -1 +1 @@\n-1\n+2\n[cut: 10 of 20 bytes are not shown]\n`);
    expect([cut, files[0]?.text]).toEqual(['cut: 10 of 20 bytes are not shown', '@@ -1 +1 @@\n-1\n+2']);
  });
});
