/** The file tools in a real folder: what they do, what they refuse, and that they touch no byte beyond. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cutText } from '../../src/agent/cut.ts';
import type { ToolAnswer } from '../../src/agent/tools/tool.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import { TOOL_NAMES, type ToolName } from '../../src/domain/role.ts';
import type { Zone } from '../../src/policy/zones.ts';
import { EVERYWHERE, type Folder, fakeCommand, folderWith } from '../support/agent-rig.ts';
import { roleOf } from '../support/policy-values.ts';

const ROLE = roleOf('engineer-backend', { tools: TOOL_NAMES });

async function call(
  folder: Folder,
  name: ToolName,
  input: unknown,
  zone: Zone | null = EVERYWHERE,
): Promise<ToolAnswer> {
  const tool = toolsOf(ROLE, { root: folder.path, zone }, fakeCommand().run).find(one => one.name === name);
  if (tool === undefined) throw new Error('bug in the test');
  return await tool.run(input, new AbortController().signal);
}

const fine = (text: string): ToolAnswer => ({ text, isError: false });
const refused = (text: string): ToolAnswer => ({ text, isError: true });

describe('paths', () => {
  /** Every file tool with the least it needs, and this path. */
  const tools = (path: string): [ToolName, unknown][] => [
    ['read', { path }],
    ['list', { path }],
    ['write', { path, content: 'x' }],
    ['edit', { path, old: 'one', new: 'x' }],
  ];
  const rig = (): Folder => {
    const folder = folderWith({ 'a.ts': 'one', 'real/b.ts': 'one', '.git/config': 'one' });
    symlinkSync('a.ts', join(folder.path, 'inside'));
    symlinkSync('/etc', join(folder.path, 'outside'));
    symlinkSync('real', join(folder.path, 'folder'));
    return folder;
  };

  test.each<[string, string]>([
    ['../a.ts', '../a.ts climbs; paths are relative to the worktree and never contain ..'],
    ['real/../a.ts', 'real/../a.ts climbs; paths are relative to the worktree and never contain ..'],
    [
      '/workspace/../etc/passwd',
      '/workspace/../etc/passwd climbs; paths are relative to the worktree and never contain ..',
    ],
    ['/etc/passwd', '/etc/passwd is outside the worktree; paths are relative to it'],
    ['/workspacex/a.ts', '/workspacex/a.ts is outside the worktree; paths are relative to it'],
    ['.git/config', '.git/config belongs to git, which kleiber runs for you'],
    ['real/.GIT/config', 'real/.GIT/config belongs to git, which kleiber runs for you'],
    ['/workspace/.git/config', '/workspace/.git/config belongs to git, which kleiber runs for you'],
    ['inside', 'inside (to a.ts) is a symbolic link; use the path it points to'],
    ['outside/passwd', 'outside (to /etc) is a symbolic link; use the path it points to'],
    ['folder/b.ts', 'folder (to real) is a symbolic link; use the path it points to'],
    ['a.ts/below', 'a.ts is no folder, so nothing lies below it'],
    ['a\0.ts', 'a path has no NUL in it'],
  ])('%j is refused by every tool', async (path, why) => {
    const folder = rig();
    const answers = await Promise.all(tools(path).map(([name, input]) => call(folder, name, input)));
    expect(answers).toEqual(tools(path).map(() => refused(why)));
    expect([folder.read('a.ts'), folder.read('real/b.ts'), folder.read('.git/config')]).toEqual(['one', 'one', 'one']);
  });

  test.each([
    'a.ts',
    './a.ts',
    '././a.ts',
    '/workspace/a.ts',
    '/workspace/./a.ts',
    'real/b.ts',
    'real//b.ts',
    '/workspace/real/b.ts',
  ])('%s is inside', async path => {
    expect(await call(rig(), 'read', { path })).toEqual(fine('1\tone'));
  });
});

