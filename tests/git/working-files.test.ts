import { expect, test } from 'vitest';
import { workingFiles } from '../../src/git/working-files.ts';
import { GitSandbox } from '../support/git-sandbox.ts';

test('installed packages are nobody’s own files where the ignore file has forgotten them, unless they are tracked', async () => {
  const sandbox = new GitSandbox();
  sandbox.commit(sandbox.user, { 'a.py': 'a', 'packages/x/node_modules/kept/index.js': 'k' });
  sandbox.write(sandbox.user, {
    '.venv/pyvenv.cfg': 'v',
    'node_modules/m/index.js': 'm',
    'packages/y/node_modules/m/index.js': 'm',
    '__pycache__/a.pyc': 'c',
    'vendor/mine.py': 'mine',
  });
  const files = await workingFiles(sandbox.user, sandbox.environment);
  expect(files.ok ? files.value.sort() : files).toEqual([
    'a.py',
    'packages/x/node_modules/kept/index.js',
    'vendor/mine.py',
  ]);
  sandbox.remove();
});

test('the files of a checkout are the tracked and the new ones, and looking at them runs nothing', async () => {
  const sandbox = new GitSandbox();
  const canary = sandbox.canary('status');
  sandbox.commit(sandbox.user, { 'src/a.ts': 'a', '.gitignore': '*.log\n' });
  sandbox.git(sandbox.user, 'config', 'core.fsmonitor', canary.program);
  sandbox.write(sandbox.user, { 'new file.ts': 'n', 'x.log': 'ignored' });
  const files = await workingFiles(sandbox.user, sandbox.environment);
  expect(files.ok ? files.value.sort() : files).toEqual(['.gitignore', 'new file.ts', 'src/a.ts']);
  expect(canary.hasRun()).toBe(false);
  const missing = await workingFiles(sandbox.home, sandbox.environment);
  expect(missing).toEqual({ ok: false, failure: { reason: 'not_a_repository', path: sandbox.home } });
  sandbox.remove();
});
