/** Zones: where a task may write, and what may never land, whatever a task says. */
import { describe, expect, test } from 'vitest';
import { differenceFaults, globsOutsideRole, linkFault, type Zone, zoneFault, zoneOf } from '../../src/policy/zones.ts';
import { headOf, roleOf } from '../support/policy-values.ts';

const GIT = 'it is a name that belongs to git';
const RECORD = 'only kleiber writes there';
const RUNS = 'it runs code elsewhere, so only a task that names it may change it';

const everywhere: Zone = { files: ['**'], rolePaths: null, widened: [] };
const backend: Zone = { files: ['src/backend/**', 'docs/api.md'], rolePaths: ['src/**'], widened: [] };

describe('the zone of a task', () => {
  test('is its own files, of which the role leaves what lies in its paths', () => {
    const role = roleOf('engineer-frontend', { paths: ['/src/frontend/*', '/src/components/*'] });
    expect(zoneOf(headOf({ files: ['src/frontend/**', 'src/*'] }), role, ['docs/*'])).toEqual({
      files: ['src/frontend/**', 'src/**'],
      rolePaths: ['src/frontend/**', 'src/components/**'],
      widened: ['docs/**'],
    });
  });

  test('is the paths of the role for a task that names no files', () => {
    const role = roleOf('scribe', { paths: ['/docs/*', '*.md'] });
    expect(zoneOf(headOf({ files: [] }), role, [])).toEqual({
      files: ['docs/**', '*.md'],
      rolePaths: ['docs/**', '*.md'],
      widened: [],
    });
  });

  test('is nothing for a task without files of a role without paths', () => {
    const zone = zoneOf(headOf({ files: [] }), roleOf('uat'), []);
    expect([zone, zoneFault(zone, 'a.ts')]).toEqual([
      { files: [], rolePaths: null, widened: [] },
      'the task may write nothing',
    ]);
  });

  test.each<[string, string | null]>([
    ['src/backend/routes/basket.ts', null],
    ['src/backend', null],
    ['src/frontend/basket.tsx', 'the task may write src/backend/**, docs/api.md'],
    ['SRC/backend/basket.ts', 'the task may write src/backend/**, docs/api.md'],
    ['docs/api.md', 'the role works in src/**'],
    ['', 'the task may write src/backend/**, docs/api.md'],
  ])('path %j: %s', (path, fault) => {
    expect(zoneFault(backend, path)).toBe(fault);
  });

  test('a role that reads only has no folder to work in', () => {
    expect(zoneFault({ files: ['**'], rolePaths: [], widened: [] }, 'src/a.ts')).toBe(
      'the role works in no folder of this repository',
    );
  });

  test('is widened by a person beyond the task and the role', () => {
    const widened = { ...backend, widened: ['src/frontend/api/**', 'docs/api.md'] };
    expect(
      ['src/frontend/api/basket.ts', 'docs/api.md', 'src/frontend/page.tsx'].map(path => zoneFault(widened, path)),
    ).toEqual([null, null, 'the task may write src/backend/**, docs/api.md']);
  });
});

describe('what belongs to git', () => {
  test.each([
    '.git',
    '.git/config',
    'src/.git/hooks/post-checkout',
    '.GIT/config',
    '.Git',
    '.git.',
    '.git ',
    '.git . .',
    'git~1',
    'GIT~1/config',
    'git~2/config',
    '.g\u200cit/config',
    '.gi\u200et/config',
    '\ufeff.git/config',
    '.git::$INDEX_ALLOCATION/config',
    '.git:stream',
  ])('%j is never written, whatever the task names and a person widens', path => {
    expect(zoneFault({ files: [path, '**'], rolePaths: null, widened: ['**', path] }, path)).toBe(GIT);
  });

  test.each(['.gitignore', 'git', 'src/git/git.ts', '.gitkeep', 'git~x', 'a.git', 'legit/b', 'git~1a'])(
    '%s only looks a little like it',
    path => {
      expect(zoneFault(everywhere, path)).toBeNull();
    },
  );
});

describe('what only kleiber writes', () => {
  test.each([
    'tasks/engineer-backend/a.md',
    'progress/x/a-started.md',
    'complete/x/a-done.md',
    'blocked/x/a-conflict.md',
    'reports/a-validation.md',
    'orchestration_log.md',
    'kleiber.yml',
    '.claude/agents/scribe.md',
    '.claude/settings.json',
    'Tasks/engineer-backend/a.md',
    'TASKS/a.md',
    'Orchestration_Log.MD',
    'Kleiber.yml',
    '.Claude/agents/scribe.md',
    'tasks',
    'reports',
  ])('%s, whatever the task names and a person widens', path => {
    expect(zoneFault({ files: [path, '**'], rolePaths: null, widened: ['**', path] }, path)).toBe(RECORD);
  });

  test.each([
    'docs/tasks/a.md',
    'src/reports/a.ts',
    'PROGRESS.md',
    'CHANGELOG.md',
    'docs/orchestration_log.md',
    'tasks.ts',
  ])('%s is work like any other', path => {
    expect(zoneFault(everywhere, path)).toBeNull();
  });
});

