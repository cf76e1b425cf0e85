/** Looks through the real difference of a submission for risks that nobody has named yet. */
import type { FoundRisk } from '../domain/event.ts';
import { isCut } from '../policy/diff-lines.ts';
import { diffRisks, UNREAD_RISK } from '../policy/risks.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import type { ConductorEdges } from './edges.ts';

/** More than this is not read for risks, and counts as one. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Those that the log does not have yet, each with what gave it away. */
export async function newRisks(
  state: TaskState,
  { base, commit }: Submission,
  edges: ConductorEdges,
): Promise<FoundRisk[]> {
  const files = await edges.store.changes(base, commit);
  const patch = await edges.store.diff(base, commit, MOST_BYTES);
  const found = diffRisks(files, patch, edges.studio.config.risks);
  const known = new Set(state.foundRisks.map(({ risk }) => risk));
  return [...found, ...(isCut(patch) ? [UNREAD_RISK] : [])].filter(
    ({ risk }, index, all) => !known.has(risk) && all.findIndex(other => other.risk === risk) === index,
  );
}
