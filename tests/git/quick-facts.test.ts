import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { quickFacts } from '../../src/git/quick-facts.ts';

const PATH = process.env.PATH ?? '';
let folder: string;
let root: string;

const git = (...words: string[]): void => {
  const env = { PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
    cwd: root,
    env,
    stdio: 'pipe',
  });
};

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-facts-')));
  root = join(folder, 'shop');
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  git('init', '-q', '-b', 'main', '.');
  git('commit', '-q', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What git itself says, asked in words of its own. */
function factsOfGit(path: string) {
  const told = (...words: string[]): string =>
    execFileSync('git', ['-C', path, ...words], { env: { PATH, HOME: folder }, encoding: 'utf8' }).trimEnd();
  const [top, commonDir] = told('rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir').split(
    '\n',
  );
  return { root: top, commonDir, branch: told('symbolic-ref', '--short', 'HEAD') };
}

/** The quick answer, without the mark of the git that would be asked. */
function quick(path: string) {
  const found = quickFacts(path, PATH);
  return found === null ? null : { root: found.root, commonDir: found.commonDir, branch: found.branch };
}

describe('the facts of an ordinary checkout', () => {
  test.each(['', 'src/deep', '.git/../src'])('are those that git tells, in %j', below => {
    const path = join(root, below);
    expect(quick(path)).toEqual(factsOfGit(path));
  });

  test('are there on a branch with slashes, and before the first commit', () => {
    git('checkout', '-q', '-b', 'feature/one');
    expect(quick(root)?.branch).toBe('feature/one');
    git('checkout', '-q', '--orphan', 'fresh');
    expect(quick(root)?.branch).toBe('fresh');
  });

  test('name the git that would be asked', () => {
    const other = join(folder, 'bin');
    mkdirSync(other);
    writeFileSync(join(other, 'git'), '#!/bin/sh\n', { mode: 0o755 });
    expect(quickFacts(root, `${other}:${PATH}`)?.git).not.toBe(quickFacts(root, PATH)?.git);
  });
});

describe('git is asked', () => {
  const cases: [string, () => string][] = [
    ['outside of any repository', () => folder],
    ['inside the git folder', () => join(root, '.git/refs')],
    [
      'where HEAD is detached',
      () => {
        git('checkout', '-q', '--detach');
        return root;
      },
    ],
    [
      'in a linked worktree',
      () => {
        git('worktree', 'add', '-q', join(folder, 'linked'));
        return join(folder, 'linked');
      },
    ],
    [
      'in a bare repository',
      () => {
        git('clone', '-q', '--bare', root, join(root, 'bare'));
        return join(root, 'bare');
      },
    ],
    [
      'behind a link',
      () => {
        symlinkSync(root, join(folder, 'link'));
        return join(folder, 'link');
      },
    ],
    ['where settings come from elsewhere', () => withSettings('[include]\n\tpath = more\n')],
    ['where the work tree lies elsewhere', () => withSettings('[core]\n\tworktree = /tmp\n')],
    ['where the repository calls itself bare', () => withSettings('[core]\n\tbare\n')],
    ['in a partial clone', () => withSettings('[remote "origin"]\n\tpromisor = true\n')],
    [
      'where the git folder is not the whole one',
      () => {
        writeFileSync(join(root, '.git/commondir'), '../other\n');
        return root;
      },
    ],
    ['in a repository of a newer format', () => withSettings('[extensions]\n\trefStorage = reftable\n')],
  ];

  const withSettings = (text: string): string => {
    appendFileSync(join(root, '.git/config'), text);
    return root;
  };

  test.each(cases)('%s', (_where, arrange) => {
    expect(quickFacts(arrange(), PATH)).toBe(null);
  });

  test.each([
    ['where there is none on the PATH', '/nowhere'],
    ['where the PATH has a relative folder', `bin:${PATH}`],
  ])('%s', (_where, searchPath) => {
    expect(quickFacts(root, searchPath)).toBe(null);
  });
});
