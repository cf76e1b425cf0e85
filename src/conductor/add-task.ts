/** A task that the conductor writes itself: a file like a plan's, and the event that makes it ours. */
import { hash } from 'node:crypto';
import { type Target, taskStream } from '../domain/event.ts';
import { taskPath } from '../domain/record-paths.ts';
import type { Task } from '../domain/task.ts';
import { formatTask } from '../record/task-file.ts';
import type { ConductorEdges } from './edges.ts';

/** False while its branch is not checked out, or where a file of that name lies already. */
export async function addTask(task: Task, target: Target, edges: ConductorEdges): Promise<boolean> {
  const { agent, id, plan } = task.head;
  const path = taskPath(agent, id);
  if (edges.target()?.branch !== target.branch || edges.record.read(path) !== null) return false;
  const text = formatTask(task);
  await edges.record.replace(path, new TextEncoder().encode(text), null);
  if (edges.record.read(path) === null) return false;
  const fileHash = hash('sha256', text, 'hex');
  const event = { kind: 'created' as const, target, agent, file: path, fileHash, plan: plan ?? null };
  edges.holder.baton.append({ stream: taskStream(id), seq: 1, event, at: edges.holder.at() });
  return true;
}
