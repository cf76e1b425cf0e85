/** One file of the user's as one commit in the user's checkout: nothing else that lies there or is staged goes along. */
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { GitFailure } from './git.ts';
import { attempt, textOf } from './git-command.ts';
import { disarmed, type UserRepository } from './user-repository.ts';

/** Whether a path stands exactly as it is committed, or is neither committed nor there. */
export async function isClean(repository: UserRepository, path: string): Promise<Result<boolean, GitFailure>> {
  const git = await disarmed(repository);
  if (!git.ok) return git;
  const seen = await attempt(git.value, ['status', '--porcelain', '--untracked-files=all', '--', path]);
  return seen.ok ? ok(textOf(seen.value) === '') : seen;
}

/** Gives the commit. The person is its author; what is staged beside the path stays staged. */
export async function commitFile(
  repository: UserRepository,
  path: string,
  message: string,
  person: { name: string; email: string },
): Promise<Result<string, GitFailure>> {
  const git = await disarmed(repository);
  if (!git.ok) return git;
  const known = await attempt(git.value, ['add', '--intent-to-add', '--', path]);
  if (!known.ok) return known;
  const variables = signatureOf(person);
  const words = ['commit', '--quiet', '--no-verify', '--only', '--cleanup=verbatim', '-m', message, '--', path];
  const done = await attempt(git.value, words, { variables });
  if (!done.ok) return done;
  const head = await attempt(git.value, ['rev-parse', 'HEAD']);
  return head.ok ? ok(textOf(head.value)) : head;
}

/** A person who has told git no name still gets the commit; kleiber signs it. */
function signatureOf({ name, email }: { name: string; email: string }): Record<string, string> {
  const [said, address] = [name || 'kleiber', email || 'kleiber@localhost'];
  return {
    GIT_AUTHOR_NAME: said,
    GIT_AUTHOR_EMAIL: address,
    GIT_COMMITTER_NAME: said,
    GIT_COMMITTER_EMAIL: address,
  };
}
