/** Why a whole run stopped before its work was done, in the words a person needs. */
import { type Problem, problem } from '../report/problem.ts';
import type { WorkerResult } from '../worker/edges.ts';

type Halted = NonNullable<WorkerResult['halted']>;

/** Also where a word of the worker's is one that every command has for it. */
const REASONS: Partial<Record<Halted['reason'], string>> = { unauthorized: 'no_key' };

export const haltProblem = (halted: Halted): Problem => ({
  ...wordsOf(halted),
  reason: REASONS[halted.reason] ?? halted.reason,
});

function wordsOf({ reason, detail }: Halted): Problem {
  switch (reason) {
    case 'unauthorized':
      return problem(4, 'the API refused the key', [detail], ['export ANTHROPIC_API_KEY=…', 'kleiber doctor']);
    case 'spend_limit':
      return problem(
        3,
        'the spend limit of the account is reached; no further request was made',
        [detail],
        ['raise the limit, then: kleiber conduct'],
      );
    case 'unknown_model':
      return problem(2, `the API knows no model ${detail}`, [], ['change models: in kleiber.yml', 'kleiber doctor']);
    case 'unreachable':
      return problem(3, 'the API cannot be reached; work and conversations are kept', [detail], ['kleiber doctor']);
    case 'paused':
      return problem(
        3,
        detail,
        ['Nothing new was started; what was under way was finished and kept.'],
        ['kleiber resume'],
      );
    case 'cost_guard':
      return problem(
        3,
        'today has cost more than the guard; nothing new is started until a person says so',
        ['Work that is under way was finished and kept.'],
        ['kleiber conduct --past-guard'],
      );
  }
}
