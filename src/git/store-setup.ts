/** Makes or finds `<commonDir>/kleiber/store.git`: a bare repository that only kleiber writes, with settings of its own. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, gitAt } from './git-command.ts';
import type { UserRepository } from './user-repository.ts';

/** Beside the store's `config`: the global settings of a fetch, whose reading end runs in the user's repository. */
export const FETCH_SETTINGS = 'fetch-settings';

/** The user's git vouched for the checkout before, with the user's own `safe.directory`; this says so to the reading end. */
const FETCH_SETTINGS_TEXT = '[safe]\n\tdirectory = *\n';

/**
 * Objects and refs are synced, the index is not: it is rebuilt from a commit. Names that Windows or macOS would take
 * for `.git` are let into trees, because policy can only refuse what a tree shows. A record commit stays one pack
 * (two syncs instead of one per file); `upkeep` joins them.
 */
const storeSettings = (format: 'sha1' | 'sha256'): string => `[core]
	repositoryFormatVersion = ${format === 'sha1' ? 0 : 1}
	bare = true
	fileMode = true
	symlinks = true
	logAllRefUpdates = false
	hooksPath = /dev/null
	fsmonitor = false
	fsync = objects,derived-metadata,reference
	protectNTFS = false
	protectHFS = false
[gc]
	auto = 0
[maintenance]
	auto = false
[checkout]
	workers = 0
[fetch]
	fsckObjects = false
[fastimport]
	unpackLimit = 1
${format === 'sha1' ? '' : '[extensions]\n\tobjectFormat = sha256\n'}`;

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    // Only "it can be opened" matters; what else is wrong shows when git opens it.
    return false;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync();
  await folder.close();
}

/** A rename of a folder onto a folder with content fails: whoever comes second uses what the first one made. */
async function moveIntoPlace(fresh: string, place: string): Promise<void> {
  try {
    await rename(fresh, place);
  } catch (error) {
    if (!(await exists(join(place, 'config')))) throw error;
  }
}

async function create(place: string, repository: UserRepository): Promise<Result<void, GitFailure>> {
  const parent = join(place, '..');
  const fresh = join(parent, `store.${randomUUID()}`);
  await mkdir(parent, { recursive: true });
  try {
    return await createAt(fresh, place, repository);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function createAt(
  fresh: string,
  place: string,
  { objectFormat, environment }: UserRepository,
): Promise<Result<void, GitFailure>> {
  const init = ['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`];
  const made = await attempt(gitAt(environment, { gitDir: fresh }), init);
  if (!made.ok) return made;
  await writeFile(join(fresh, 'config'), storeSettings(objectFormat), { flush: true });
  await writeFile(join(fresh, FETCH_SETTINGS), FETCH_SETTINGS_TEXT, { flush: true });
  await syncFolder(fresh);
  await moveIntoPlace(fresh, place);
  await syncFolder(join(place, '..'));
  return ok(undefined);
}

/** The path of the store, made when it is missing. Two processes may do this at once: both get the same one. */
export async function prepareStore(repository: UserRepository): Promise<Result<string, GitFailure>> {
  const place = join(repository.commonDir, 'kleiber', 'store.git');
  if (await exists(join(place, 'config'))) return ok(place);
  const created = await create(place, repository);
  return created.ok ? ok(place) : fail(created.failure);
}
