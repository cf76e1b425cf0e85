/** Looks for stand-ins that outlived their reason, and writes the task that takes them away (seed 2, dependency not ready). */
import { consolidationTask, landedPairs, nextConsolidation, type Pair, pathsWithMark } from '../policy/stubs.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { addTask } from './add-task.ts';
import type { ConductorEdges } from './edges.ts';

/** Pairs that this process found clean: what has landed without a mark gets none later. */
const clean = new WeakMap<ConductorEdges, Set<string>>();

/** True when a task was added. */
export async function sweepStubs(view: BoardView, edges: ConductorEdges): Promise<boolean> {
  const known = clean.get(edges) ?? new Set();
  clean.set(edges, known);
  const pairs = landedPairs(view.board).filter(pair => !known.has(`${pair.id} ${pair.waitedFor}`));
  let wrote = false;
  for (const [id, ofTask] of Map.groupBy(pairs, pair => pair.id))
    wrote = (await sweepOne(id, ofTask, known, view, edges)) || wrote;
  return wrote;
}

async function sweepOne(
  id: string,
  pairs: readonly Pair[],
  known: Set<string>,
  view: BoardView,
  edges: ConductorEdges,
): Promise<boolean> {
  const task = view.board.get(id);
  const target = task?.state?.target;
  const texts = target === undefined ? null : await textsOf(id, target.branch, view, edges);
  if (task === undefined || target === undefined || texts === null) return false;
  const marked = new Map(pairs.map(pair => [pair, pathsWithMark(texts, pair.waitedFor)]));
  for (const [pair, paths] of marked) if (paths.length === 0) known.add(`${id} ${pair.waitedFor}`);
  const left = [...marked].filter(([, paths]) => paths.length > 0);
  if (left.length === 0) return false;
  const waitedFor = left.map(([pair]) => pair.waitedFor);
  const paths = [...new Set(left.flatMap(([, found]) => found))];
  const added = await addTask(
    consolidationTask(task, waitedFor, paths, edges.holder.at(), nextConsolidation(id, view.board)),
    target,
    edges,
  );
  if (added)
    edges.notice(`${id}: stand-ins for ${waitedFor.join(', ')} are left in ${paths.join(', ')}; a task was added`);
  return added;
}

/** What a landed task wrote, as it stands on the branch now; null when nobody can tell. */
async function textsOf(
  id: string,
  branch: string,
  view: BoardView,
  edges: ConductorEdges,
): Promise<Map<string, string> | null> {
  const files = view.states.get(id)?.submission?.files ?? [];
  const tip = await edges.store.integrationTip(branch);
  if (tip === null) return null;
  const texts = new Map<string, string>();
  for (const { path } of files) {
    const bytes = await edges.store.readBlob(tip, path);
    if (bytes !== null) texts.set(path, new TextDecoder().decode(bytes));
  }
  return texts;
}
