/** Words for what went wrong: what happened, where, and the one command that helps. Every failure gets its words here. */
import { dirname } from 'node:path';
import type { BatonFailure } from '../baton/baton.ts';
import { StateUnavailable } from '../baton/state-unavailable.ts';
import { isFullDisk } from '../domain/full-disk.ts';
import { unreachable } from '../domain/result.ts';
import type { GitFailure } from '../git/git.ts';
import type { FileFault } from '../record/record.ts';
import type { SandboxFailure } from '../shell/sandbox.ts';
import { codeOf } from './errors.ts';

/** 0 done · 1 failed · 2 wrong use or a broken file · 3 stopped and resumable · 4 sign-in needed · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

export interface Problem {
  what: string;
  /** Lines of detail: places, causes. */
  where: string[];
  /** Commands that help, the best first. */
  fix: string[];
  exitCode: ExitCode;
  /** The same in a word, for programs. */
  reason: string;
}

const REASONS: Record<ExitCode, string> = {
  0: 'done',
  1: 'failed',
  2: 'wrong_use',
  3: 'stopped',
  4: 'no_key',
  130: 'interrupted',
};

export const problem = (
  exitCode: ExitCode,
  what: string,
  where: string[] = [],
  fix: string[] = [],
  reason: string = REASONS[exitCode],
): Problem => ({ what, where, fix, exitCode, reason });

/** As it is printed: no stack, no apology. */
export function problemText({ what, where, fix, reason }: Problem): string {
  const details = where.flatMap(line => line.split('\n')).map(line => `  ${line}`);
  const code = codeOf(reason);
  return [
    `kleiber: ${what}`,
    ...details,
    ...fix.map((command, index) => `  ${index === 0 ? 'fix' : ' or'}   ${command}`),
    ...(code === null ? [] : [`  help  kleiber help ${code}`]),
  ].join('\n');
}

/** As programs read it, in the place of an answer. */
export const problemJson = ({ what, where, fix, exitCode, reason }: Problem): Record<string, unknown> => ({
  reason,
  code: codeOf(reason),
  exitCode,
  what,
  where,
  fix,
});

export const gitProblem = (failure: GitFailure): Problem => ({ ...wordsOfGit(failure), reason: failure.reason });

function wordsOfGit(failure: GitFailure): Problem {
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
    case 'worktree_busy':
      return problem(
        1,
        `a git of a killed worker still works in ${failure.path}`,
        [],
        ['ps -ef | grep git', 'kleiber clean'],
      );
    case 'git_failed':
      if (/\bE[MN]FILE\b|Too many open files/.test(failure.detail)) return tooManyFiles(failure.detail);
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

export const batonProblem = (failure: BatonFailure): Problem => ({
  ...wordsOfBaton(failure),
  reason: failure.reason,
});

function wordsOfBaton(failure: BatonFailure): Problem {
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
        // With the log beside it, or the next start would find changes to a file that is not there.
        [`mkdir -p '${dirname(failure.path)}/damaged' && mv '${failure.path}'* '${dirname(failure.path)}/damaged'`],
      );
    case 'disk_full':
      return diskFull(`${failure.path}: ${failure.detail}`);
    case 'state_unwritable':
      return problem(1, `${failure.path} cannot be written`, [failure.detail], [`df -h '${dirname(failure.path)}'`]);
    default:
      return unreachable(failure);
  }
}

/** What the machine refused in the middle of the work; null for everything else that is thrown, which is a bug. */
export function machineProblem(error: unknown): Problem | null {
  if (error instanceof StateUnavailable) return stateProblem(error);
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  if (isFullDisk(error)) return diskFull(error.message);
  switch (error.code) {
    case 'EMFILE':
    case 'ENFILE':
      return tooManyFiles(error.message);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return problem(1, 'a file cannot be written', [error.message], ['kleiber doctor']);
    case 'ENOENT':
    case 'EIO':
    case 'ESTALE':
      return problem(3, 'a file that was there is gone or cannot be read', [error.message], ['kleiber conduct']);
    default:
      return null;
  }
}

const diskFull = (detail: string): Problem =>
  problem(
    3,
    'the disk is full',
    [detail, 'What was saved is kept, and the next run goes on from there.'],
    ['make room, then: kleiber conduct'],
    'disk_full',
  );

const tooManyFiles = (detail: string): Problem =>
  problem(
    3,
    'too many files are open',
    [detail],
    ['ulimit -n 4096', 'kleiber conduct --concurrency 1'],
    'too_many_files',
  );

function stateProblem({ reason, path, detail }: StateUnavailable): Problem {
  switch (reason) {
    case 'disk_full':
      return batonProblem({ reason, path, detail });
    case 'damaged':
      return batonProblem({ reason: 'state_damaged', path, detail });
    case 'unwritable':
    case 'input_output':
      return batonProblem({ reason: 'state_unwritable', path, detail });
    case 'gone':
      return problem(
        3,
        `${path} is gone`,
        [detail, 'Landed work is safe in git and is read back; what was running is done again.'],
        ['kleiber conduct'],
      );
    case 'busy':
      return problem(3, `${path} is locked`, [detail], ['end the kleiber process that hangs, then: kleiber conduct']);
    default:
      return unreachable(reason);
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
    failure.reason,
  );

/** All faults of all files, each with its line, what was expected and a right example. */
export function faultsProblem(faults: readonly FileFault[], consequence: string): Problem {
  const lines = faults.flatMap(fault => [
    `${fault.path}:${fault.line}  ${fault.problem}`,
    `    right: ${fault.example}`,
  ]);
  const count = faults.length === 1 ? '1 problem' : `${faults.length} problems`;
  const first = faults[0] === undefined ? '' : `line ${faults[0].line} of ${faults[0].path}`;
  const fix = `mend ${first}, then: kleiber check`;
  return problem(2, `${count} in the files; ${consequence}`, lines, [fix], 'broken_files');
}
