/** Whether work that somebody waits for will land, as the one that waits for it sees it. */
import type { AnyTask } from './task-brief.ts';

/** `never` also means that it waits for the asker itself. */
export type LandingOf = (id: string) => 'landed' | 'coming' | 'never';

/** What a task needs and where it stands, as far as that matters to somebody who waits for it. */
export interface Awaited {
  card: { depends_on: readonly string[] };
  state: AnyTask | null;
}

export function landingsSeenBy(asker: string, tasks: ReadonlyMap<string, Awaited>): LandingOf {
  return id => {
    const task = tasks.get(id);
    const kind = task?.state?.stage.kind;
    if (task === undefined || kind === 'cancelled' || waitsFor(id, asker, tasks)) return 'never';
    return kind === 'landed' ? 'landed' : 'coming';
  };
}

/** Whether a task cannot land before another one, by its file or by what its own worker waits for. */
function waitsFor(id: string, other: string, tasks: ReadonlyMap<string, Awaited>): boolean {
  const seen = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === other) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    const task = tasks.get(next);
    const stage = task?.state?.stage;
    if (stage?.kind === 'landed') continue;
    open.push(...(task?.card.depends_on ?? []), ...(stage?.kind === 'blocked' ? (stage.blocker.waitsFor ?? []) : []));
  }
  return false;
}
