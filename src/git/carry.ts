/**
 * Objects of the store into the user's object database. No fetch and no push: both would read the user's settings,
 * and those may rewrite addresses or name programs. The receiving git works under the store's own settings.
 */
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, failureOf, type GitPlace, must, pipeGit, succeeded, textOf } from './git-command.ts';
import { objectId, type StoreContext } from './store-context.ts';
import type { UserRepository } from './user-repository.ts';

const PACK = ['pack-objects', '--revs', '--thin', '--stdout', '--delta-base-offset', '--quiet'];

/**
 * One pack is two syncs where single objects are one each. `--strict` checks every object, and that all it names is
 * there, before the pack can be seen.
 */
const UNPACK = ['index-pack', '--stdin', '--fix-thin', '--strict'];

/** Sends what `commit` needs beyond `known`, commits that both sides have. A kill leaves objects that nobody names. */
export async function carryObjects(
  store: StoreContext,
  repository: UserRepository,
  commit: string,
  known: readonly string[],
): Promise<Result<void, GitFailure>> {
  const revisions = [objectId(commit), ...known.map(id => `^${objectId(id)}`)];
  const from: GitPlace = { gitDir: store.path };
  const to: GitPlace = {
    gitDir: store.path,
    variables: { GIT_OBJECT_DIRECTORY: join(repository.commonDir, 'objects') },
  };
  const [packed, unpacked] = await pipeGit(
    store.environment,
    { place: from, args: PACK },
    `${revisions.join('\n')}\n`,
    { place: to, args: UNPACK },
  );
  if (!succeeded(packed)) return fail(failureOf(PACK, packed));
  return succeeded(unpacked) ? ok(undefined) : fail(failureOf(UNPACK, unpacked));
}

/** Tips of the user's branches that the store has too: what need not be sent. */
export async function commonTips(
  store: StoreContext,
  repository: UserRepository,
): Promise<Result<string[], GitFailure>> {
  const tips = await attempt(repository.git, ['for-each-ref', '--format=%(objectname)', 'refs/heads']);
  if (!tips.ok) return tips;
  const found = await must(store.git, ['cat-file', '--batch-check'], { input: tips.value.stdout });
  const commits = textOf(found).split('\n');
  return ok(commits.filter(line => line.includes(' commit ')).map(line => line.slice(0, line.indexOf(' '))));
}