describe('what runs code elsewhere', () => {
  const paths = [
    '.github/workflows/ci.yml',
    '.mcp.json',
    '.vscode/tasks.json',
    '.idea/runConfigurations/a.xml',
    '.devcontainer/devcontainer.json',
    '.envrc',
    '.GitHub/workflows/ci.yml',
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    '.husky/pre-commit',
    '.githooks/pre-push',
    '.gitmodules',
    '.gitattributes',
    'src/backend/.gitattributes',
    'Jenkinsfile',
    'azure-pipelines.yml',
    '.pre-commit-config.yaml',
  ];

  test.each(paths)('%s is not reached by a wildcard', path => {
    expect(zoneFault({ ...everywhere, files: ['**', '*', '*/**', 'src/**', '.*', '*.yml'] }, path)).toBe(RUNS);
  });

  test.each(paths)('%s is written by a task that names it', path => {
    expect(zoneFault({ ...everywhere, files: ['src/**', path] }, path)).toBeNull();
  });

  test.each<[string, string]>([
    ['.github/workflows/*', '.github/workflows/ci.yml'],
    ['.github/**', '.github/workflows/ci.yml'],
    ['src/**/.gitattributes', 'src/backend/.gitattributes'],
  ])('%s names %s', (glob, path) => {
    expect(zoneFault(zoneOf(headOf({ files: [glob] }), roleOf('github'), []), path)).toBeNull();
  });

  test('naming one does not name another', () => {
    const zone = { ...everywhere, files: ['.github/workflows/ci.yml', '**'] };
    expect([zoneFault(zone, '.github/workflows/release.yml'), zoneFault(zone, '.husky/pre-commit')]).toEqual([
      RUNS,
      RUNS,
    ]);
  });

  test('a role may still forbid what the task names', () => {
    const zone: Zone = { files: ['.github/**'], rolePaths: ['src/**'], widened: [] };
    expect(zoneFault(zone, '.github/workflows/ci.yml')).toBe('the role works in src/**');
  });

  test('a person may widen to it', () => {
    const zone: Zone = { ...backend, widened: ['.github/workflows/ci.yml'] };
    expect(zoneFault(zone, '.github/workflows/ci.yml')).toBeNull();
  });
});

test('a name that is not UTF-8 is outside every zone', () => {
  expect(zoneFault({ ...everywhere, widened: ['**'] }, 'src/\ufffd.ts')).toBe('its name is not valid UTF-8');
});

test('a difference is faulty where a path leaves the zone, deletions too, and where a repository is nested', () => {
  expect(
    differenceFaults(backend, [
      { path: 'src/backend/a.ts', status: 'modified', mode: '100644' },
      { path: 'src/backend/run.sh', status: 'created', mode: '100755' },
      { path: 'src/backend/vendor', status: 'created', mode: '160000' },
      { path: 'tests/a.test.ts', status: 'deleted', mode: '000000' },
      { path: 'tasks/x/a.md', status: 'created', mode: '100644' },
    ]),
  ).toEqual([
    'src/backend/vendor is a nested repository; those do not land',
    'tests/a.test.ts is outside the zone: the task may write src/backend/**, docs/api.md',
    'tasks/x/a.md is outside the zone: only kleiber writes there',
  ]);
});

describe('symbolic links', () => {
  test.each<[string, string, string | null]>([
    ['a', 'b', null],
    ['docs/latest', 'v2', null],
    ['docs/latest', './v2/', null],
    ['docs/latest', '../src/backend', null],
    ['src/a/b', '../..', null],
    ['a', '/etc/passwd', 'a is a symbolic link to an absolute path'],
    ['a', '..', 'a is a symbolic link that leaves the repository'],
    ['docs/latest', '../../other', 'docs/latest is a symbolic link that leaves the repository'],
    ['src/a/b', './../.././..', 'src/a/b is a symbolic link that leaves the repository'],
    ['a', 'b/../../etc', 'a is a symbolic link that climbs after a name'],
    ['a', 'self/self/../../../etc', 'a is a symbolic link that climbs after a name'],
    ['a', 'b/..', 'a is a symbolic link that climbs after a name'],
    ['hooks', '.git/hooks', 'hooks is a symbolic link into a folder of git'],
    ['src/g', '../.GIT', 'src/g is a symbolic link into a folder of git'],
  ])('%s to %s: %s', (path, target, fault) => {
    expect(linkFault(path, target)).toBe(fault);
  });
});

describe('the files of a task and the paths of its role', () => {
  test.each<[string[], string[] | null, string[]]>([
    [['src/frontend/**', 'src/frontend/a.ts'], ['/src/frontend/*'], []],
    [['src/**', 'src/backend/a.ts', 'docs/*'], ['/src/frontend/*'], ['src/**', 'src/backend/a.ts', 'docs/*']],
    [['docs/**', 'CHANGELOG.md', 'src/README.md'], ['/docs/*', '*.md'], ['src/README.md']],
    [['src/**'], [], ['src/**']],
    [['anything/**'], null, []],
  ])('%j and %j leave outside: %j', (files, rolePaths, outside) => {
    expect(globsOutsideRole(files, rolePaths)).toEqual(outside);
  });
});
