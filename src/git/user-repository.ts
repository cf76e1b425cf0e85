/** The user's repository as kleiber reaches it: found once with the user's own settings, then pinned and disarmed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, failureOf, type Git, gitAt, nulSeparated, textOf } from './git-command.ts';
import type { GitEnvironment, Setting } from './git-environment.ts';
import { type QuickFacts, quickFacts } from './quick-facts.ts';

export interface UserRepository {
  root: string;
  /** Of this checkout: `<commonDir>` itself or `<commonDir>/worktrees/<name>`. */
  gitDir: string;
  commonDir: string;
  shallow: boolean;
  objectFormat: 'sha1' | 'sha256';
  /** Pinned to the checkout. Safe for commands that touch no file of it; see `disarmed` for the others. */
  git: Git;
  environment: GitEnvironment;
}

const NEEDED: readonly [number, number] = [2, 38];

/** `merge-tree --write-tree`, the heart of a candidate, came with 2.38. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Git programs that were asked for their version in this process and are new enough. */
const newEnough = new Set<string>();

async function checkVersion(environment: GitEnvironment): Promise<GitFailure | null> {
  const version = await gitVersion(environment);
  return version.ok ? null : version.failure;
}

/** The version of the git on this PATH, when it is new enough. */
export async function gitVersion(environment: GitEnvironment): Promise<Result<string, GitFailure>> {
  const output = await gitAt(environment, {})(['version']);
  if (output.exitCode !== 0) return fail(failureOf(['version'], output));
  const found = /\d+\.\d+(?:\.\d+)?/.exec(textOf(output))?.[0] ?? textOf(output);
  return isNewEnough(found) ? ok(found) : fail({ reason: 'git_too_old', found, needed: NEEDED.join('.') });
}

/** What git would say of an ordinary checkout. */
function ordinaryRepository({ root, commonDir }: QuickFacts, environment: GitEnvironment): UserRepository {
  const git = gitAt(environment, { gitDir: commonDir, workTree: root });
  const shallow = existsSync(join(commonDir, 'shallow'));
  return { root, gitDir: commonDir, commonDir, shallow, objectFormat: 'sha1', git, environment };
}

const LOOK = [
  '--is-bare-repository',
  '--is-shallow-repository',
  '--show-object-format',
  '--absolute-git-dir',
  '--git-common-dir',
  '--show-toplevel',
];

/** Finds the repository of a folder; git's ownership check counts here, with the user's `safe.directory`. */
export async function findRepository(
  path: string,
  environment: GitEnvironment,
): Promise<Result<UserRepository, GitFailure>> {
  const facts = quickFacts(path, environment.path);
  if (facts !== null && newEnough.has(facts.git)) return ok(ordinaryRepository(facts, environment));
  const look = ['-C', path, 'rev-parse', '--path-format=absolute', ...LOOK];
  const [version, output] = await Promise.all([
    checkVersion(environment),
    gitAt(environment, { withUserSettings: true })(look),
  ]);
  if (version !== null) return fail(version);
  if (facts !== null) newEnough.add(facts.git);
  const [bare, shallow, objectFormat, gitDir, commonDir, root] = textOf(output).split('\n');
  if (bare === 'true') return fail({ reason: 'bare_repository', path });
  if (output.exitCode !== 0 || gitDir === undefined || commonDir === undefined || root === undefined) {
    const isOwnedByAnother = output.stderr.includes('dubious ownership');
    return fail(isOwnedByAnother ? failureOf(['rev-parse'], output) : { reason: 'not_a_repository', path });
  }
  const git = gitAt(environment, { gitDir, workTree: root });
  const format = objectFormat === 'sha256' ? 'sha256' : 'sha1';
  return ok({ root, gitDir, commonDir, shallow: shallow === 'true', objectFormat: format, git, environment });
}

/** A partial clone fetches missing objects when it is read, from a network that kleiber's git must not touch. */
export async function isPartialClone(git: Git): Promise<boolean> {
  const output = await git(['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$']);
  return output.exitCode === 0;
}

/** Drivers and hooks with a name of the repository's choosing, and what makes each of them do nothing. */
const NAMED: readonly [pattern: RegExp, settings: (name: string) => Setting[]][] = [
  [
    /^(filter\..*)\.(?:clean|smudge|process|required)$/s,
    name => [
      [`${name}.clean`, ''],
      [`${name}.smudge`, ''],
      [`${name}.process`, ''],
      [`${name}.required`, 'false'],
    ],
  ],
  [/^(branch\..*)\.mergeoptions$/s, name => [[`${name}.mergeOptions`, '']]],
  [/^(hook\..*)\.[a-z]+$/s, name => [[`${name}.enabled`, 'false']]],
];

function neutralise(names: readonly string[]): Setting[] {
  const found = new Map<string, Setting>();
  for (const name of names) {
    for (const [pattern, settings] of NAMED) {
      const driver = pattern.exec(name)?.[1];
      for (const setting of driver === undefined ? [] : settings(driver)) found.set(setting[0], setting);
    }
  }
  return [...found.values()];
}

/** A git for commands that write files of the checkout: the names are read each time, so nothing added later slips in. */
export async function disarmed(repository: UserRepository): Promise<Result<Git, GitFailure>> {
  const names = await attempt(repository.git, ['config', '--list', '--name-only', '-z']);
  if (!names.ok) return names;
  const settings = neutralise(nulSeparated(names.value.stdout));
  const { gitDir, root: workTree, environment } = repository;
  return ok(gitAt(environment, { gitDir, workTree, settings }));
}
