/** The task files of a plan that a person agreed to: all of them or none, whenever the process that writes them dies. */
import { hash } from 'node:crypto';
import { type PlanEvent, planStream, taskStream } from '../../domain/event.ts';
import { taskPath } from '../../domain/record-paths.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Task } from '../../domain/task.ts';
import { formatTask } from '../../record/task-file.ts';
import type { Drafted } from '../../report/board-keeper.ts';
import type { ConductorEdges } from '../edges.ts';

export type WriteEdges = Pick<ConductorEdges, 'holder' | 'record'>;
type Planned = Extract<PlanEvent, { kind: 'planned' }>;
type Abandoned = Extract<PlanEvent, { kind: 'abandoned' }>;

interface File {
  path: string;
  bytes: Uint8Array;
  sha256: string;
  task: Task;
}

/**
 * `drafted` says what is about to be written, `planned` that it is: in between nothing of the plan is started, and what a
 * dead process left is taken away. The path that could not be written comes back, and then nothing is left either.
 */
export async function writePlan(
  plan: string,
  tasks: readonly Task[],
  planned: Planned,
  edges: WriteEdges,
): Promise<Result<void, { path: string }>> {
  const files = tasks.map(fileOf);
  const { target, request, sessions } = planned;
  const sums = Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));
  const drafted: Drafted = { kind: 'drafted', target, request, sessions, owner: edges.holder.owner, files: sums };
  append(plan, drafted, edges);
  for (const { path, bytes, sha256 } of files) {
    await edges.record.replace(path, bytes, null);
    if (sumAt(path, edges) === sha256) continue;
    takeBack(plan, drafted, `${path} could not be written`, edges);
    return fail({ path });
  }
  append(plan, planned, edges);
  for (const file of files) create(plan, file, planned, edges);
  return ok(undefined);
}

const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

function fileOf(task: Task): File {
  const bytes = new TextEncoder().encode(formatTask(task));
  return { path: taskPath(task.head.agent, task.head.id), bytes, sha256: sha256Of(bytes), task };
}

function sumAt(path: string, { record }: WriteEdges): string | null {
  const bytes = record.read(path);
  return bytes === null ? null : sha256Of(bytes);
}

/** A file that nobody has said this of yet is taken in like one typed by hand, and is the same task. */
function create(plan: string, { path, sha256, task }: File, { target }: Planned, { holder }: WriteEdges): void {
  const { agent, id } = task.head;
  const event = { kind: 'created' as const, target, agent, file: path, fileHash: sha256, plan };
  holder.baton.append({ stream: taskStream(id), seq: 1, at: holder.at(), event });
}

function append(plan: string, event: PlanEvent, { holder }: WriteEdges): void {
  const stream = planStream(plan);
  const seq = (holder.baton.read(stream).at(-1)?.seq ?? 0) + 1;
  holder.baton.append({ stream, seq, at: holder.at(), event });
}

/** What was paid for a plan that nobody used goes on record; without a conversation there is nothing to say. */
export function abandonPlan(plan: string, said: Omit<Abandoned, 'kind'>, edges: WriteEdges): void {
  if (said.sessions.length > 0) append(plan, { kind: 'abandoned', ...said }, edges);
}

/** Takes away what a process that died in the middle has written of a plan. True when there was such a plan. */
export function takeBackHalfPlans(drafts: ReadonlyMap<string, Drafted>, edges: WriteEdges): boolean {
  const half = [...drafts].filter(([, { owner }]) => edges.holder.liveness(owner) === 'dead');
  for (const [plan, drafted] of half) takeBack(plan, drafted, 'it was cut short', edges);
  return half.length > 0;
}

/** A file with other bytes than were to be written is somebody's own. */
function takeBack(plan: string, { files, target, request, sessions }: Drafted, why: string, edges: WriteEdges): void {
  for (const [path, sha256] of Object.entries(files)) {
    const bytes = edges.record.read(path);
    if (bytes !== null && sha256Of(bytes) === sha256) edges.record.remove(path, bytes);
  }
  append(plan, { kind: 'abandoned', target, request, why, sessions }, edges);
}
