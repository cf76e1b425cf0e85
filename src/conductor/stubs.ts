/** Looks for stand-ins that outlived their reason, and writes the task that takes them away (seed 2, dependency not ready). */
import {
  consolidationTask,
  landedPairs,
  nextConsolidation,
  orphanedPairs,
  type Pair,
  pathsWithMark,
} from '../policy/stubs.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { addTask } from './add-task.ts';
import type { ConductorEdges } from './edges.ts';

/** Pairs that this process found clean, as what has landed without a mark gets none later, or has told of. */
const clean = new WeakMap<ConductorEdges, Set<string>>();

/** True when a task was added. */
export async function sweepStubs(view: BoardView, edges: ConductorEdges): Promise<boolean> {
  const known = clean.get(edges) ?? new Set();
  clean.set(edges, known);
  let wrote = false;
  for (const [id, pairs] of await markedPairs(landedPairs(view.board), known, view, edges))
    wrote = (await addConsolidation(id, pairs, view, edges)) || wrote;
  for (const [id, pairs] of await markedPairs(orphanedPairs(view.board), known, view, edges))
    for (const { waitedFor, paths } of pairs) {
      known.add(`${id} ${waitedFor}`);
      edges.notice(
        `${id}: ${waitedFor} was cancelled, and a stand-in for it is left in ${paths.join(', ')}; keep it without its mark, or write a task that replaces it`,
      );
    }
  return wrote;
}

/** A pair, and the files in which the first still stands in for the second. */
interface Marked extends Pair {
  paths: string[];
}

/** By the task that left the marks. Pairs without any are clean from now on. */
async function markedPairs(
  pairs: readonly Pair[],
  known: Set<string>,
  view: BoardView,
  edges: ConductorEdges,
): Promise<Map<string, Marked[]>> {
  const open = pairs.filter(({ id, waitedFor }) => !known.has(`${id} ${waitedFor}`));
  const found: Marked[] = [];
  for (const [id, ofTask] of Map.groupBy(open, pair => pair.id)) {
    const texts = await textsOf(id, view, edges);
    if (texts === null) continue;
    const marked = ofTask.map(pair => ({ ...pair, paths: pathsWithMark(texts, pair.waitedFor) }));
    for (const { waitedFor, paths } of marked) if (paths.length === 0) known.add(`${id} ${waitedFor}`);
    found.push(...marked.filter(({ paths }) => paths.length > 0));
  }
  return Map.groupBy(found, pair => pair.id);
}

async function addConsolidation(
  id: string,
  pairs: readonly Marked[],
  view: BoardView,
  edges: ConductorEdges,
): Promise<boolean> {
  const task = view.board.get(id);
  const target = task?.state?.target;
  if (task === undefined || target === undefined) return false;
  const waitedFor = pairs.map(pair => pair.waitedFor);
  const paths = [...new Set(pairs.flatMap(pair => pair.paths))];
  const number = nextConsolidation(id, view.board);
  const added = await addTask(consolidationTask(task, waitedFor, paths, edges.holder.at(), number), target, edges);
  if (added)
    edges.notice(`${id}: stand-ins for ${waitedFor.join(', ')} are left in ${paths.join(', ')}; a task was added`);
  return added;
}

/** What a landed task wrote, as it stands on the branch now; null when nobody can tell. */
async function textsOf(id: string, view: BoardView, edges: ConductorEdges): Promise<Map<string, string> | null> {
  const state = view.states.get(id);
  const branch = state?.target?.branch;
  const files = state?.submission?.files ?? [];
  const tip = branch === undefined ? null : await edges.store.integrationTip(branch);
  if (tip === null) return null;
  const contents = await edges.store.readBlobs(
    tip,
    files.map(({ path }) => path),
  );
  return new Map([...contents].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]));
}
