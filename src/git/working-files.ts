/** The files of the user's checkout as git sees them: tracked, and untracked ones that are not ignored. */
import { ok, type Result } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, nulSeparated } from './git-command.ts';
import type { GitEnvironment } from './git-environment.ts';
import { disarmed, findRepository } from './user-repository.ts';

/** Installed packages are nobody's own files, even where the ignore file has forgotten them; tracked ones count. */
const INSTALLED = ['node_modules/', '.venv/', '__pycache__/'].map(pattern => `--exclude=${pattern}`);

/** Paths relative to the top of the work tree. */
export async function workingFiles(path: string, environment: GitEnvironment): Promise<Result<string[], GitFailure>> {
  const repository = await findRepository(path, environment);
  if (!repository.ok) return repository;
  const git = await disarmed(repository.value);
  if (!git.ok) return git;
  const listed = await attempt(git.value, [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    ...INSTALLED,
    '-z',
  ]);
  return listed.ok ? ok(nulSeparated(listed.value.stdout)) : listed;
}
