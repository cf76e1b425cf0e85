/** Rules of a project and of single roles that code can prove: names, stories, integration tests, logs that only grow. */
import type { ChangedFile } from '../domain/blocker.ts';
import type { Task } from '../domain/task.ts';
import { isLogFile, lostLine } from '../policy/append-only.ts';
import { conventionFaults, databaseFaults } from '../policy/conventions.ts';
import { documentFaults } from '../policy/documents.ts';
import { functionNameFaults, isScript, type SourceText } from '../policy/function-names.ts';
import { outgrownNote } from '../policy/quickfix.ts';
import { canonicalAgent } from '../policy/routing-table.ts';
import { isConsolidation, leftoverFaults } from '../policy/stubs.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import type { ConductorEdges } from './edges.ts';

/** One sentence per broken rule, for the proof. */
export async function ruleFaults(
  task: Task,
  submission: Submission,
  files: readonly ChangedFile[],
  edges: ConductorEdges,
): Promise<string[]> {
  const { config } = edges.studio;
  const paths = new Set(config.testing.components_need_stories ? await edges.store.listFiles(submission.commit) : []);
  return [
    ...conventionFaults(files, config, path => paths.has(path)),
    ...(config.conventions.database ? await sqlFaults(submission, files, edges) : []),
    ...(await functionFaults(submission, files, edges)),
    ...documentFaults(
      task.head.agent,
      files.map(({ path }) => path),
    ),
    ...(canonicalAgent(task.head.agent) === 'scribe' ? await logFaults(submission, files, edges) : []),
    ...(isConsolidation(task.head) ? leftoverFaults(task.head, await textsOf(task, submission, edges)) : []),
  ];
}

async function sqlFaults(
  submission: Submission,
  files: readonly ChangedFile[],
  edges: ConductorEdges,
): Promise<string[]> {
  const created = files.filter(file => file.status === 'created' && file.path.endsWith('.sql'));
  const faults = created.map(async ({ path }) =>
    databaseFaults(path, (await textAt(submission.commit, path, edges)) ?? ''),
  );
  return (await Promise.all(faults)).flat();
}

async function functionFaults(
  submission: Submission,
  files: readonly ChangedFile[],
  edges: ConductorEdges,
): Promise<string[]> {
  const { functions } = edges.studio.config.conventions;
  if (functions.handlers === undefined && Object.keys(functions.exports).length === 0) return [];
  const sources: SourceText[] = [];
  for (const { path, status } of files.filter(file => isScript(file.path) && file.mode !== '120000'))
    sources.push({
      path,
      before: status === 'created' ? null : await textAt(submission.base, path, edges),
      after: status === 'deleted' ? null : await textAt(submission.commit, path, edges),
    });
  return functionNameFaults(sources, functions);
}

async function logFaults(
  submission: Submission,
  files: readonly ChangedFile[],
  edges: ConductorEdges,
): Promise<string[]> {
  const logs = files.filter(file => file.status !== 'created' && isLogFile(file.path));
  const faults = logs.map(async ({ path }) => {
    const before = (await textAt(submission.base, path, edges)) ?? '';
    const lost = lostLine(before, (await textAt(submission.commit, path, edges)) ?? '');
    return lost === null
      ? []
      : [`${path} only grows, and the line "${lost.slice(0, 80)}" is gone from its place (seed 5, scribe)`];
  });
  return (await Promise.all(faults)).flat();
}

/** The files that held stand-ins, as they were handed in; such a task names each of them. */
async function textsOf(task: Task, { commit }: Submission, edges: ConductorEdges): Promise<Map<string, string>> {
  const texts = await Promise.all(
    task.head.files.map(async path => [path, (await textAt(commit, path, edges)) ?? ''] as const),
  );
  return new Map(texts);
}

async function textAt(commit: string, path: string, edges: ConductorEdges): Promise<string | null> {
  const bytes = await edges.store.readBlob(commit, path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

const MOST_PATCH = 200_000;

/** Why a quick fix is none any more; null for everything else. */
export async function outgrownFix(
  state: TaskState,
  submission: Submission,
  edges: ConductorEdges,
): Promise<string | null> {
  const tier = state.attempts.at(-1)?.route.tier;
  if (tier === undefined || canonicalAgent(state.agent) !== 'quickfix') return null;
  return outgrownNote(state.agent, tier, await edges.store.diff(submission.base, submission.commit, MOST_PATCH));
}
