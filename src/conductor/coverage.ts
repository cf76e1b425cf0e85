/** What the tests run of a change, read from the reports that the checks have left in their tree. */
import { type CheckRun, COVERAGE_RUN } from '../domain/check.ts';
import { changedSources, coverageVerdict, hasCode } from '../policy/coverage.ts';
import { readCoverage } from '../policy/coverage-report.ts';
import { WORKSPACE } from '../shell/sandbox.ts';
import type { ConductorEdges } from './edges.ts';

/** Changed files that tests should run; none where the project names no report. */
export async function sourcesToCover(commit: string, base: string, edges: ConductorEdges): Promise<string[]> {
  const { testing } = edges.studio.config;
  if (testing.coverage_reports.length === 0) return [];
  const changed = changedSources(await edges.store.changes(base, commit), testing);
  const contents = await edges.store.readBlobs(commit, changed);
  return [...contents].filter(([path, bytes]) => hasCode(path, new TextDecoder().decode(bytes))).map(([path]) => path);
}

/** One more run beside those of the commands; null when the reports are about other languages. */
export async function coverageRun(
  commit: string,
  changed: readonly string[],
  root: string,
  edges: ConductorEdges,
): Promise<CheckRun | null> {
  const { testing } = edges.studio.config;
  const reports = testing.coverage_reports.map(path => {
    const left = edges.reports.read(root, path);
    return { path, read: left.ok ? readCoverage(left.value) : left };
  });
  const tree = new Set(await edges.store.listFiles(commit));
  const verdict = coverageVerdict({ changed, reports, tree, roots: [WORKSPACE, root], rules: testing });
  if (verdict === null) return null;
  return {
    name: COVERAGE_RUN,
    command: `lines of changed files in ${testing.coverage_reports.join(', ')}`,
    result: verdict.result,
    exitCode: null,
    durationMs: 0,
    output: verdict.text,
  };
}
