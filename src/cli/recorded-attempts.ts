/** The attempts of a task as log and transcripts tell of them: where each began, what it might write, what was said. */
import { join } from 'node:path';
import type { RecordedAttempt } from '../agent/cassette.ts';
import { partsOf } from '../agent/recorded-part.ts';
import { findRole } from '../agent/roles.ts';
import { readLines } from '../agent/transcript.ts';
import { type Stored, type TaskEvent, taskStream } from '../domain/event.ts';
import type { Owner } from '../domain/owner.ts';
import type { TaskHead } from '../domain/task.ts';
import { foldStream } from '../policy/fold.ts';
import { attemptZone } from '../policy/zones.ts';
import type { Project } from './project.ts';

type Claimed = Extract<TaskEvent, { kind: 'claimed' }>;

/** Oldest first, of these owners. One that died before its first request has left nothing to play. */
export function recordedAttempts(
  id: string,
  project: Project,
  isOurs: (owner: Owner) => boolean = () => true,
): RecordedAttempt[] {
  const head = project.keeper.look().tasks.get(id)?.task.head;
  const events = project.baton.read(taskStream(id));
  if (head === undefined) return [];
  return events.flatMap((stored, at) =>
    stored.event.kind === 'claimed' && isOurs(stored.event.owner)
      ? (recordedAttempt(head, events, at, stored.event, project) ?? [])
      : [],
  );
}

function recordedAttempt(
  head: TaskHead,
  events: readonly Stored[],
  at: number,
  claimed: Claimed,
  project: Project,
): RecordedAttempt | null {
  const state = foldStream(head.id, events.slice(0, at + 1));
  // The claim is the last thing in it, so the last attempt is the one that began with it.
  const agent = state?.attempts.at(-1)?.agent ?? head.agent;
  const role = findRole(project.roles, agent);
  const commit = startOf(events.slice(at), claimed.attempt);
  const lines = linesOf(claimed.session, events, at, project);
  if (state === null || role === null || commit === null || lines === null) return null;
  return { task: head.id, attempt: claimed.attempt, agent, commit, zone: attemptZone(head, role, state), lines };
}

/** The first thing an attempt does is to note what its worktree stands at. */
function startOf(events: readonly Stored[], attempt: number): string | null {
  for (const { event } of events) if (event.kind === 'checkpoint' && event.attempt === attempt) return event.commit;
  return null;
}

/** The transcript up to the end of the part that was begun after this claim and before the next one. */
function linesOf(session: string, events: readonly Stored[], at: number, project: Project) {
  const lines = readLines(join(project.places.transcripts, `${session}.jsonl`));
  const from = events[at]?.at ?? '';
  const next = events.slice(at + 1).find(({ event }) => event.kind === 'claimed')?.at;
  const part = partsOf(lines).find(found => found.at >= from && (next === undefined || found.at < next));
  return part === undefined ? null : lines.slice(0, part.end);
}
