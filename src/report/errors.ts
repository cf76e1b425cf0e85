/** The refusals that a person meets most, each under a code that `kleiber help` explains; programs read the reason instead. */

export interface KnownError {
  code: string;
  /** What has happened, why, and what helps, for somebody who reads of it for the first time. */
  help: string;
}

export const KNOWN_ERRORS = {
  no_key: {
    code: 'E01',
    help: `No key, or one that the API refuses; exit code 4. Nothing was sent or nothing was answered, and no attempt counts as failed.
  export ANTHROPIC_API_KEY=…     kleiber reads the key from the environment, and never keeps it
  kleiber doctor                 asks the API whether it takes the key
Without one, plan --from, check, status, board, log, report and rehearse work all the same.`,
  },
  broken_files: {
    code: 'E02',
    help: `A file that people write has faults; exit code 2. All of them are named at once, with line and a right example. A broken task file
stops its own task only; a broken kleiber.yml or role stops everything, because nobody knows what you wanted.
  kleiber check                  names them again
  kleiber check --fix            gives task files in the blueprint's plain form their front matter`,
  },
  faulty_plan: {
    code: 'E03',
    help: `The plan cannot be used: a dependency that does not exist, a circle, an agent that nobody is, files outside of its agent's
paths, two tasks of one name. Code found this, no model; nothing was written. Exit code 2 for a plan of yours, 1 for a planner's.
  kleiber plan --from plan.json --dry-run     checks a plan of yours again
Two tasks that may write the same file are no fault: the later one is made to wait for the earlier.`,
  },
  cap_reached: {
    code: 'E05',
    help: `A cap is reached, and the next request could cost more than it leaves; exit code 3. Work and conversations are kept, and no
attempt counts as failed.
  kleiber budget                 which cap it is, and when it begins anew
  kleiber plan --budget 5 "…"    the cap of planning itself; the others are under budget: in kleiber.yml
  kleiber retry <id>             after a cap was raised`,
  },
  spend_limit: {
    code: 'E06',
    help: `The account's own limit is reached, so no further request was made; exit code 3. Work is kept, attempts are not counted.
Raise the limit with your provider, or wait for its day, then: kleiber conduct`,
  },
  another_conductor: {
    code: 'E07',
    help: `One conductor at a time proves, tests and lands in a repository; exit code 1. The other one is named by its process.
  kleiber status                 what it is doing
  kleiber work --all             works beside it
Stop it with Ctrl-C in its terminal. One that was killed is followed by the next one by itself.`,
  },
  no_such_agent: {
    code: 'E09',
    help: `Nobody has that name; exit code 2. Agents are the five of the blueprint, the sub-agents, and .claude/agents/<name>.md.
  kleiber route --table          lists them with their models`,
  },
  unpriced: {
    code: 'E10',
    help: `The price of a model is unknown, so no cap could be kept, and an unknown price is never taken for 0; exit code 2.
  prices:                        in kleiber.yml takes a row with a model, the day from which it counts, and dollars per million tokens
  models:                        in kleiber.yml says which model each tier means`,
  },
  undelivered: {
    code: 'E11',
    help: `Work has landed in kleiber's own store, and your branch cannot be moved to it because of changes of yours; exit code 3. Nothing
of yours was touched, and workers go on.
  git commit  or  git stash      what is named, then: kleiber conduct --once`,
  },
  old_node: {
    code: 'E12',
    help: `This Node is older than kleiber's dependencies need; exit code 2.
  nvm install 24  or  mise use node@24`,
  },
} as const satisfies Record<string, KnownError>;

export type KnownReason = keyof typeof KNOWN_ERRORS;

export const codeOf = (reason: string): string | null =>
  Object.entries(KNOWN_ERRORS).find(([known]) => known === reason)?.[1].code ?? null;
