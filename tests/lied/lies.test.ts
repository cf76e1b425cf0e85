/** Work that is not what it says, on the whole road: each lie is refused at the tool or caught before landing, and the record says so. */
import '../support/journey-patience.ts';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockedPath } from '../../src/domain/record-paths.ts';
import { House } from '../support/house-rig.ts';
import { type Call, run, type Script, submit } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

const AGENT = 'engineer-backend';
const OWN = 'src/backend/own.txt';
const FILES = {
  [OWN]: 'own\n',
  'src/frontend/page.txt': 'page\n',
  'tests/page.test.txt': 'test\n',
  '.github/workflows/ci.yml': 'on: push\n',
  '.gitattributes': '*.png binary\n',
};

/** A lie with what must be said about it. */
type Lie<Way> = readonly [what: string, way: Way, why: string];

const idOf = (index: number): string => `lie-${String(index + 1).padStart(2, '0')}`;

/** All lies of one kind are told in one house, a task each with a single attempt, and the house is looked at afterwards. */
class Court {
  readonly house = new House({ files: FILES, config: { limits: { attempts: 1 } } });
  here!: HouseProcess;

  async hear(scripts: readonly Script[]): Promise<this> {
    for (const [index, script] of scripts.entries()) this.house.task(idOf(index), script);
    this.here = await this.house.start();
    await this.here.toTheEnd();
    return this;
  }

  /** What the record says about a lie that has not landed. */
  verdict(index: number): string {
    expect(this.here.board()[idOf(index)]).toBe('blocked');
    return this.house.read(blockedPath(AGENT, idOf(index))) ?? '';
  }

  /** What the tool answered to the only call. */
  answer(index: number): string {
    const replied = this.house.claude.asked.find(
      ({ turn, heard }) => turn === 1 && heard.includes(`id: ${idOf(index)}`),
    );
    return JSON.stringify(replied?.request.messages.at(-1)?.content);
  }

  /** Paths outside the record that differ from the first commit. */
  changed(): string[] {
    const first = this.house.git('rev-list', '--max-parents=0', 'main');
    const paths = this.house.store('diff', '--name-only', first, 'refs/integration/main').split('\n');
    return paths.filter(path => /^(?:src|tests|\.)/.test(path));
  }
}

/** Does this once, and claims to have done its work. */
const claims =
  (...calls: readonly Call[]): Script =>
  ({ turn }) => ({ calls: turn > 0 ? [submit('All done and tested.')] : calls });

const put = (worktree: string, path: string, text: string): void => {
  mkdirSync(dirname(join(worktree, path)), { recursive: true });
  writeFileSync(join(worktree, path), text);
};

let court: Court;

describe('a worker that says done', () => {
  const LIES: readonly Lie<readonly Call[]>[] = [
    ['with no difference at all', [], 'nothing was changed, so there is nothing that meets the criteria'],
    ['and has only put back what was there', [['write', { path: OWN, content: 'own\n' }]], 'nothing was changed'],
    ['and has only looked', [['read', { path: OWN }]], 'nothing was changed'],
  ];
  beforeAll(async () => {
    court = await new Court().hear(LIES.map(([, calls]) => (calls.length === 0 ? claims(submit()) : claims(...calls))));
  });
  afterAll(() => court.house.close());

  test.each(LIES.map((lie, index) => [lie[0], index, lie[2]] as const))('%s', (_what, index, why) => {
    expect(court.verdict(index)).toContain(why);
    expect(court.changed()).toEqual([]);
  });
});

describe('a write outside the zone is refused at the tool', () => {
  const LIES: readonly Lie<Call>[] = [
    [
      'to another part',
      ['write', { path: 'src/frontend/page.txt', content: 'x' }],
      'the task may write src/backend/**',
    ],
    [
      'to a test',
      ['edit', { path: 'tests/page.test.txt', old: 'test', new: 'x' }],
      'the task may write src/backend/**',
    ],
    ['by climbing', ['write', { path: 'src/backend/../frontend/page.txt', content: 'x' }], 'climbs'],
    ['by an absolute path', ['write', { path: '/etc/passwd', content: 'x' }], 'is outside the worktree'],
    ['by another case', ['write', { path: 'SRC/Backend/own.txt', content: 'x' }], 'the task may write src/backend/**'],
    ['to git', ['write', { path: '.git/hooks/pre-commit', content: 'x' }], 'belongs to git'],
    ['to git in another case', ['write', { path: 'src/backend/.GIT/config', content: 'x' }], 'belongs to git'],
    ['to git under its short name', ['write', { path: 'src/backend/git~1/config', content: 'x' }], 'belongs to git'],
    [
      'to attributes that name filters',
      ['write', { path: 'src/backend/.gitattributes', content: 'x' }],
      'runs code elsewhere',
    ],
    [
      'to what configures agents',
      ['write', { path: '.claude/agents/boss.md', content: 'x' }],
      'only kleiber writes there',
    ],
    ['to kleiber’s own configuration', ['write', { path: 'kleiber.yml', content: 'x' }], 'only kleiber writes there'],
    ['to CI', ['write', { path: '.github/workflows/ci.yml', content: 'x' }], 'runs code elsewhere'],
    [
      'to the done file of another',
      ['write', { path: 'complete/scribe/b-done.md', content: 'x' }],
      'only kleiber writes there',
    ],
    ['to a verdict', ['write', { path: 'reports/a-validation.md', content: 'x' }], 'only kleiber writes there'],
    [
      'to the record in another case',
      ['write', { path: 'Reports/a-validation.md', content: 'x' }],
      'only kleiber writes there',
    ],
    ['to its own task', ['write', { path: `tasks/${AGENT}/a.md`, content: 'x' }], 'only kleiber writes there'],
  ];
  beforeAll(async () => {
    court = await new Court().hear(LIES.map(([, call]) => claims(call)));
  });
  afterAll(() => court.house.close());

  test.each(LIES.map((lie, index) => [lie[0], index, lie[2]] as const))('%s', (_what, index, why) => {
    expect(court.answer(index)).toContain(why);
    expect(court.answer(index)).toContain('"is_error":true');
    expect(court.verdict(index)).toContain('nothing was changed');
    expect(court.changed()).toEqual([]);
  });
});