describe('the zone', () => {
  const zone: Zone = { files: ['src/backend/**'], rolePaths: ['src/**'], widened: ['docs/api.md'] };
  const outside = (path: string, why: string): ToolAnswer =>
    refused(
      `${path} is outside your zone: ${why}. If the task needs it, call block with type out_of_zone and name the paths.`,
    );

  test.each<[string, string, ToolAnswer]>([
    ['inside', 'src/backend/a.ts', fine('wrote src/backend/a.ts, 1 lines')],
    ['widened', 'docs/api.md', fine('wrote docs/api.md, 1 lines')],
    ['outside', 'src/frontend/a.ts', outside('src/frontend/a.ts', 'the task may write src/backend/**')],
    ['of the record', 'tasks/x/a.md', outside('tasks/x/a.md', 'only kleiber writes there')],
    ['like git', 'src/backend/.git./hooks/x', outside('src/backend/.git./hooks/x', 'it is a name that belongs to git')],
  ])('a path %s', async (_name, path, answer) => {
    const folder = folderWith();
    expect(await call(folder, 'write', { path, content: 'x' }, zone)).toEqual(answer);
    expect(existsSync(join(folder.path, path))).toBe(!answer.isError);
  });

  test('holds for edit as for write, and not for reading', async () => {
    const folder = folderWith({ 'src/frontend/a.ts': 'one' });
    const edit = await call(folder, 'edit', { path: 'src/frontend/a.ts', old: 'one', new: 'two' }, zone);
    const read = await call(folder, 'read', { path: 'src/frontend/a.ts' }, zone);
    expect([edit, read, folder.read('src/frontend/a.ts')]).toEqual([
      outside('src/frontend/a.ts', 'the task may write src/backend/**'),
      fine('1\tone'),
      'one',
    ]);
  });

  test('of a role that only reads is nothing', async () => {
    const folder = folderWith();
    expect(await call(folder, 'write', { path: 'a.ts', content: '' }, null)).toEqual(refused('this role only reads'));
  });
});

