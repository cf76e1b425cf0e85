/** A repository with a worktree, a HOME with a secret, and a sandbox that shows the worktree. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox, SandboxedCommand } from '../../src/shell/sandbox.ts';
import { realClock } from './shell-clock.ts';
import { bwrapPath, testSandbox, timeless } from './shell-sandbox.ts';

export interface Rig {
  base: string;
  home: string;
  /** Its `.git/kleiber` holds a secret. */
  repository: string;
  worktree: string;
  sandbox: Sandbox;
  run(command: string, change?: Partial<SandboxedCommand>): Promise<ReturnType<typeof timeless>>;
  remove(): void;
}

export const git = (folder: string, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: folder, encoding: 'utf8' });

export async function makeRig(): Promise<Rig> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-sandbox-')));
  const home = join(base, 'home');
  const repository = join(base, 'repository');
  const worktree = join(base, 'worktree');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh/id_ed25519'), 'secret');
  makeRepository(repository, worktree);
  const sandbox = await testSandbox(home, [repository], [join(base, 'state')]);
  return {
    ...{ base, home, repository, worktree, sandbox },
    run: async (command, change = {}) =>
      timeless(await sandbox.run({ worktree, command, timeoutMs: 20_000, writable: true, binds: [], ...change })),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function makeRepository(repository: string, worktree: string): void {
  mkdirSync(repository);
  git(repository, 'init', '-q', '-b', 'main');
  writeFileSync(join(repository, 'a.txt'), 'a\n');
  git(repository, 'add', '.');
  git(repository, 'commit', '-q', '-m', 'first');
  git(repository, 'worktree', 'add', '-q', '--detach', worktree);
  mkdirSync(join(repository, '.git/kleiber'));
  writeFileSync(join(repository, '.git/kleiber/state.db'), 'secret');
}

/** Options without anything of the caller's environment or repositories. */
export const bareOptions = (home: string) => ({
  ...{ bwrapPath, home, environment: {}, repositoryRoots: [], hidden: [] },
  clock: realClock,
});
