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

/** The longest path by minutes, first task first. A circle typed by hand only loses one of its edges here. */
export function criticalPath(nodes: readonly GraphNode[]): string[] {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const best = new Map<string, { minutes: number; path: string[] }>();
  const bestTo = (node: GraphNode): { minutes: number; path: string[] } => {
    const known = best.get(node.id);
    if (known !== undefined) return known;
    best.set(node.id, { minutes: 0, path: [] });
    const before = node.dependsOn
      .map(id => byId.get(id))
      .filter(found => found !== undefined)
      .map(bestTo);
    const longest = before.reduce((a, b) => (b.minutes > a.minutes ? b : a), { minutes: 0, path: [] as string[] });
    const own = { minutes: longest.minutes + node.minutes, path: [...longest.path, node.id] };
    best.set(node.id, own);
    return own;
  };
  return nodes.map(bestTo).reduce((a, b) => (b.minutes > a.minutes ? b : a), { minutes: 0, path: [] as string[] }).path;
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
