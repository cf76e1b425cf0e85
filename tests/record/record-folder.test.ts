import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTask } from '../../src/record/read-task.ts';
import { readRecordFile, writeRecordFile } from '../../src/record/record-disk.ts';
import { findDuplicateIds, listTaskFiles } from '../../src/record/record-folder.ts';
import { bytesOf, temporaryFolder } from '../support/record-values.ts';

const TASK = `---
id: feat-001
agent: scribe
title: T
created: 2025-01-09T14:30:00Z
---
## Description
d
## Acceptance Criteria
- [ ] 1. c
`;

/** A root with the given files; their folders are made. */
function rootWith(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('listing task files', () => {
  it('finds them in order and passes over what is no task', () => {
    const root = rootWith({
      'tasks/README.md': '',
      'tasks/.gitkeep': '',
      'tasks/scribe/b-2.md': '',
      'tasks/scribe/a-1.md': '',
      'tasks/scribe/README.md': '',
      'tasks/scribe/.a-1.md.swp': '',
      'tasks/scribe/a-1.md.812345': '',
      'tasks/architect/c.md': '',
      'other/x.md': '',
    });
    expect(listTaskFiles(root)).toEqual({
      files: [
        { path: 'tasks/architect/c.md', agent: 'architect', id: 'c' },
        { path: 'tasks/scribe/a-1.md', agent: 'scribe', id: 'a-1' },
        { path: 'tasks/scribe/b-2.md', agent: 'scribe', id: 'b-2' },
      ],
      faults: [],
    });
  });

  it('is empty where there is no folder', () => {
    expect(listTaskFiles(temporaryFolder())).toEqual({ files: [], faults: [] });
  });

  it('names links, pipes, folders and wrong names without opening them', () => {
    const root = rootWith({
      'tasks/lost.md': '',
      'tasks/scribe/Big Name.md': '',
      'tasks/scribe/deep/x.md': '',
      'tasks/Bad/x.md': '',
    });
    symlinkSync('/etc/passwd', join(root, 'tasks/scribe/link.md'));
    symlinkSync('/etc', join(root, 'tasks/elsewhere'));
    execFileSync('mkfifo', [join(root, 'tasks/scribe/pipe.md')]);
    const { files, faults } = listTaskFiles(root);
    expect(files).toEqual([]);
    expect(faults.map(({ path, problem }) => `${path}: ${problem}`)).toEqual([
      'tasks/Bad: the folder name is no agent name',
      'tasks/elsewhere: tasks/elsewhere is a link or no folder; record files lie below the root',
      'tasks/lost.md: a task file lies in the folder of its agent',
      'tasks/scribe/Big Name.md: the file name is no task id; expected lower-case letters, digits and hyphens',
      'tasks/scribe/deep: this is a folder; expected a regular file',
      'tasks/scribe/link.md: this is a link; expected a regular file',
      'tasks/scribe/pipe.md: this is a pipe; expected a regular file',
    ]);
  });

  it('does not follow a linked tasks folder', () => {
    const root = temporaryFolder();
    symlinkSync('/etc', join(root, 'tasks'));
    expect(listTaskFiles(root)).toMatchObject({ files: [], faults: [{ path: 'tasks' }] });
  });

  it('finds ids that two agents have', () => {
    const root = rootWith({ 'tasks/a/x.md': '', 'tasks/b/x.md': '', 'tasks/b/y.md': '' });
    expect(findDuplicateIds(listTaskFiles(root).files)).toEqual([
      {
        path: 'tasks/a/x.md',
        line: 1,
        problem: 'the id "x" is also that of tasks/b/x.md',
        example: 'id: x-2, in a file named x-2.md',
      },
      {
        path: 'tasks/b/x.md',
        line: 1,
        problem: 'the id "x" is also that of tasks/a/x.md',
        example: 'id: x-2, in a file named x-2.md',
      },
    ]);
  });
});

describe('reading', () => {
  it('gives a task with the hash of its bytes', () => {
    const root = rootWith({ 'tasks/scribe/feat-001.md': TASK });
    expect(readTask(root, 'tasks/scribe/feat-001.md')).toMatchObject({
      ok: true,
      value: {
        form: 'front_matter',
        hash: execFileSync('sha256sum', [join(root, 'tasks/scribe/feat-001.md')], { encoding: 'utf8' }).slice(0, 64),
        task: { head: { id: 'feat-001' } },
      },
    });
  });

  it('gives faults for a file that is absent, no file, too large or wrong', () => {
    const root = rootWith({ 'tasks/a/big.md': 'x'.repeat(300_000), 'tasks/a/bad.md': 'x' });
    const problem = (path: string): unknown => {
      const read = readTask(root, path);
      return read.ok ? 'read' : read.failure.map(fault => fault.problem);
    };
    expect(['absent', 'big', 'bad'].map(name => problem(`tasks/a/${name}.md`))).toEqual([
      ['there is no such file'],
      ['the file has 300000 bytes; at most 262144 are read'],
      ['expected front matter (a first line ---) or the heading "# Task: <id>"'],
    ]);
  });

  it('neither hangs on a pipe nor follows a link nor reads a folder, a device or a socket', async () => {
    const root = rootWith({ 'tasks/a/x.md': 'secret', 'tasks/b/y.md': '' });
    execFileSync('mkfifo', [join(root, 'tasks/a/pipe.md')]);
    symlinkSync('x.md', join(root, 'tasks/a/link.md'));
    symlinkSync('a', join(root, 'tasks/linked'));
    symlinkSync('/dev/zero', join(root, 'tasks/a/zero.md'));
    const server = createServer().listen(join(root, 'tasks/a/socket.md'));
    await new Promise(resolve => server.once('listening', resolve));
    const failure = (path: string): unknown => {
      const read = readRecordFile(root, path);
      return read.ok ? 'read' : read.failure;
    };
    expect(failure('tasks/a/pipe.md')).toEqual({ reason: 'not_a_file', path: 'tasks/a/pipe.md', found: 'a pipe' });
    expect(failure('tasks/a/link.md')).toEqual({ reason: 'not_a_file', path: 'tasks/a/link.md', found: 'a link' });
    expect(failure('tasks/a/zero.md')).toEqual({ reason: 'not_a_file', path: 'tasks/a/zero.md', found: 'a link' });
    expect(failure('tasks/a')).toEqual({ reason: 'not_a_file', path: 'tasks/a', found: 'a folder' });
    expect(failure('tasks/a/socket.md')).toEqual({
      reason: 'not_a_file',
      path: 'tasks/a/socket.md',
      found: 'a socket or a pipe',
    });
    expect(failure('tasks/linked/x.md')).toEqual({ reason: 'outside', path: 'tasks/linked/x.md', at: 'tasks/linked' });
    expect(failure('tasks/a/x.md/y.md')).toEqual({ reason: 'outside', path: 'tasks/a/x.md/y.md', at: 'tasks/a/x.md' });
    server.close();
  });

  it.each([
    '../x.md',
    '/etc/passwd',
    'tasks/../../x.md',
    'tasks//x.md',
    './x.md',
    'tasks/a\\x.md',
    '.git/config',
    '',
    'a\0b',
  ])('refuses the path %j', path => {
    const root = rootWith({ 'inner/x.md': '' });
    expect(readRecordFile(join(root, 'inner'), path)).toEqual({
      ok: false,
      failure: { reason: 'outside', path, at: path },
    });
  });
});

describe('writing', () => {
  const PATH = 'complete/scribe/feat-001-done.md';

  it('makes folders, leaves the file whole and nothing beside it', async () => {
    const root = temporaryFolder();
    expect(await writeRecordFile(root, PATH, 'one')).toEqual({ ok: true, value: undefined });
    expect(await writeRecordFile(root, PATH, bytesOf('grün'))).toEqual({ ok: true, value: undefined });
    expect(readFileSync(join(root, PATH), 'utf8')).toBe('grün');
    expect(readdirSync(join(root, 'complete/scribe'))).toEqual(['feat-001-done.md']);
  });

  it('replaces the file by another one instead of writing into it', async () => {
    const root = rootWith({ [PATH]: 'old' });
    const before = statSync(join(root, PATH)).ino;
    await writeRecordFile(root, PATH, 'new');
    expect(statSync(join(root, PATH)).ino).not.toBe(before);
  });

  it('leaves a file alone that is not the expected one', async () => {
    const root = rootWith({ [PATH]: 'a person is typing' });
    const changed = { ok: false, failure: { reason: 'changed', path: PATH } };
    expect(await writeRecordFile(root, PATH, 'new', bytesOf('old'))).toEqual(changed);
    expect(await writeRecordFile(root, PATH, 'new', null)).toEqual(changed);
    expect(await writeRecordFile(root, 'complete/scribe/none.md', 'new', bytesOf('old'))).toMatchObject({ ok: false });
    expect(readFileSync(join(root, PATH), 'utf8')).toBe('a person is typing');
    expect(await writeRecordFile(root, PATH, 'new', bytesOf('a person is typing'))).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await writeRecordFile(root, 'blocked/scribe/x-conflict.md', 'new', null)).toEqual({
      ok: true,
      value: undefined,
    });
    expect(readFileSync(join(root, PATH), 'utf8')).toBe('new');
  });

  it('follows no link, neither of a folder nor of the file, and does not climb', async () => {
    const root = rootWith({ 'outside/keep.md': 'keep', 'inner/complete/scribe/x.md': '' });
    const inner = join(root, 'inner');
    symlinkSync('../outside', join(inner, 'blocked'));
    symlinkSync('../../../outside/keep.md', join(inner, 'complete/scribe/link.md'));
    expect(await writeRecordFile(inner, 'blocked/keep.md', 'gone')).toEqual({
      ok: false,
      failure: { reason: 'outside', path: 'blocked/keep.md', at: 'blocked' },
    });
    expect(await writeRecordFile(inner, 'complete/scribe/link.md', 'gone')).toEqual({
      ok: false,
      failure: { reason: 'not_a_file', path: 'complete/scribe/link.md', found: 'a link' },
    });
    expect(await writeRecordFile(inner, '../outside/keep.md', 'gone')).toMatchObject({ ok: false });
    expect(await writeRecordFile(inner, '.git/hooks/pre-commit', 'gone')).toMatchObject({ ok: false });
    expect(readdirSync(root)).toEqual(['inner', 'outside']);
    expect(readFileSync(join(root, 'outside/keep.md'), 'utf8')).toBe('keep');
  });
});
