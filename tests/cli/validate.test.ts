/** `kleiber validate`: the checks of the branch, without a key, with a report and an exit code. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { visit } from '../support/rehearsal-context.ts';
import { whySkipped } from '../support/shell-sandbox.ts';

const here = visit();
const root = join(here.folder, 'shop');
const git = (...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
    cwd: root,
    stdio: 'ignore',
  });
};
const kleiber = (...words: string[]) => runProgram(words, { ...here.context, cwd: root });

function shop(word: string): void {
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(root, 'a.txt'), `${word}\n`);
  writeFileSync(join(root, 'kleiber.yml'), 'checks:\n  - { name: word, command: grep -q green a.txt }\n');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
}

afterEach(() => rmSync(root, { recursive: true, force: true }));

const REPORT = 'reports/branch-main-validation.md';

describe.skipIf(whySkipped !== null)('kleiber validate', () => {
  test('is green, writes its report and needs no key', async () => {
    shop('green');
    await kleiber('trust', '--yes');
    expect(await kleiber('validate', '--json')).toBe(0);
    const line = here
      .printed()
      .split('\n')
      .find(text => text.includes('"kind":"validation"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      branch: 'main',
      report: REPORT,
      result: 'green',
      explanation: '',
    });
    expect(readFileSync(join(root, REPORT), 'utf8')).toContain('Result: green');
  });

  test('is red with the output, and looks at commits that nothing has landed on yet', async () => {
    shop('green');
    await kleiber('trust', '--yes');
    await kleiber('validate');
    writeFileSync(join(root, 'a.txt'), 'red\n');
    git('commit', '-q', '-a', '-m', 'break it');
    expect(await kleiber('validate')).toBe(1);
    expect(here.printed()).toContain('kleiber: the checks are red\n  $ grep -q green a.txt');
  });

  test('runs nothing that is not trusted', async () => {
    shop('green');
    appendFileSync(join(root, 'kleiber.yml'), '# nobody has seen this line\n');
    expect(await kleiber('validate')).toBe(1);
    expect(here.printed()).toContain('fix   kleiber trust');
    expect(existsSync(join(root, 'tasks'))).toBe(false);
  });
});
