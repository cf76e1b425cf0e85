/** Record files in the user's checkout: kept equal to what is committed, except where a person is typing. */
import { batchesOf } from '../domain/batches.ts';
import { targetStream } from '../domain/event.ts';
import { isRecordPath } from '../domain/record-paths.ts';
import { isTakenAnswer } from './answers.ts';
import type { ConductorEdges } from './edges.ts';

/**
 * A file whose bytes no commit of kleiber's holds is somebody's typing, and stays. `earlier` are the commits whose
 * bytes may stand there; an answer that is in the log is nobody's typing any more. True when a file was written.
 */
export async function writeIntoCheckout(
  files: ReadonlyMap<string, Uint8Array | null>,
  earlier: readonly string[],
  edges: ConductorEdges,
): Promise<boolean> {
  let wrote = false;
  for (const some of batchesOf([...files], FILES_AT_ONCE)) {
    const written = await Promise.all(some.map(([path, bytes]) => writeOne(path, bytes, earlier, edges)));
    wrote ||= written.includes(true);
  }
  return wrote;
}

/** Each takes a descriptor, or a git process. */
const FILES_AT_ONCE = 20;

async function writeOne(
  path: string,
  bytes: Uint8Array | null,
  earlier: readonly string[],
  edges: ConductorEdges,
): Promise<boolean> {
  const present = edges.record.read(path);
  if (isSame(present, bytes)) return false;
  if (present !== null && !(await isOurs(path, present, earlier, edges))) return false;
  if (bytes !== null) await edges.record.replace(path, bytes, present);
  else if (present !== null) edges.record.remove(path, present);
  return isSame(edges.record.read(path), bytes);
}

async function isOurs(
  path: string,
  present: Uint8Array,
  earlier: readonly string[],
  edges: ConductorEdges,
): Promise<boolean> {
  for (const commit of earlier) if (isSame(present, await edges.store.readBlob(commit, path))) return true;
  return isTakenAnswer(path, present, edges);
}

/**
 * Record files in the way of a delivery are brought up to it where nobody typed in them: a process that was killed, or a
 * branch that was away, leaves files of earlier record commits behind. True when something was written.
 */
export async function refreshCheckout(
  branch: string,
  tip: string,
  inTheWay: readonly string[],
  edges: ConductorEdges,
): Promise<boolean> {
  const paths = inTheWay.filter(isRecordPath);
  if (paths.length === 0 || edges.target()?.branch !== branch) return false;
  const commits = edges.holder.baton
    .read(targetStream(branch))
    .flatMap(({ event }) => (event.kind === 'recorded' || event.kind === 'delivered' ? [event.commit] : []));
  const contents = await edges.store.readBlobs(tip, paths);
  const files = new Map(paths.map(path => [path, contents.get(path) ?? null]));
  return await writeIntoCheckout(files, [...new Set(commits.reverse())].slice(0, MOST_LOOKED_AT), edges);
}

/** What lies in a checkout is seldom older than this many record commits. */
const MOST_LOOKED_AT = 100;

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === b || (a !== null && b !== null && Buffer.from(a).equals(b));
