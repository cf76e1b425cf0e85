/** A check is a command that must pass: tests, types, lint. */
export interface Check {
  name: string;
  command: string;
  timeoutMs: number;
}

/** Three results, never two: "could not run" never counts as green. */
export type CheckResult = 'green' | 'red' | 'could_not_run';

/** The run that stands for no command: what tests run of the changed files. */
export const COVERAGE_RUN = 'coverage of the change';

/** Of one run. `could_not_tell`: it ran and has no answer, which is said and stops nothing. */
export type RunResult = CheckResult | 'could_not_tell';

/** One command on one tree, with the head and tail of what it printed. */
export interface CheckRun {
  name: string;
  command: string;
  result: RunResult;
  exitCode: number | null;
  durationMs: number;
  output: string;
}

/** All checks on one tree. `result` is the worst of the runs; no checks at all could not run. */
export interface Validation {
  tree: string;
  result: CheckResult;
  runs: CheckRun[];
}

/** The worst result wins; a list without an answer has proven nothing. */
export function overallResult(runs: readonly CheckRun[]): CheckResult {
  if (runs.every(run => run.result === 'could_not_tell') || runs.some(run => run.result === 'could_not_run'))
    return 'could_not_run';
  return runs.some(run => run.result === 'red') ? 'red' : 'green';
}

/** A validation as one text, for the memory of the baton; `rememberedValidation` reads it back. */
export const validationText = (validation: Validation): string => JSON.stringify(validation);

/** Null for a text that is not one of ours. */
export function rememberedValidation(text: string): Validation | null {
  try {
    const value = JSON.parse(text) as Partial<Validation>; // our own text, written by `validationText` alone
    return value.result !== undefined && Array.isArray(value.runs) && value.tree !== undefined
      ? { tree: value.tree, result: value.result, runs: value.runs }
      : null;
  } catch {
    return null; // damaged memory is no memory: the checks run again
  }
}
