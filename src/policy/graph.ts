/** The plan as a graph: order, waves, cycles and the longest path. */

export interface GraphNode {
  id: string;
  dependsOn: readonly string[];
  /** Weight on the longest path. */
  minutes: number;
}

/** The first circle found, as a closed walk `a → b → a`; null when there is none. */
export function findCycle(nodes: readonly GraphNode[]): string[] | null {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const done = new Set<string>();
  const walk = (id: string, path: string[]): string[] | null => {
    const at = path.indexOf(id);
    if (at >= 0) return [...path.slice(at), id];
    if (done.has(id)) return null;
    for (const next of byId.get(id)?.dependsOn ?? []) {
      const found = byId.has(next) ? walk(next, [...path, id]) : null;
      if (found !== null) return found;
    }
    done.add(id);
    return null;
  };
  for (const node of nodes) {
    const found = walk(node.id, []);
    if (found !== null) return found;
  }
  return null;
}

/** Wave 1 depends on nothing in the plan, wave n on something in wave n-1. Needs a graph without circles. */
export function waves(nodes: readonly GraphNode[]): Map<string, number> {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const wave = new Map<string, number>();
  const waveOf = (node: GraphNode): number => {
    const known = wave.get(node.id);
    if (known !== undefined) return known;
    const before = node.dependsOn.map(id => byId.get(id)).filter(found => found !== undefined);
    const own = 1 + Math.max(0, ...before.map(waveOf));
    wave.set(node.id, own);
    return own;
  };
  for (const node of nodes) waveOf(node);
  return wave;
}

/** The longest path that ends in a task, and the task before it on that path. */
interface Ending {
  minutes: number;
  before: string | null;
}

const NOWHERE: Ending = { minutes: 0, before: null };

/** The longest path by minutes, first task first. A circle typed by hand only loses one of its edges here. */
export function criticalPath(nodes: readonly GraphNode[]): string[] {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const endings = new Map<string, Ending>();
  for (const node of nodes) settle(node, byId, endings);
  const minutesOf = (id: string): number => endings.get(id)?.minutes ?? 0;
  const first: { id: string | null; minutes: number } = { id: null, minutes: 0 };
  const last = nodes.reduce(
    (best, { id }) => (minutesOf(id) > best.minutes ? { id, minutes: minutesOf(id) } : best),
    first,
  );
  const path: string[] = [];
  // A task is only ever before one that was settled later, so this walk ends.
  for (let id = last.id; id !== null; id = endings.get(id)?.before ?? null) path.push(id);
  return path.reverse();
}

/** Without recursion, because a chain of ten thousand tasks is longer than the call stack is deep. */
function settle(start: GraphNode, byId: ReadonlyMap<string, GraphNode>, endings: Map<string, Ending>): void {
  const open = [{ node: start, next: 0, best: NOWHERE }];
  if (endings.has(start.id)) return;
  endings.set(start.id, NOWHERE);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const before = byId.get(top.node.dependsOn[top.next] ?? '');
    const ending = before && endings.get(before.id);
    if (before !== undefined && ending === undefined) {
      endings.set(before.id, NOWHERE);
      open.push({ node: before, next: 0, best: NOWHERE });
    } else if (top.next < top.node.dependsOn.length) {
      if (before && ending && ending.minutes > top.best.minutes)
        top.best = { minutes: ending.minutes, before: before.id };
      top.next++;
    } else {
      endings.set(top.node.id, { minutes: top.best.minutes + top.node.minutes, before: top.best.before });
      open.pop();
    }
  }
}

/** Everything that must come before each task, directly or not. */
export function ancestors(nodes: readonly GraphNode[]): Map<string, Set<string>> {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const known = new Map<string, Set<string>>();
  const collect = (id: string): Set<string> => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const all = new Set<string>();
    known.set(id, all);
    for (const before of byId.get(id)?.dependsOn ?? []) {
      all.add(before);
      for (const further of collect(before)) all.add(further);
    }
    return all;
  };
  for (const node of nodes) collect(node.id);
  return known;
}