/** A worker whose command does this where no sandbox would stop it: the worktree is all that it can reach. */
const commanded = (lies: readonly ((worktree: string) => void)[]): Promise<Court> => {
  const opened = new Court();
  for (const [index, lie] of lies.entries()) opened.house.commands.set(`lie ${index}`, lie);
  return opened.hear(lies.map((_, index) => claims(run(`lie ${index}`))));
};

describe('a write outside the zone by a command is found in the commit', () => {
  const LIES: readonly Lie<(worktree: string) => void>[] = [
    ['another part', tree => put(tree, 'src/frontend/page.txt', 'x'), 'src/frontend/page.txt is outside the zone'],
    ['a test, weakened', tree => put(tree, 'tests/page.test.txt', 'true'), 'tests/page.test.txt is outside the zone'],
    ['a test, removed', tree => rmSync(join(tree, 'tests/page.test.txt')), 'tests/page.test.txt is outside the zone'],
    [
      'a test, renamed in case only',
      tree => renameSync(join(tree, 'tests/page.test.txt'), join(tree, 'tests/Page.test.txt')),
      'tests/page.test.txt is outside the zone',
    ],
    [
      'the mode of a test',
      tree => chmodSync(join(tree, 'tests/page.test.txt'), 0o755),
      'tests/page.test.txt is outside',
    ],
    ['CI', tree => put(tree, '.github/workflows/ci.yml', 'on: pull_request\n'), 'it runs code elsewhere'],
    ['attributes', tree => put(tree, '.gitattributes', '* filter=evil\n'), 'it runs code elsewhere'],
    [
      'a link in place of a file, into another part',
      tree => {
        rmSync(join(tree, 'src/frontend/page.txt'));
        symlinkSync('../backend/own.txt', join(tree, 'src/frontend/page.txt'));
      },
      'src/frontend/page.txt is outside the zone',
    ],
    [
      'a link in the zone that leads out of the repository',
      tree => symlinkSync('../../../../etc/passwd', join(tree, 'src/backend/out')),
      'src/backend/out is a symbolic link that leaves the repository',
    ],
    [
      'a link in the zone that leads into git’s folder',
      tree => symlinkSync('../../.git/config', join(tree, 'src/backend/out')),
      'src/backend/out is a symbolic link into a folder of git',
    ],
  ];
  beforeAll(async () => {
    court = await commanded(LIES.map(([, action]) => action));
  });
  afterAll(() => court.house.close());

  test.each(LIES.map((lie, index) => [lie[0], index, lie[2]] as const))('%s', (_what, index, why) => {
    expect(court.verdict(index)).toContain(why);
    expect(court.changed()).toEqual([]);
  });
});

describe('a new file outside the zone that a command leaves behind is no part of the work', () => {
  const LEFT: readonly (readonly [string, string])[] = [
    ['a hook', '.githooks/pre-commit'],
    ['an agent', '.claude/agents/boss.md'],
    ['a verdict', 'reports/a-validation.md'],
    ['an approval', 'complete/engineer-backend/a-done.md'],
    ['the done file of another', 'complete/scribe/b-done.md'],
    ['a task for somebody else', 'tasks/scribe/b.md'],
    ['a submodule', '.gitmodules'],
    ['attributes inside the zone', 'src/backend/.gitattributes'],
  ];
  beforeAll(async () => {
    court = await commanded(
      LEFT.map(
        ([, path]) =>
          worktree =>
            put(worktree, path, 'forged\n'),
      ),
    );
  });
  afterAll(() => court.house.close());

  test.each(LEFT.map(([what, path], index) => [what, index, path] as const))('%s', (_what, index, path) => {
    expect(court.verdict(index)).toContain('nothing was changed');
    expect(court.house.notices).toContain(
      `${idOf(index)}: new files outside its zone were left out: ${path} (a line in .gitignore hides what commands make)`,
    );
    expect(court.changed()).toEqual([]);
    expect(court.house.read(path)).not.toBe('forged\n');
    expect(court.house.store('log', '--all', '--format=%H', '--', path)).toBe('');
  });
});

test('what is written through a folder of the zone that became a link stays behind', async () => {
  const through = (tree: string): void => {
    rmSync(join(tree, 'src/backend'), { recursive: true });
    symlinkSync('frontend', join(tree, 'src/backend'));
    put(tree, 'src/backend/page.txt', 'x\n');
    put(tree, 'src/backend/through.txt', 'x\n');
  };
  court = await commanded([through]);
  expect(court.verdict(0)).toContain('src/frontend/page.txt is outside the zone');
  expect(court.changed()).toEqual([]);
  court.house.close();
});
