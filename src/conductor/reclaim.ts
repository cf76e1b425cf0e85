/** Start-up is a reconcile, and so is every tick: what dead processes held is saved and given back. An interruption is no failure. */

import { findRole } from '../agent/roles.ts';
import { type TaskEvent, taskStream } from '../domain/event.ts';
import type { Owner } from '../domain/owner.ts';
import { foldStream } from '../policy/fold.ts';
import { currentAttempt, type TaskState } from '../policy/task-state.ts';
import { attemptZone, zoneFault } from '../policy/zones.ts';
import { appendTask, NOTHING_SPENT } from './append.ts';
import type { ConductorEdges } from './edges.ts';

/** True when something was written. */
export async function reclaimDead(states: ReadonlyMap<string, TaskState>, edges: ConductorEdges): Promise<boolean> {
  const isDead = (owner: Owner): boolean => edges.holder.liveness(owner) === 'dead';
  let wrote = false;
  for (const state of states.values()) {
    if (state.stage.kind !== 'running' || !isDead(state.stage.owner)) continue;
    wrote = (await reclaim(state, state.stage.worktree, edges)) || wrote;
  }
  for (const lane of edges.holder.baton.lanes())
    if (isDead(lane.owner)) edges.holder.baton.freeLane(lane.stream, lane.owner);
  edges.studio.ledger.settleAbandoned(isDead);
  return wrote;
}

/** Saves what lies in the dead attempt's worktree, then opens the task again for the same conversation. */
async function reclaim(state: TaskState, slot: string, edges: ConductorEdges): Promise<boolean> {
  const attempt = currentAttempt(state);
  // Before its first word the worktree was not opened for this attempt: what lies there is another task's.
  const isOpened = edges.holder.baton.read(taskStream(state.id)).at(-1)?.event.kind !== 'claimed';
  const commit = isOpened ? await saveRemains(state, slot, edges) : null;
  const saved: TaskEvent = { kind: 'checkpoint', attempt, commit: commit ?? '' };
  if (commit !== null && !appendTask(state, saved, edges)) return false;
  const now = foldStream(state.id, edges.holder.baton.read(taskStream(state.id))) ?? state;
  edges.notice(`${state.id}: its worker is gone; the work is kept and the task goes on`);
  return appendTask(
    now,
    {
      kind: 'ended',
      attempt,
      end: { reason: 'interrupted' },
      strike: false,
      checkpoint: commit,
      spend: spentOn(state, edges),
    },
    edges,
    true,
  );
}

/** Null when the worktree is gone or nothing new lies in it. */
async function saveRemains(state: TaskState, slot: string, edges: ConductorEdges): Promise<string | null> {
  const parent = state.work?.commit ?? state.attempts.at(-1)?.base;
  if (parent === undefined) return null;
  const worktree = { path: `${edges.worktrees}/${slot}`, branch: `agent/${slot}` };
  const message = `checkpoint: ${state.id}, attempt ${currentAttempt(state)}, found after its worker died`;
  const saved = await edges.store.checkpoint(worktree, parent, message, edges.holder.at(), isWork(state, edges));
  if (!saved.ok || saved.value.commit === parent) return null;
  await edges.store.keep('checkpoint', `${state.id}/a${currentAttempt(state)}`, saved.value.commit);
  return saved.value.commit;
}

/** What commands left outside the zone is no part of the work; with the task's file gone nobody can tell them apart. */
function isWork(state: TaskState, edges: ConductorEdges): (path: string) => boolean {
  const task = edges.keeper.look().tasks.get(state.id)?.task;
  const role = findRole(edges.studio.roles, state.agent);
  if (task === undefined || role === null) return () => true;
  const zone = attemptZone(task.head, role, state);
  return path => zoneFault(zone, path) === null;
}

/** What the dead attempt has cost is in the ledger, unknown replies at their full reservation. */
function spentOn(state: TaskState, edges: ConductorEdges) {
  const rows = edges.studio.ledger
    .rows({ repository: edges.studio.repository })
    .filter(row => row.purpose.task === state.id && row.purpose.attempt === currentAttempt(state));
  const cost = rows.reduce((sum, row) => sum + (row.settled ?? row.reserved), 0);
  return { ...NOTHING_SPENT, cost };
}
