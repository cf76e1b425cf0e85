/**
 * Objects of the store into the user's object database. No fetch and no push: both would read the user's settings,
 * and those may rewrite addresses or name programs. The receiving git works under the store's own settings.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, failureOf, type GitOutput, must, pipeGit, succeeded, textOf } from './git-command.ts';
import type { GitPlace } from './git-environment.ts';
import { objectId, type StoreContext } from './store-context.ts';
import type { UserRepository } from './user-repository.ts';

const PACK = ['pack-objects', '--revs', '--thin', '--stdout', '--delta-base-offset', '--quiet'];

/** What stands in the file that keeps a pack of ours. */
const MARK = 'kleiber';

/**
 * One pack is two syncs where single objects are one each. `--strict` checks every object, and that all it names is
 * there, before the pack can be seen. `--keep`: until a ref names them, a `git gc --prune=now` of the user's would throw the
 * objects away again, and the branch that is moved to them meanwhile would point at nothing.
 */
const UNPACK = ['index-pack', '--stdin', '--fix-thin', '--strict', `--keep=${MARK}`];

/** A clean-up of the user's may also take the file of a pack that is still being written. */
const TRIES = 3;

/** Objects that were brought over and are kept, whatever the user cleans up, until they are let go. */
export interface Carried {
  /** Called when a ref names them, or when they are not needed. */
  letGo(): Promise<void>;
}

/** Sends what `commit` needs beyond `known`, commits that both sides have. A kill leaves objects that nobody names. */
export async function carryObjects(
  store: StoreContext,
  repository: UserRepository,
  commit: string,
  known: readonly string[],
): Promise<Result<Carried, GitFailure>> {
  const revisions = [objectId(commit), ...known.map(id => `^${objectId(id)}`)];
  const objects = join(repository.commonDir, 'objects');
  const from: GitPlace = { gitDir: store.path };
  const to: GitPlace = { gitDir: store.path, variables: { GIT_OBJECT_DIRECTORY: objects } };
  for (let tries = 1; ; tries += 1) {
    const [packed, unpacked] = await pipeGit(
      store.environment,
      { place: from, args: PACK },
      `${revisions.join('\n')}\n`,
      { place: to, args: UNPACK },
    );
    // A reader that fails cuts off its writer, so the reader's reason comes first.
    if (succeeded(packed) && succeeded(unpacked)) return ok({ letGo: () => letGo(join(objects, 'pack'), unpacked) });
    if (tries === TRIES) return fail(succeeded(unpacked) ? failureOf(PACK, packed) : failureOf(UNPACK, unpacked));
  }
}

/** Does what makes a ref name the objects, or finds that it has to wait: then another time brings them again. */
export async function whileKept<Value>(
  carried: Result<Carried, GitFailure>,
  use: () => Promise<Result<Value, GitFailure>>,
): Promise<Result<Value, GitFailure>> {
  if (!carried.ok) return carried;
  try {
    return await use();
  } finally {
    await carried.value.letGo();
  }
}

/** A mark this much older than the newest one was left by a process that is dead. */
const LEFT_BEHIND_MS = 3_600_000;

/** Takes our mark from the pack that index-pack has named, and from packs of deliveries that were killed long ago. */
async function letGo(folder: string, { stdout }: GitOutput): Promise<void> {
  const own = `pack-${stdout.toString().trim().split('\t')[1]}.keep`;
  const nowMs = await timeOf(join(folder, own));
  for (const name of await readdir(folder)) {
    const mark = join(folder, name);
    if (!name.endsWith('.keep') || (await textOfMark(mark)) !== MARK) continue;
    if (name === own || nowMs - (await timeOf(mark)) > LEFT_BEHIND_MS) await rm(mark, { force: true });
  }
}

// Somebody else may have removed it in between.
const timeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.mtimeMs ?? 0;
const textOfMark = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

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
