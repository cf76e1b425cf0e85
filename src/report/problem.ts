/** Words for what went wrong: what happened, where, and the one command that helps. Every failure gets its words here. */
import type { BatonFailure } from '../baton/baton.ts';
import { unreachable } from '../domain/result.ts';
import type { GitFailure } from '../git/git.ts';
import type { FileFault } from '../record/record.ts';
import type { SandboxFailure } from '../shell/sandbox.ts';

/** 0 done · 1 failed · 2 wrong use or a broken file · 3 stopped and resumable · 4 sign-in needed · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

export interface Problem {
  what: string;
  /** Lines of detail: places, causes. */
  where: string[];
  /** Commands that help, the best first. */
  fix: string[];
  exitCode: ExitCode;
}

export const problem = (exitCode: ExitCode, what: string, where: string[] = [], fix: string[] = []): Problem => ({
  what,
  where,
  fix,
  exitCode,
});

/** As it is printed: no stack, no apology. */
export function problemText({ what, where, fix }: Problem): string {
  const details = where.flatMap(line => line.split('\n')).map(line => `  ${line}`);
  return [
    `kleiber: ${what}`,
    ...details,
    ...fix.map((command, index) => `  ${index === 0 ? 'fix' : ' or'}   ${command}`),
  ].join('\n');
}

export function gitProblem(failure: GitFailure): Problem {
  switch (failure.reason) {
    case 'git_missing':
      return problem(2, 'git was not found on PATH', [], ['install git 2.38 or newer']);
    case 'git_too_old':
      return problem(
        2,
        `git ${failure.found} is too old; kleiber needs ${failure.needed} or newer`,
        [],
        ['update git'],
      );
    case 'not_a_repository':
      return problem(
        2,
        `${failure.path} is not inside a git repository`,
        [],
        ['git init && git commit --allow-empty -m "first"'],
      );
    case 'bare_repository':
      return problem(
        2,
        `${failure.path} is a bare repository; kleiber needs a checkout`,
        [],
        ['git clone it and run kleiber in the clone'],
      );
    case 'partial_clone':
      return problem(
        2,
        `${failure.path} is a partial clone; kleiber needs all objects`,
        [],
        ['git fetch --refetch --no-filter'],
      );
    case 'no_commits':
      return problem(
        2,
        `${failure.path} has no commits yet, so there is no base to build on`,
        [],
        ['git add -A && git commit -m "first"'],
      );
    case 'no_branch':
      return problem(2, `there is no branch ${failure.ref}`, [], ['git branch --list']);
    case 'worktree_missing':
      return problem(1, `the worktree ${failure.path} is gone`, [], ['kleiber conduct --once']);
    case 'git_failed':
      return problem(
        1,
        `${failure.command} failed${failure.exitCode === null ? '' : ` with exit code ${failure.exitCode}`}`,
        [failure.detail],
        ['kleiber doctor'],
      );
    default:
      return unreachable(failure);
  }
}

export function batonProblem(failure: BatonFailure): Problem {
  switch (failure.reason) {
    case 'newer_format':
      return problem(
        2,
        `${failure.path} was written by a newer kleiber (format ${failure.found}, this one knows ${failure.known})`,
        [],
        ['npm install -g kleiber@latest'],
      );
    case 'state_damaged':
      return problem(
        2,
        `${failure.path} is damaged`,
        [failure.detail, 'Landed work is safe in git and can be read back.'],
        [`mv '${failure.path}' '${failure.path}.damaged'`],
      );
    case 'state_unwritable':
      return problem(1, `${failure.path} cannot be written`, [failure.detail], ['kleiber doctor']);
    default:
      return unreachable(failure);
  }
}

export const sandboxProblem = (failure: SandboxFailure): Problem =>
  problem(
    2,
    failure.reason === 'sandbox_missing'
      ? 'bubblewrap was not found, so commands of agents cannot be confined'
      : 'the sandbox does not work here',
    [failure.detail],
    ['apt-get install bubblewrap', 'kleiber … --no-sandbox   (commands then run with your rights)'],
  );

/** All faults of all files, each with its line, what was expected and a right example. */
export function faultsProblem(faults: readonly FileFault[], consequence: string): Problem {
  const lines = faults.flatMap(fault => [
    `${fault.path}:${fault.line}  ${fault.problem}`,
    `    right: ${fault.example}`,
  ]);
  const count = faults.length === 1 ? '1 problem' : `${faults.length} problems`;
  const first = faults[0] === undefined ? '' : `line ${faults[0].line} of ${faults[0].path}`;
  return problem(2, `${count} in the files; ${consequence}`, lines, [`mend ${first}, then: kleiber check`]);
}
