import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNoSandbox } from '../../src/shell/no-sandbox.ts';
import type { SandboxedCommand } from '../../src/shell/sandbox.ts';
import { realClock } from '../support/shell-clock.ts';
import { exited, isReleased, pathEntries, timeless } from '../support/shell-sandbox.ts';

let base: string;
let worktree: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-unconfined-')));
  worktree = join(base, 'worktree');
  mkdirSync(join(worktree, 'src'), { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const sandbox = openNoSandbox({ home: '/home/somebody', pathEntries, clock: realClock });

async function run(command: string, change: Partial<SandboxedCommand> = {}) {
  const outcome = await sandbox.run({ worktree, command, timeoutMs: 10_000, writable: true, binds: [], ...change });
  return timeless(outcome);
}

describe('a command without a sandbox', () => {
  test('starts in the worktree, or in a folder of it', async () => {
    expect(await run('pwd')).toEqual(exited(`${worktree}\n`));
    expect(await run('pwd', { folder: 'src' })).toEqual(exited(`${join(worktree, 'src')}\n`));
  });

  test('is refused a folder outside', async () => {
    expect(await run('pwd', { folder: '../..' })).toEqual({
      kind: 'not_started',
      exitCode: null,
      output: '../.. is not inside the worktree',
    });
  });

  test('has a clean environment and what it was given', async () => {
    process.env.KLEIBER_CANARY = 'canary';
    const { output } = await run('env', { env: { GIVEN: 'yes' } });
    delete process.env.KLEIBER_CANARY;
    const names = output
      .trim()
      .split('\n')
      .map(line => line.split('=')[0]);
    const ours =
      'GIT_OPTIONAL_LOCKS GIT_PAGER GIT_TERMINAL_PROMPT HOME LANG PAGER PATH PYTHONDONTWRITEBYTECODE TERM'.split(' ');
    expect(names.sort()).toEqual([...ours, 'GIVEN', 'PWD', 'SHLVL', '_'].sort());
    expect(output).toContain('HOME=/home/somebody\n');
  });

  test('is killed with its group when its time is up', async () => {
    const outcome = await run('exec 9>lock; flock 9; sleep 1000 & sleep 1000', { timeoutMs: 1000 });
    expect(outcome).toEqual({ kind: 'timed_out', exitCode: null, output: '' });
    expect(isReleased(join(worktree, 'lock'))).toBe(true);
  });

  test('finds the dependency folders, which are gone from the worktree afterwards', async () => {
    mkdirSync(join(base, 'node_modules'));
    writeFileSync(join(base, 'node_modules/a'), 'installed');
    const binds = [{ source: join(base, 'node_modules'), at: 'web/node_modules' }];
    expect(await run('cat web/node_modules/a', { binds })).toEqual(exited('installed'));
    expect(existsSync(join(worktree, 'web/node_modules'))).toBe(false);
    expect(readFileSync(join(base, 'node_modules/a'), 'utf8')).toBe('installed');
  });

  test('a link that a killed run left behind is used and removed; a real folder stays', async () => {
    for (const name of ['left', 'own']) mkdirSync(join(base, name));
    symlinkSync(join(base, 'left'), join(worktree, 'left'));
    mkdirSync(join(worktree, 'own'));
    const binds = ['left', 'own'].map(name => ({ source: join(base, name), at: name }));
    await run('true', { binds });
    expect([existsSync(join(worktree, 'left')), existsSync(join(worktree, 'own'))]).toEqual([false, true]);
  });

  test('is another confinement than a sandbox', () => {
    expect([sandbox.kind, sandbox.fingerprint.length]).toEqual(['none', 64]);
  });
});
