/** Makes the sample: a repository of its own with one commit, by somebody who exists only here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result } from '../../domain/result.ts';
import type { GitFailure } from '../../git/git.ts';
import { attempt, gitAt } from '../../git/git-command.ts';
import type { GitEnvironment } from '../../git/git-environment.ts';
import { shopBackend } from './shop-backend.ts';
import { shopFrontend } from './shop-frontend.ts';
import { shopHistory } from './shop-history.ts';
import { shopProject } from './shop-project.ts';

/** Every file of the shop, by its path. */
export const SHOP: Readonly<Record<string, string>> = {
  ...shopProject,
  ...shopBackend,
  ...shopFrontend,
  ...shopHistory,
};

/** Who the visitor is in the sample; answers are recorded under this name. */
export const VISITOR = { name: 'You', email: 'you@example.com' };

const DATE = '2026-11-20T09:00:00Z';

/** `root` must not hold anything yet. The identity goes into the repository's own settings. */
export async function writeShop(root: string, environment: GitEnvironment): Promise<Result<void, GitFailure>> {
  for (const [path, text] of Object.entries(SHOP)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const git = gitAt(environment, { gitDir: join(root, '.git'), workTree: root });
  const steps = [
    ['init', '--quiet', '--initial-branch=main', root],
    ['config', 'user.name', VISITOR.name],
    ['config', 'user.email', VISITOR.email],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Corner shop 1.3.0'],
  ];
  for (const step of steps) {
    const done = await attempt(git, step, { variables: { GIT_AUTHOR_DATE: DATE, GIT_COMMITTER_DATE: DATE } });
    if (!done.ok) return done;
  }
  return ok(undefined);
}