describe('read', () => {
  const numbers = Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`);
  const shown = (from: number, to: number): string =>
    numbers
      .slice(from - 1, to)
      .map((line, index) => `${from + index}\t${line}`)
      .join('\n');

  test.each<[string, object, string]>([
    ['the first 400 lines', {}, `${shown(1, 400)}\n[600 more lines; continue with offset 401]`],
    ['some lines', { offset: 3, limit: 2 }, `${shown(3, 4)}\n[996 more lines; continue with offset 5]`],
    ['the last lines', { offset: 998, limit: 50 }, shown(998, 1000)],
    ['nothing past the end', { offset: 2000 }, ''],
  ])('shows %s', async (_name, range, text) => {
    const folder = folderWith({ 'long.txt': numbers.join('\n') });
    expect(await call(folder, 'read', { path: 'long.txt', ...range })).toEqual(fine(text));
  });

  test.each<[string, unknown, string]>([
    ['a file that is not there', { path: 'b.ts' }, 'b.ts: there is no such file'],
    ['a folder', { path: 'real' }, 'real: this is a folder; use list'],
    ['the worktree itself', { path: '/workspace' }, '/workspace: this is a folder; use list'],
    ['a pipe', { path: 'pipe' }, 'pipe: this is not a regular file'],
    ['too large a file', { path: 'huge' }, 'huge: this file has 4000001 bytes; read at most 4000000'],
    ['an offset of zero', { path: 'a.ts', offset: 0 }, 'read: ✖ Too small: expected number to be >=1\n  → at offset'],
    ['an unknown field', { path: 'a.ts', lines: 3 }, 'read: ✖ Unrecognized key: "lines"'],
  ])('refuses %s', async (_name, input, why) => {
    const folder = folderWith({ 'a.ts': 'one', 'real/b.ts': '', huge: Buffer.alloc(4_000_001, 'a') });
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    expect(await call(folder, 'read', input)).toEqual(refused(why));
  });

  test('says of a binary file only how large it is', async () => {
    const folder = folderWith({ 'a.png': Buffer.from([137, 80, 78, 71, 0, 1, 2]) });
    expect(await call(folder, 'read', { path: 'a.png' })).toEqual(fine('a.png is binary, 7 bytes'));
  });
});

describe('write', () => {
  test('makes the folders on the way and writes exactly what was given', async () => {
    const folder = folderWith();
    const answer = await call(folder, 'write', { path: '/workspace/src/deep/a.ts', content: 'ü\r\n\n' });
    expect([answer, folder.bytes('src/deep/a.ts')]).toEqual([
      fine('wrote src/deep/a.ts, 3 lines'),
      Buffer.from('ü\r\n\n'),
    ]);
  });

  test('replaces a file', async () => {
    const folder = folderWith({ 'a.ts': 'a long text' });
    await call(folder, 'write', { path: 'a.ts', content: 'b' });
    expect(folder.read('a.ts')).toBe('b');
  });

  test('refuses a folder, a pipe, and more than a million characters', async () => {
    const folder = folderWith({ 'real/b.ts': '' });
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    const paths = ['real', '/workspace', 'pipe'];
    const answers = await Promise.all(paths.map(path => call(folder, 'write', { path, content: 'x' })));
    const large = await call(folder, 'write', { path: 'a', content: 'x'.repeat(1_000_001) });
    expect([...answers, large]).toEqual([
      refused('real is a folder'),
      refused('/workspace is a folder'),
      refused('pipe is not a regular file'),
      refused('write: ✖ Too big: expected string to have <=1000000 characters\n  → at content'),
    ]);
  });
});

describe('edit', () => {
  test.each<[string, string | Buffer, string, string, string | Buffer]>([
    ['one line', 'const a = 1;\nconst b = 2;\n', 'b = 2', 'b = 3', 'const a = 1;\nconst b = 3;\n'],
    ['several lines', 'a\nb\nc\n', 'a\nb', 'x\ny\nz', 'x\ny\nz\nc\n'],
    ['away', 'a\nb\nc\n', 'b\n', '', 'a\nc\n'],
    ['what a regular expression would misread', 'a.*(b)$1\n', '.*(b)$1', '$&$1', 'a$&$1\n'],
    ['in a file with Windows line ends', 'a\r\nb\r\nc\r\n', 'a\nb', 'x\ny\nz', 'x\r\ny\r\nz\r\nc\r\n'],
    ['a single line by two in a file with Windows line ends', 'a\r\nb\r\n', 'a', 'x\ny', 'x\r\ny\r\nb\r\n'],
    ['Windows text in a file with Windows line ends', 'a\r\nb\r\n', 'a\r\nb', 'x\r\ny', 'x\r\ny\r\n'],
    ['one line by Windows text there', 'a\r\nb\r\n', 'a', 'x\r\ny', 'x\r\ny\r\nb\r\n'],
    ['lines that end the other way in a mixed file', 'a\nb\nc\r\n', 'a\nb', 'x\ny', 'x\ny\nc\r\n'],
    [
      'beside bytes that are no UTF-8',
      Buffer.from('caf\xe9 = 1;\n', 'latin1'),
      '= 1',
      '= 2',
      Buffer.from('caf\xe9 = 2;\n', 'latin1'),
    ],
    ['beside a byte order mark', '\ufeffa = 1', 'a = 1', 'a = 2', '\ufeffa = 2'],
    ['letters of several bytes', 'grün und blau', 'grün', 'rot', 'rot und blau'],
  ])('replaces %s', async (_name, before, old, replacement, after) => {
    const folder = folderWith({ 'a.ts': before });
    const answer = await call(folder, 'edit', { path: 'a.ts', old, new: replacement });
    expect([answer, folder.bytes('a.ts')]).toEqual([fine('edited a.ts'), Buffer.from(after)]);
  });

  test.each<[string, { path: string; old: string }, string]>([
    [
      'text that is not there',
      { path: 'a.ts', old: 'three' },
      'a.ts: the old text does not stand in it; read the file again',
    ],
    [
      'text that is there twice',
      { path: 'a.ts', old: 'one' },
      'a.ts: the old text stands in it more than once; give more of its surroundings',
    ],
    [
      'text that overlaps itself',
      { path: 'b.ts', old: 'aa' },
      'b.ts: the old text stands in it more than once; give more of its surroundings',
    ],
    [
      'an empty text',
      { path: 'a.ts', old: '' },
      'edit: ✖ Too small: expected string to have >=1 characters\n  → at old',
    ],
    ['a file that is not there', { path: 'c.ts', old: 'x' }, 'c.ts: there is no such file'],
    ['a folder', { path: 'real', old: 'x' }, 'real: there is no such file'],
  ])('refuses %s and changes nothing', async (_name, input, why) => {
    const folder = folderWith({ 'a.ts': 'one two one', 'b.ts': 'aaa' });
    mkdirSync(join(folder.path, 'real'));
    expect([await call(folder, 'edit', { ...input, new: 'x' }), folder.read('a.ts'), folder.read('b.ts')]).toEqual([
      refused(why),
      'one two one',
      'aaa',
    ]);
  });
});

describe('list', () => {
  const files = {
    'b.ts': '',
    'a.ts': '',
    'src/deep/c.ts': '',
    'src/d.md': '',
    '.hidden/e': '',
    '.git/config': '',
    'node_modules/x/index.js': '',
    'web/node_modules/y/index.js': '',
  };

  test.each<[string, object, string]>([
    [
      'everything in order, without the folders that nobody reads',
      {},
      '.git/ (not listed)\n.hidden/e\na.ts\nb.ts\nnode_modules/ (not listed)\nsrc/d.md\nsrc/deep/c.ts\nweb/node_modules/ (not listed)',
    ],
    ['a folder', { path: 'src' }, 'src/d.md\nsrc/deep/c.ts'],
    ['a folder as commands show it', { path: '/workspace/src/deep/' }, 'src/deep/c.ts'],
    ['a glob', { glob: '**/*.ts' }, 'a.ts\nb.ts\nsrc/deep/c.ts'],
    ['a glob in a folder, still from the root', { path: 'src', glob: 'src/*.md' }, 'src/d.md'],
    ['nothing that fits', { glob: '*.py' }, 'no files'],
    ['nothing below a file', { path: 'a.ts' }, 'no files'],
    ['nothing below a folder that is not there', { path: 'lib' }, 'no files'],
  ])('shows %s', async (_name, input, text) => {
    expect(await call(folderWith(files), 'list', input)).toEqual(fine(text));
  });

  test('does not follow a link', async () => {
    const folder = folderWith({ 'a.ts': '' });
    symlinkSync('/etc', join(folder.path, 'etc'));
    expect(await call(folder, 'list', {})).toEqual(fine('a.ts\netc'));
  });

  test('refuses a glob that is none', async () => {
    expect(await call(folderWith(), 'list', { glob: '{a,b}' })).toEqual(
      refused('"{a,b}" is not a glob of literals, * and **'),
    );
  });

  test('shows 400 files and counts the others', async () => {
    const names = Array.from({ length: 403 }, (_, index) => `f${String(index).padStart(3, '0')}`);
    const folder = folderWith(Object.fromEntries(names.map(name => [name, ''])));
    expect(await call(folder, 'list', {})).toEqual(
      fine(`${names.slice(0, 400).join('\n')}\n[3 more; give a narrower path or glob]`),
    );
  });
});

describe('a cut text', () => {
  test('keeps six tenths of its head and four of its tail, and says what is missing', () => {
    expect(cutText(`${'a'.repeat(60)}${'x'.repeat(30)}${'b'.repeat(40)}`, 'look elsewhere', 100)).toBe(
      `${'a'.repeat(60)}\n[… 30 characters left out; look elsewhere …]\n${'b'.repeat(40)}`,
    );
  });

  test('is the text itself when it fits', () => {
    expect(cutText('x'.repeat(100), 'look elsewhere', 100)).toBe('x'.repeat(100));
  });
});
