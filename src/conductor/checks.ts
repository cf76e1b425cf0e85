/** Runs the checks on one commit in a fresh tree, in the sandbox; a tree that was checked before under the same conditions is not checked again. */
import { redactSecrets } from '../agent/redact.ts';
import type { Check, CheckRun, Validation } from '../domain/check.ts';
import { overallResult, rememberedValidation, validationText } from '../domain/check.ts';
import type { GitFailure } from '../git/git.ts';
import { validationKey } from '../policy/validation-key.ts';
import type { CommandOutcome } from '../shell/sandbox.ts';
import type { ConductorEdges } from './edges.ts';

/** The conductor's own worktree; only the one that leads touches it, so `plan` checks its base in another. */
const CHECK_TREE = 'checks';

export async function checkCommit(
  commit: string,
  edges: ConductorEdges,
  signal: AbortSignal,
  place = CHECK_TREE,
): Promise<Validation> {
  const key = validationKey(await edges.store.rootEntries(commit), edges.conditions());
  const known = edges.holder.baton.recallValidation(key);
  const remembered = known === null ? edges.recentChecks.recall(key) : rememberedValidation(known);
  if (remembered !== null) return remembered;
  const validation = await checkAfresh(commit, edges, signal, place);
  if (signal.aborted) return validation;
  if (validation.result === 'green') edges.holder.baton.rememberValidation(key, validationText(validation));
  else edges.recentChecks.keep(key, validation);
  return validation;
}

/** Runs them whatever is remembered, and remembers nothing: a flaky check is seen by nobody who looks it up. */
export async function checkAfresh(
  commit: string,
  edges: ConductorEdges,
  signal: AbortSignal,
  place: string,
): Promise<Validation> {
  const tree = await edges.store.treeOf(commit);
  const opened = await edges.store.openWorktree(`${edges.worktrees}/${place}`, `kleiber/${place}`, commit);
  if (!opened.ok) return { tree, result: 'could_not_run', runs: [noTree(opened.failure)] };
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
    const outcome = await tellIfSlow(running, `running ${check.command} on ${commit.slice(0, 9)} …`, edges);
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

const SLOW_MS = 2_000;

/** What takes long says so; what is quick shows by its result. */
async function tellIfSlow<Value>(work: Promise<Value>, text: string, edges: ConductorEdges): Promise<Value> {
  const over = new AbortController();
  void edges.studio.clock.sleep(SLOW_MS, over.signal).then(() => {
    if (!over.signal.aborted) edges.notice(text);
  });
  try {
    return await work;
  } finally {
    over.abort();
  }
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

function resultOf(outcome: CommandOutcome): CheckRun['result'] {
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
