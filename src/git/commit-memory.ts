/** What was asked of a commit, or of two, need not be asked again: they never change, and the same few come up again and again. */

/** So many answers are kept: those about a few branches and candidates. */
const KEPT_ANSWERS = 32;

export interface CommitMemory<Value> {
  /** Asks once, also when several want to know at the same moment. */
  of(key: string): Promise<Value>;
  /** Somebody has just made this commit and knows. */
  know(key: string, value: Value): void;
}

export function commitMemory<Value>(ask: (key: string) => Promise<Value>): CommitMemory<Value> {
  const known = new Map<string, Promise<Value>>();
  const keep = (key: string, answer: Promise<Value>): void => {
    known.delete(key);
    known.set(key, answer);
    if (known.size > KEPT_ANSWERS) known.delete(known.keys().next().value ?? '');
  };
  return {
    of: async key => {
      const answer = known.get(key) ?? ask(key);
      keep(key, answer);
      // What could not be answered is asked again.
      answer.catch(() => known.delete(key));
      return await answer;
    },
    know: (key, value) => keep(key, Promise.resolve(value)),
  };
}
