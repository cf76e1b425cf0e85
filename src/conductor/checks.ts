/** Runs the checks on one commit in a fresh tree, in the sandbox; a tree that was checked before under the same conditions is not checked again. */
import { redactSecrets } from '../agent/redact.ts';
import type { Check, CheckResult, CheckRun, Validation } from '../domain/check.ts';
import { overallResult, rememberedValidation, validationText } from '../domain/check.ts';
import { tellIfSlow } from '../domain/slow.ts';
import type { GitFailure } from '../git/git.ts';
import { validationKey } from '../policy/validation-key.ts';
import type { CommandOutcome } from '../shell/sandbox.ts';
import { coverageRun, sourcesToCover } from './coverage.ts';
import type { ConductorEdges } from './edges.ts';

/** The conductor's own worktree of the branch; only the one that leads touches it, so `plan` checks its base in another. */
const BRANCH_TREE = 'checks';

/**
 * What was handed in stands on the branch of long ago where many wait for their turn. In a tree of its own it follows the one
 * before it, so neither tree changes more files at a time than a few tasks have touched.
 */
export const SUBMISSION_TREE = 'submissions';

/** While there is nothing to check. Without a sandbox a check may have left a process behind, which would go on writing there. */
export async function tidyCheckTrees({ studio, store, worktrees }: ConductorEdges, signal: AbortSignal): Promise<void> {
  if (studio.sandbox.kind === 'none') return;
  for (const tree of [SUBMISSION_TREE, BRANCH_TREE]) await store.tidyWorktree(`${worktrees}/${tree}`, signal);
}

export async function checkCommit(
  commit: string,
  edges: ConductorEdges,
  signal: AbortSignal,
  place = BRANCH_TREE,
): Promise<Validation> {
  const key = validationKey(await edges.store.rootEntries(commit), edges.conditions());
  const remembered = recall(key, edges);
  if (remembered !== null) return remembered;
  const validation = await checkAfresh(commit, edges, signal, place);
  if (!signal.aborted) keep(key, validation, edges);
  return validation;
}

/**
 * The same with what tests run of the files that differ from `base`, where the project names a report of it. What the
 * commands said alone is remembered as well: nobody who comes after asks about the same change.
 */
export async function checkChange(
  commit: string,
  base: string,
  edges: ConductorEdges,
  signal: AbortSignal,
  place = BRANCH_TREE,
): Promise<Validation> {
  const changed = await sourcesToCover(commit, base, edges);
  if (changed.length === 0) return await checkCommit(commit, edges, signal, place);
  const [root, conditions] = [await edges.store.rootEntries(commit), edges.conditions()];
  const [plain, key] = [
    validationKey(root, conditions),
    validationKey(root, conditions, [changed, edges.studio.config.testing]),
  ];
  const remembered = recall(key, edges) ?? unlessGreen(recall(plain, edges));
  if (remembered !== null) return remembered;
  const validation = await checkAfresh(commit, edges, signal, place);
  if (signal.aborted) return validation;
  keep(plain, validation, edges);
  const run =
    validation.result === 'green' ? await coverageRun(commit, changed, `${edges.worktrees}/${place}`, edges) : null;
  if (run === null) return validation;
  const runs = [...validation.runs, run];
  const whole: Validation = { ...validation, runs, result: overallResult(runs) };
  keep(key, whole, edges);
  return whole;
}

/** Green alone leaves something to be asked. */
const unlessGreen = (validation: Validation | null): Validation | null =>
  validation?.result === 'green' ? null : validation;

function recall(key: string, { holder, recentChecks }: ConductorEdges): Validation | null {
  const known = holder.baton.recallValidation(key);
  return known === null ? recentChecks.recall(key) : rememberedValidation(known);
}

function keep(key: string, validation: Validation, { holder, recentChecks }: ConductorEdges): void {
  if (validation.result === 'green') holder.baton.rememberValidation(key, validationText(validation));
  else recentChecks.keep(key, validation);
}

/** Runs them whatever is remembered, and remembers nothing: a flaky check is seen by nobody who looks it up. */
export async function checkAfresh(
  commit: string,
  edges: ConductorEdges,
  signal: AbortSignal,
  place: string,
): Promise<Validation> {
  const tree = await edges.store.treeOf(commit);
  const opened = await tellIfSlow(
    edges.store.openWorktree(`${edges.worktrees}/${place}`, `kleiber/${place}`, commit),
    `preparing a tree to check ${commit.slice(0, 9)} …`,
    edges.studio.clock,
    edges.notice,
  );
  if (!opened.ok) return { tree, result: 'could_not_run', runs: [noTree(opened.failure)] };
  for (const report of edges.studio.config.testing.coverage_reports) edges.reports.forget(opened.value.path, report);
  const runs: CheckRun[] = [];
  for (const check of edges.conditions().checks) {
    const running = edges.studio.sandbox.run({
      worktree: opened.value.path,
      command: check.command,
      timeoutMs: check.timeoutMs,
      writable: true,
      binds: edges.binds(),
      gitDir: edges.store.path,
      signal,
    });
    const outcome = await tellIfSlow(
      running,
      `running ${check.command} on ${commit.slice(0, 9)} …`,
      edges.studio.clock,
      edges.notice,
    );
    runs.push(runOf(check, outcome, edges.studio.secrets));
  }
  return { tree, result: overallResult(runs), runs };
}

/** A check that never had a place to run in says why, like one that ran. */
function noTree(failure: GitFailure): CheckRun {
  const output = failure.reason === 'git_failed' ? failure.detail : failure.reason.replaceAll('_', ' ');
  const command = failure.reason === 'git_failed' ? failure.command : 'git worktree add';
  return { name: 'a tree to check', command, result: 'could_not_run', exitCode: null, durationMs: 0, output };
}

/** The shell's own words for a command that is not there or cannot be executed. */
const COULD_NOT_RUN: readonly (number | null)[] = [126, 127];

/** What a check printed goes into the record, so keys are taken out first. */
function runOf(check: Check, outcome: CommandOutcome, secrets: readonly string[]): CheckRun {
  const printed = redactSecrets(outcome.output, secrets);
  return {
    name: check.name,
    command: check.command,
    result: resultOf(outcome),
    exitCode: outcome.exitCode,
    durationMs: Math.round(outcome.durationMs),
    output: outcome.kind === 'exited' ? printed : `${printed}\n[${outcome.kind.replaceAll('_', ' ')}]`,
  };
}

function resultOf(outcome: CommandOutcome): CheckResult {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.exitCode === 0) return 'green';
      return COULD_NOT_RUN.includes(outcome.exitCode) ? 'could_not_run' : 'red';
    case 'timed_out':
    case 'flooded':
      return 'red';
    case 'aborted':
    case 'not_started':
      return 'could_not_run';
  }
}
