/** One file as one commit: nothing of the user's goes along, and nothing of a repository's choosing is run. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
beforeEach(() => {
  sandbox = new GitSandbox();
  sandbox.commit(sandbox.user, { 'kleiber.yml': 'deps: []\n', 'src/a': '1' });
});
afterEach(() => sandbox.remove());

const write = (path: string, text: string): void => writeFileSync(join(sandbox.user, path), text);
const git = (...words: string[]): string => sandbox.git(sandbox.user, ...words);

test('only the named file is committed; what is staged and what is changed beside it stays', async () => {
  write('kleiber.yml', 'deps: [node_modules]\n');
  write('src/a', '2');
  write('src/b', 'new');
  git('add', 'src/b');
  const commit = must(await sandbox.checkout().commitFile('kleiber.yml', 'calibration: testing EXEC → opus (3 of 5)'));
  expect(git('rev-parse', 'HEAD')).toBe(commit);
  expect(
    git('show', '--name-only', '--format=%s', 'HEAD')
      .split('\n')
      .filter(line => line !== ''),
  ).toEqual(['calibration: testing EXEC → opus (3 of 5)', 'kleiber.yml']);
  expect(
    git('status', '--porcelain')
      .split('\n')
      .map(line => line.trim()),
  ).toEqual(['M src/a', 'A  src/b']);
});

test('a file that git does not know yet is committed too', async () => {
  git('rm', '-q', 'kleiber.yml');
  git('commit', '-q', '-m', 'gone');
  write('kleiber.yml', 'deps: []\n');
  must(await sandbox.checkout().commitFile('kleiber.yml', 'back'));
  expect([git('show', 'HEAD:kleiber.yml'), git('status', '--porcelain')]).toEqual(['deps: []', '']);
});

test('the person is the author, and no hook of the repository runs', async () => {
  const hook = join(sandbox.user, '.git/hooks/pre-commit');
  writeFileSync(hook, `#!/bin/sh\ntouch ${join(sandbox.root, 'ran')}\n`);
  chmodSync(hook, 0o755);
  git('config', 'user.name', 'Grace');
  git('config', 'user.email', 'grace@example.org');
  write('kleiber.yml', 'deps: [x]\n');
  must(await sandbox.checkout().commitFile('kleiber.yml', 'mine'));
  expect([git('log', '-1', '--format=%an <%ae>'), existsSync(join(sandbox.root, 'ran'))]).toEqual([
    'Grace <grace@example.org>',
    false,
  ]);
});

test.each([
  ['as it is committed', () => {}, true],
  ['changed', () => write('kleiber.yml', 'deps: [x]\n'), false],
  ['staged', () => [write('kleiber.yml', 'deps: [x]\n'), git('add', 'kleiber.yml')], false],
  ['neither committed nor there', () => [git('rm', '-q', 'kleiber.yml'), git('commit', '-q', '-m', 'gone')], true],
  ['new', () => [git('rm', '-q', '--cached', 'kleiber.yml'), git('commit', '-q', '-m', 'gone')], false],
  ['clean while another file is not', () => write('src/a', '3'), true],
])('a file is clean when it is %s: %s → %s', async (_name, change, clean) => {
  change();
  expect(must(await sandbox.checkout().isClean('kleiber.yml'))).toBe(clean);
});
