/**
 * Puts record files that already lie in the user's checkout, byte for byte as delivered, into the user's index:
 * git refuses to fast-forward over an untracked or changed file even when it is identical.
 */
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf } from '../domain/batches.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, type Git, must, nulSeparated } from './git-command.ts';
import { type RawChange, rawChanges } from './history.ts';
import { objectId, type StoreContext } from './store-context.ts';
import type { UserRepository } from './user-repository.ts';

export interface Delivery {
  store: StoreContext;
  repository: UserRepository;
  tip: string;
  commit: string;
}

/** Index lines that stage record files, and the lines that bring back what was staged before. */
export interface Staging {
  lines: readonly string[];
  undo: readonly string[];
}

type IsRecordPath = (path: string) => boolean;

const ABSENT = '000000';
const PATHS_PER_CALL = 500;
/** Each takes a descriptor. */
const FILES_AT_ONCE = 50;

/** Git's id of the bytes in the work tree, or null where no plain file lies. */
async function fileId(repository: UserRepository, path: string): Promise<string | null> {
  const file = join(repository.root, path);
  const found = await lstat(file).catch(() => null);
  if (found?.isFile() !== true) return null;
  const bytes = await readFile(file);
  return createHash(repository.objectFormat).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Mode and id per path as staged; a path in conflict has several and is left alone. */
async function stagedEntries(git: Git, paths: readonly string[]): Promise<Result<Map<string, string>, GitFailure>> {
  const entries = new Map<string, string>();
  for (const some of batchesOf(paths, PATHS_PER_CALL)) {
    const args = ['ls-files', '--stage', '-z', '--', ...some];
    const listed = await attempt(git, args);
    if (!listed.ok) return listed;
    for (const line of nulSeparated(listed.value.stdout)) {
      const border = line.indexOf('\t');
      const [mode = '', id = '', stage = ''] = line.slice(0, border).split(' ');
      entries.set(line.slice(border + 1), stage === '0' ? `${mode} ${id}` : 'conflict');
    }
  }
  return ok(entries);
}

/** Blobs that are in the delivered history, so that a staged one of them can be replaced and nothing is lost. */
async function deliveredObjects({ store, tip, commit }: Delivery): Promise<Set<string>> {
  const args = ['rev-list', '--objects', '--no-object-names', `${objectId(tip)}..${objectId(commit)}`];
  return new Set((await must(store.git, args)).stdout.toString().split('\n'));
}

const entryOf = (mode: string, id: string): string | undefined => (mode === ABSENT ? undefined : `${mode} ${id}`);

/** Changes whose staged side may be replaced: unstaged by the user, or left by a delivery that was killed. */
async function replaceable(
  delivery: Delivery,
  changes: readonly RawChange[],
  staged: Map<string, string>,
): Promise<RawChange[]> {
  let delivered: Set<string> | null = null;
  const found: RawChange[] = [];
  for (const change of changes) {
    const entry = staged.get(change.path);
    if (entry === entryOf(change.newMode, change.newId)) continue;
    if (entry === entryOf(change.oldMode, change.oldId)) {
      found.push(change);
    } else if (entry !== undefined) {
      delivered ??= await deliveredObjects(delivery);
      if (delivered.has(entry.slice(entry.indexOf(' ') + 1))) found.push(change);
    }
  }
  return found;
}

const indexLine = (entry: string | undefined, path: string, width: number): string =>
  entry === undefined ? `0 ${'0'.repeat(width)}\t${path}\0` : `${entry}\t${path}\0`;

export async function writeIndex(git: Git, lines: readonly string[]): Promise<Result<unknown, GitFailure>> {
  if (lines.length === 0) return ok(undefined);
  return attempt(git, ['update-index', '-z', '--index-info'], { input: lines.join('') });
}

/** Record paths that the delivery changes and whose bytes in the work tree equal the delivered commit's. */
async function equalFiles(delivery: Delivery, isRecordPath: IsRecordPath): Promise<RawChange[]> {
  const { store, repository, tip, commit } = delivery;
  const changes = (await rawChanges(store, tip, commit)).filter(
    change => change.newMode === '100644' && isRecordPath(change.path),
  );
  const equal: RawChange[] = [];
  // One by one each would wait for the loop of a process that is busy starting others, hundreds of times.
  for (const some of batchesOf(changes, FILES_AT_ONCE)) {
    const ids = await Promise.all(some.map(({ path }) => fileId(repository, path)));
    equal.push(...some.filter(({ newId }, index) => ids[index] === newId));
  }
  return equal;
}

/** Which record files to stage, and how to take it back. Changes nothing. */
export async function planStaging(
  delivery: Delivery,
  isRecordPath: IsRecordPath,
): Promise<Result<Staging, GitFailure>> {
  const width = delivery.tip.length;
  const equal = await equalFiles(delivery, isRecordPath);
  const paths = equal.map(change => change.path);
  const staged = await stagedEntries(delivery.repository.git, paths);
  if (!staged.ok) return staged;
  const chosen = await replaceable(delivery, equal, staged.value);
  return ok({
    lines: chosen.map(({ newMode, newId, path }) => indexLine(entryOf(newMode, newId), path, width)),
    undo: chosen.map(({ path }) => indexLine(staged.value.get(path), path, width)),
  });
}
