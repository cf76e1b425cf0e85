/** A running attempt: its fence, its worktree, and the two things it may do to the world: append and save. */
import { type TaskEvent, taskStream } from '../domain/event.ts';
import { type Worktree, whyGit } from '../git/git.ts';
import type { PersonNote } from '../policy/task-state.ts';
import { type Zone, zoneFault } from '../policy/zones.ts';
import type { Claim } from './claim.ts';
import type { WorkerEdges } from './edges.ts';

/** What an attempt carries around: its place in the stream and the last commit of its work. */
export interface Running {
  claim: Claim;
  worktree: Worktree;
  zone: Zone;
  /** Last event of this attempt; the next append must follow it. */
  seq: number;
  /** Last commit of the work, the base when there is none yet. */
  commit: string;
  lost: boolean;
  /** What people have said to whoever works on it, as far as this attempt knows. */
  told: PersonNote[];
  /** New files outside the zone, which only commands can leave behind: they are no part of the work. */
  leftOut: string[];
  /** Why the last save failed; null when it did not. */
  unsaved: string | null;
}

/** Whether the task is still ours. What a person says to this attempt takes nothing from it; it is taken in here. */
export function isStillOurs(running: Running, { holder }: WorkerEdges): boolean {
  const events = holder.baton.read(taskStream(running.claim.state.id));
  if (events.length < running.seq) running.lost = true;
  for (const { seq, event, at } of events.slice(running.seq)) {
    if (event.kind !== 'told' || event.attempt !== running.claim.attempt) running.lost = true;
    if (event.kind !== 'told' || running.lost) break;
    running.told.push({ seq, attempt: event.attempt, by: event.by, text: event.text, at });
    running.seq = seq;
  }
  return !running.lost;
}

/** Appends for this attempt; a conflict means that somebody else owns the task now, unless a person has only said something. */
export function appendFor(running: Running, event: TaskEvent, edges: WorkerEdges, closesLane: boolean): boolean {
  const stream = taskStream(running.claim.state.id);
  const { seq: before } = running;
  const place = { stream, seq: before + 1 };
  if (edges.holder.baton.append({ ...place, event, at: edges.holder.at(), closesLane }) === 'appended') {
    running.seq++;
    return true;
  }
  if (isStillOurs(running, edges) && running.seq > before) return appendFor(running, event, edges, closesLane);
  running.lost = true;
  return false;
}

/** Saves the worktree as a commit; the same tree gives the same commit back. */
export async function saveWork(running: Running, edges: WorkerEdges, keepAs: 'checkpoint' | 'late'): Promise<string> {
  const { claim, commit } = running;
  const message = `checkpoint: ${claim.state.id}, attempt ${claim.attempt}`;
  const saved = await saveAs(running, commit, message, edges);
  if (saved !== commit) await edges.store.keep(keepAs, `${claim.state.id}/a${claim.attempt}`, saved);
  return saved;
}

/**
 * The worktree as one commit on a parent, which nothing keeps yet; the last one that was saved where that fails. New files outside
 * the zone are what commands left behind, and stay out.
 */
export async function saveAs(running: Running, parent: string, message: string, edges: WorkerEdges): Promise<string> {
  const isWork = (path: string): boolean => zoneFault(running.zone, path) === null;
  const saved = await edges.store.checkpoint(running.worktree, parent, message, edges.holder.at(), isWork);
  running.unsaved = saved.ok ? null : whyGit(saved.failure);
  if (!saved.ok) {
    edges.notice(`${running.claim.state.id}: the worktree could not be saved (${running.unsaved})`);
    return running.commit;
  }
  running.commit = saved.value.commit;
  running.leftOut = saved.value.leftOut ?? [];
  return saved.value.commit;
}
