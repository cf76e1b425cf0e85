/** A task file that no event names becomes a task of ours, unless git knows that its work has landed already. */
import { type TaskEvent, taskStream } from '../domain/event.ts';
import { donePath } from '../domain/record-paths.ts';
import type { Task } from '../domain/task.ts';
import { foldTask } from '../policy/fold.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { TaskFile } from '../report/board-keeper.ts';
import type { WorkerEdges } from './edges.ts';
import type { ClaimRefusal } from './refusal.ts';

/** A file that no event names is a request; this is where it becomes a task of ours. */
export async function adopt(file: TaskFile & { task: Task }, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const target = edges.target();
  if (target === null)
    return { reason: 'no_target', detail: 'the checkout is on no branch, so there is nowhere to land it' };
  // Before the integration ref exists nobody can tell whether this has landed already.
  if ((await edges.store.integrationTip(target.branch)) === null) return { reason: 'baseline_pending' };
  const { id, agent, plan } = file.task.head;
  const event: TaskEvent = { kind: 'created', target, agent, file: file.path, fileHash: file.hash, plan: plan ?? null };
  const state = appendFirst(id, event, edges);
  return state === null ? { reason: 'lost' } : await importLanded(state, edges);
}

/**
 * Who adopted it may have died before it could say that it has landed, and a person may have chosen its model before
 * anybody looked; a done file is what gives that away.
 */
export async function importHalfAdopted(state: TaskState, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const isUntouched = state.seq === 1 || (state.seq === 2 && state.override !== null);
  const tip = isUntouched ? await edges.store.integrationTip(state.target.branch) : null;
  const done = tip === null ? null : await edges.store.readBlob(tip, donePath(state.agent, state.id));
  return done === null ? state : await importLanded(state, edges);
}

async function importLanded(state: TaskState, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const landing = (await edges.landedBefore(state.target.branch)).get(state.id);
  if (landing === undefined) return state;
  const { commit, model, costUsd } = landing;
  const event: TaskEvent = { kind: 'imported', commit, model, costUsd };
  edges.holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: edges.holder.at() });
  return {
    reason: 'landed_before',
    detail: `it has landed already as ${commit.slice(0, 9)}; retry it to build it again`,
  };
}

function appendFirst(id: string, event: TaskEvent, edges: WorkerEdges): TaskState | null {
  const at = edges.holder.at();
  const outcome = edges.holder.baton.append({ stream: taskStream(id), seq: 1, event, at });
  return outcome === 'appended' ? foldTask(id, null, { position: 0, stream: taskStream(id), seq: 1, at, event }) : null;
}
