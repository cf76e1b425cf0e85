/** Proof: a done file is a claim, and this is where it is held against the commit. */

import { redactSecrets } from '../agent/redact.ts';
import { findRole } from '../agent/roles.ts';
import { batchesOf } from '../domain/batches.ts';
import type { ChangedFile } from '../domain/blocker.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import { withoutDate } from '../model/models.ts';
import { canonicalAgent } from '../policy/routing-table.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import { attemptZone, differenceFaults, linkFault, zoneOf } from '../policy/zones.ts';
import type { ConductorEdges } from './edges.ts';
import { ruleFaults } from './project-rules.ts';

/** Everything that is wrong with a submission, one sentence each; empty means proven. */
export async function proofFaults(
  task: Task,
  state: TaskState,
  submission: Submission,
  edges: ConductorEdges,
): Promise<string[]> {
  const role = findRole(edges.studio.roles, task.head.agent);
  if (role === null) return [`no agent is named ${task.head.agent} any more`];
  const files = await edges.store.changes(submission.base, submission.commit);
  return [
    ...emptinessFaults(role, files),
    ...differenceFaults(zoneOf(task.head, role, state.widened), files),
    ...(await resolveFaults(task, role, state, submission, edges)),
    ...modelFaults(state, submission, edges),
    ...(await contentFaults(submission, files, edges)),
    ...(await ruleFaults(task, submission, files, edges)),
  ];
}

/** Who resolves a conflict in its own files leaves everything else of the task as it was. */
async function resolveFaults(
  task: Task,
  role: Role,
  state: TaskState,
  { commit }: Submission,
  { store }: ConductorEdges,
): Promise<string[]> {
  if (state.resolving === null) return [];
  return differenceFaults(attemptZone(task.head, role, state), await store.changes(state.resolving.from, commit));
}

function emptinessFaults(role: Role, files: readonly ChangedFile[]): string[] {
  if (role.produces === 'report')
    return files.length === 0 ? [] : [`${role.name} only reports, but ${files.length} files were changed`];
  // Who judges a design may find nothing to write down beyond the report (seed 5, architect).
  const isJudge = canonicalAgent(role.name) === 'architect';
  return files.length > 0 || isJudge ? [] : ['nothing was changed, so there is nothing that meets the criteria'];
}

/** The model that the API says answered must be the one that was routed; it may name the date of it. */
function modelFaults(state: TaskState, submission: Submission, edges: ConductorEdges): string[] {
  const tier = state.attempts.at(-1)?.route.tier;
  const routed = tier === undefined ? null : edges.studio.models[tier];
  return routed !== null && withoutDate(routed) === withoutDate(submission.model)
    ? []
    : [`${submission.model} answered, but ${routed ?? 'no model'} was routed`];
}

const LINK_MODE = '120000';
const CONFLICT_MARK = /^(?:<{7} |>{7} )/m;

/** Links that leave, conflict marks left behind, and keys. */
async function contentFaults(
  submission: Submission,
  files: readonly ChangedFile[],
  edges: ConductorEdges,
): Promise<string[]> {
  const faults: string[] = [];
  const present = files.filter(changed => changed.status !== 'deleted' && changed.mode !== '160000');
  // A worker decides how much it writes, so only some of it is held at once.
  for (const some of batchesOf(present, FILES_AT_ONCE))
    faults.push(...(await textFaults(submission.commit, some, edges)));
  return faults;
}

const FILES_AT_ONCE = 50;

async function textFaults(commit: string, files: readonly ChangedFile[], edges: ConductorEdges): Promise<string[]> {
  const faults: string[] = [];
  const contents = await edges.store.readBlobs(
    commit,
    files.map(file => file.path),
  );
  for (const file of files) {
    const bytes = contents.get(file.path);
    if (bytes === undefined) continue;
    const text = new TextDecoder().decode(bytes);
    if (file.mode === LINK_MODE) faults.push(linkFault(file.path, text) ?? '');
    else if (CONFLICT_MARK.test(text)) faults.push(`${file.path} still holds conflict marks`);
    else if (redactSecrets(text, edges.studio.secrets) !== text)
      faults.push(`${file.path} holds something that looks like a secret key`);
  }
  return faults.filter(fault => fault !== '');
}
