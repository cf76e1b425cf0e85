/** A stranger's Python project: a virtual environment that git was never told to ignore, and unittest. */
import '../support/journey-patience.ts';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllLanded, freshClone, statusOf } from '../support/journey-checks.ts';
import { builds, planOf, scripted } from '../support/journey-models.ts';
import { Journey } from '../support/journey-rig.ts';

const CHECK = 'PATH="$PWD/.venv/bin:$PATH" python3 -m unittest discover -s tests -t .';

const testOf = (name: string, assertion: string): string =>
  `import unittest\n\nfrom sample.${name} import ${name}\n\n\nclass Test(unittest.TestCase):\n    def test_${name}(self):\n        self.assertEqual(${assertion})\n`;

const MEDIAN = {
  'sample/median.py':
    'from tinysort import ordered\n\n\ndef median(values):\n    return ordered(values)[len(values) // 2]\n',
  'tests/test_median.py': testOf('median', 'median([3, 1, 2]), 2'),
};
const SUMMARY = {
  'sample/summary.py':
    'from sample.mean import mean\nfrom sample.median import median\n\n\ndef summary(values):\n    return f"{mean(values)} {median(values)}"\n',
  'tests/test_summary.py': testOf('summary', 'summary([1, 2, 3]), "2.0 2"'),
};

const TITLES = ['The median of a sample', 'A summary of a sample'];
/** What the scribe adds by itself: the plan has two waves. */
const WRITTEN_DOWN = [1, 2].map(wave => `Write down what landed up to wave ${wave}`);
const PLAN = planOf([
  { key: 'median', agent: 'engineer-backend', title: TITLES[0] ?? '', files: Object.keys(MEDIAN) },
  {
    key: 'summary',
    agent: 'engineer-backend',
    title: TITLES[1] ?? '',
    files: Object.keys(SUMMARY),
    depends_on: ['median'],
  },
]);

const models = scripted({
  tasks: {
    'title: The median of a sample': builds(MEDIAN, CHECK),
    'title: A summary of a sample': builds(SUMMARY, CHECK),
  },
});

/** As `python3 -m venv` and pip leave it; the package in it stands nowhere in the repository. */
function makeEnvironment(journey: Journey, folder = journey.repository): void {
  journey.run('python3', ['-m', 'venv', '--without-pip', '.venv'], folder);
  const python = join(folder, '.venv/bin/python3');
  const packages = journey.run(python, ['-c', 'import site; print(site.getsitepackages()[0])'], folder).trim();
  const module = join(relative(journey.repository, packages), 'tinysort.py');
  journey.write({ [module]: 'def ordered(values):\n    return sorted(values)\n' });
}

describe('a Python project', () => {
  let journey: Journey;

  beforeAll(async () => {
    journey = await Journey.open(models, { name: 'sample' });
    journey.commit({
      'pyproject.toml': '[project]\nname = "sample"\nversion = "1.0.0"\ndependencies = ["tinysort"]\n',
      'sample/__init__.py': '',
      'sample/mean.py':
        'from tinysort import ordered\n\n\ndef mean(values):\n    return sum(ordered(values)) / len(values)\n',
      'tests/__init__.py': '',
      'tests/test_mean.py': testOf('mean', 'mean([1, 2, 3]), 2'),
    });
    makeEnvironment(journey);
    await journey.must('init', '--yes');
    journey.git('add', '-A');
    journey.git('commit', '-qm', 'kleiber');
  });
  afterAll(() => journey.close());

  test('is understood by init: its runner, its environment, its folders', () => {
    expect(journey.read('kleiber.yml').replaceAll(/^#.*\n|^\n/gm, '')).toBe(
      [
        'checks:',
        '  - name: unittest',
        `    command: ${CHECK}`,
        'deps: [ .venv ]',
        'roles:',
        '  engineer-backend:',
        '    paths:',
        '      - sample/**',
        '      - tests/**',
        '  scribe:',
        '    paths:',
        '      - docs/**',
        '      - "*.md"',
        '',
      ].join('\n'),
    );
    expect(journey.read('.gitignore')).toBe('.venv/\n');
    expect(journey.git('ls-files', '.venv')).toBe('');
  });

  test('has what a run needs, says doctor', async () => {
    const { findings, ...envelope } = await journey.json('doctor');
    expect(envelope).toEqual({ schemaVersion: 1, kind: 'doctor' });
    expect(findings).not.toContainEqual(expect.objectContaining({ state: 'bad' }));
    expect(findings).toContainEqual({ what: 'key', state: 'ok', found: 'the API accepts it' });
  });

  test('takes a plan from a file, gives it back whole, and takes it again', async () => {
    journey.write({ '../plan.json': JSON.stringify(PLAN) });
    const before = journey.git('status', '--porcelain', '--untracked-files=all');
    const shown = await journey.must('plan', '--from', '../plan.json', '--dry-run');
    expect(shown).toMatch(/^plan p[0-9a-f]+: 2 tasks\n/);
    expect(journey.git('status', '--porcelain', '--untracked-files=all')).toBe(before);

    const { plan } = await journey.json('plan', '--from', '../plan.json', '--yes');
    expect(journey.git('status', '--porcelain', '--untracked-files=all').split('\n')).toEqual([
      `?? tasks/engineer-backend/${plan}-01-median.md`,
      `?? tasks/engineer-backend/${plan}-02-summary.md`,
    ]);
    await journey.must('plan', '--undo', String(plan));
    expect(journey.git('status', '--porcelain', '--untracked-files=all')).toBe(before);
    expect(journey.requests()).toEqual([]);
  });

  test('lands the plan when workers run, on the branch, paid and recorded', async () => {
    await journey.must('plan', '--from', '../plan.json', '--yes');
    await journey.must('work', '--all', '--until-idle');
    await expectAllLanded(journey, [...TITLES, ...WRITTEN_DOWN]);
    expect(journey.git('status', '--porcelain', '--ignored=no')).toBe('');
  });

  test('passes its own tests in a fresh clone', () => {
    const clone = freshClone(journey);
    makeEnvironment(journey, clone);
    expect(journey.run('sh', ['-c', `${CHECK} 2>&1`], clone)).toMatch(/Ran 3 tests[\s\S]*\nOK\n/);
  });

  test('shows the difference and the prompt of a task', async () => {
    const { tasks } = await statusOf(journey);
    const id = tasks.find(({ title }) => title === TITLES[0])?.id ?? '';
    const shown = await journey.must('show', id, '--diff');
    expect(shown.match(/^diff --git .*$/gm)).toEqual([
      'diff --git a/sample/median.py b/sample/median.py',
      'diff --git a/tests/test_median.py b/tests/test_median.py',
    ]);
    expect(await journey.must('show', id, '--prompt')).toContain('## Description\n\nThe median of a sample.');
  });

  test('is left without worktrees by clean, and keeps what was in them', async () => {
    const said = await journey.must('clean', '--yes');
    const removed = [...said.matchAll(/^removed (\S+); kept as (\S+)$/gm)];
    expect(removed.length).toBeGreaterThan(0);
    for (const [, path = ''] of removed) expect(existsSync(path)).toBe(false);
    expect(await journey.must('clean', '--dry-run')).toBe('nothing to clean: no idle worktree\n');
    await expectAllLanded(journey, [...TITLES, ...WRITTEN_DOWN]);
  });
});
