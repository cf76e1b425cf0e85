/** Lock files that a task changed: what is installed in the checkout no longer fits, so its checks would judge the wrong tree. */
import type { Blocker } from '../domain/blocker.ts';
import type { Submission } from '../policy/task-state.ts';
import { isLockFile, lockFingerprint, lockFolders } from '../shell/dependency-binds.ts';
import type { ConductorEdges } from './edges.ts';

/** The changed lock files, while the installed dependencies are not those of the commit; empty when they fit. */
export async function driftedLocks(submission: Submission, edges: ConductorEdges): Promise<string[]> {
  const changed = submission.files.map(file => file.path).filter(isLockFile);
  if (changed.length === 0) return [];
  const locks = (await edges.store.listFiles(submission.commit)).filter(isLockFile);
  const texts = await edges.store.readBlobs(submission.commit, locks);
  const wanted = lockFingerprint(path => texts.get(path) ?? null, lockFolders(edges.binds()));
  return wanted === edges.conditions().dependencies ? [] : changed;
}

export const dependencyBlocker = (id: string, locks: readonly string[]): Blocker => ({
  type: 'dependency',
  problem: `The work changes ${locks.join(', ')}, so other dependencies are needed than those that are installed. Nothing is installed without you.`,
  tried: [],
  need: `Bring the work over (kleiber branch ${id}), look at the new dependencies, install them in your checkout with the same lock file, then: kleiber retry ${id}`,
  options: [],
});
