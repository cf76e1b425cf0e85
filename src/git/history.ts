/** Reading commits and trees of the store: differences, contents, and what landed. */
import { batchesOf } from '../domain/batches.ts';
import type { ChangedFile } from '../domain/blocker.ts';
import { must, nulSeparated } from './git-command.ts';
import { objectId, type StoreContext, treeObject } from './store-context.ts';

const RAW = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev'];

/** One path of a tree difference with both sides; mode `000000` and a zero id mean that a side is absent. */
export interface RawChange {
  path: string;
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
}

export async function rawChanges(store: Pick<StoreContext, 'git'>, from: string, to: string): Promise<RawChange[]> {
  const output = await must(store.git, [...RAW, objectId(from), objectId(to)]);
  const fields = nulSeparated(output.stdout);
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', oldId = '', newId = ''] = (fields[index] ?? '').slice(1).split(' ');
    changes.push({ path: fields[index + 1] ?? '', oldMode, newMode, oldId, newId });
  }
  return changes;
}

const ABSENT = '000000';

function statusOf(change: RawChange): ChangedFile['status'] {
  if (change.oldMode === ABSENT) return 'created';
  return change.newMode === ABSENT ? 'deleted' : 'modified';
}

export async function changes(store: StoreContext, from: string, to: string): Promise<ChangedFile[]> {
  const raw = await rawChanges(store, from, to);
  return raw.map(change => ({ path: change.path, status: statusOf(change), mode: change.newMode }));
}

/** Cut at the end of a line, with a line that says how much is missing. */
export async function diff(
  store: StoreContext,
  from: string,
  to: string,
  maxBytes: number,
  space?: 'ignored',
): Promise<string> {
  const args = [
    'diff-tree',
    '-r',
    '-p',
    '-M',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
    ...(space === 'ignored' ? ['-w'] : []),
  ];
  const output = await must(store.git, [...args, objectId(from), objectId(to)], { cut: true, outputLimit: maxBytes });
  if (output.outputBytes <= maxBytes) return output.stdout.toString();
  const whole = output.stdout.subarray(0, output.stdout.lastIndexOf(0x0a) + 1);
  return `${whole}[cut: ${output.outputBytes - whole.length} of ${output.outputBytes} bytes are not shown]\n`;
}

/** Null for what is no file or link: absent, a folder, a gitlink. */
export async function readBlob(store: StoreContext, commit: string, path: string): Promise<Uint8Array | null> {
  const found = await store.readObject(`${objectId(commit)}:${path}`);
  return found?.type === 'blob' ? new Uint8Array(found.bytes) : null;
}

/** So many are held at once beside those that were found. */
const FILES_AT_ONCE = 50;

/** The files and links among these paths that are there, by path. */
export async function readBlobs(
  store: StoreContext,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const some of batchesOf(paths, FILES_AT_ONCE)) {
    const blobs = await Promise.all(some.map(path => readBlob(store, commit, path)));
    for (const [index, path] of some.entries()) {
      const bytes = blobs[index];
      if (bytes !== null && bytes !== undefined) found.set(path, bytes);
    }
  }
  return found;
}

interface TreeEntry {
  name: string;
  mode: string;
  object: string;
}

/** The top level of a commit's tree, in git's order. */
export async function rootEntries(store: StoreContext, commit: string): Promise<TreeEntry[]> {
  const { id, bytes } = await treeObject(store, commit);
  return treeEntries(bytes, id.length / 2);
}

/** A tree as git stores it: mode, name and the bytes of an id, again and again. `ls-tree` shows modes with six digits. */
function treeEntries(tree: Buffer, idBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < tree.length; ) {
    const [space, end] = [tree.indexOf(0x20, at), tree.indexOf(0, at)];
    const next = end + 1 + idBytes;
    entries.push({
      name: tree.subarray(space + 1, end).toString(),
      mode: tree.subarray(at, space).toString().padStart(6, '0'),
      object: tree.subarray(end + 1, next).toString('hex'),
    });
    at = next;
  }
  return entries;
}

/** All paths of a commit's tree, in git's order. */
export async function listFiles(store: StoreContext, commit: string): Promise<string[]> {
  const output = await must(store.git, ['ls-tree', '-r', '--name-only', '-z', objectId(commit)]);
  return nulSeparated(output.stdout);
}

export interface Landing {
  commit: string;
  task: string;
  attempt: string;
  model: string;
  costUsd: string;
}

const TRAILERS = ['Kleiber-Task', 'Kleiber-Attempt', 'Kleiber-Model', 'Kleiber-Cost-USD'];
const FORMAT = ['%H', ...TRAILERS.map(key => `%(trailers:key=${key},valueonly,unfold)`)].join('%x00');

/** Newest first. Only merges on the branch's own line count: an agent's commit cannot claim to have landed. */
export async function landings(store: StoreContext, tip: string): Promise<Landing[]> {
  const args = ['log', '--first-parent', '--merges', '-z', `--format=${FORMAT}`, objectId(tip)];
  const fields = nulSeparated((await must(store.git, args)).stdout).map(field => field.trim());
  const found: Landing[] = [];
  for (let index = 0; index + 4 < fields.length; index += 5) {
    const [commit = '', task = '', attempt = '', model = '', costUsd = ''] = fields.slice(index, index + 5);
    if (task !== '') found.push({ commit, task, attempt, model, costUsd });
  }
  return found;
}
