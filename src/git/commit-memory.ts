/** What was asked of a commit once need not be asked again: a commit never changes, and the same few come up again and again. */

/** So many commits are kept: those of a few branches and candidates. */
const KEPT_COMMITS = 32;

export interface CommitMemory<Value> {
  /** Asks once, also when several want to know at the same moment. */
  of(commit: string): Promise<Value>;
  /** Somebody has just made this commit and knows. */
  know(commit: string, value: Value): void;
}

export function commitMemory<Value>(ask: (commit: string) => Promise<Value>): CommitMemory<Value> {
  const known = new Map<string, Promise<Value>>();
  const keep = (commit: string, answer: Promise<Value>): void => {
    known.delete(commit);
    known.set(commit, answer);
    if (known.size > KEPT_COMMITS) known.delete(known.keys().next().value ?? '');
  };
  return {
    of: async commit => {
      const answer = known.get(commit) ?? ask(commit);
      keep(commit, answer);
      // What could not be answered is asked again.
      answer.catch(() => known.delete(commit));
      return await answer;
    },
    know: (commit, value) => keep(commit, Promise.resolve(value)),
  };
}
