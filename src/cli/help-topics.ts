/** `kleiber help <topic>`: what belongs to no single command, and what the codes of refusals mean. */
import { KNOWN_ERRORS } from '../report/errors.ts';

const EXIT_CODES = `Exit codes, the same for every command

  0    done, or there was nothing to do
  1    something failed
  2    wrong use, or a broken file
  3    stopped on purpose and resumable: a question, a review, a cap, a limit of the account
  4    no key, or one that the API refuses
  130  interrupted by Ctrl-C; the step under way was finished and handed back
  143  told to end (SIGTERM), in the same way

With --json a refusal says which it was under "reason". kleiber status --exit-code ends with 3 when something needs you.
`;

const ENVIRONMENT = `Environment

  ANTHROPIC_API_KEY    the key; kleiber keeps it nowhere, and no command of an agent can read it
  ANTHROPIC_BASE_URL   another server that speaks the Messages API; HTTPS, or this machine
  KLEIBER_HOME         where state goes: ledger, worktrees, transcripts. Else XDG_STATE_HOME/kleiber or ~/.local/state/kleiber
  KLEIBER_NO_INPUT     1 asks nothing, like --no-input and like a run without a terminal
  LC_ALL, LC_CTYPE, LANG  a locale that is not UTF-8 gets v x > . in place of ✓ ✗ ▶ ·
  PAGER, LESS          shows kleiber show and kleiber log on a terminal; less -FIRX unless told otherwise
  NO_COLOR, TERM       nothing to do: kleiber prints no colours, and tells by glyph and word

Neither key nor address is ever taken from a repository.
`;

const FLAGS = `Flags that every command takes

  -q, --quiet    prints only answers and errors, no progress and no notes
  --no-input     asks nothing; a missing answer is exit code 2 with the flag to pass
  --no-pager     prints long answers as they are; so does PAGER=cat
  --debug        writes each git, each command and each turn with its duration to a file, and names the file at the end
  -h, --help     options and examples of the command

kleiber status --plain and kleiber log --plain print a line per task or event, columns divided by tabs, for grep, awk and models.
`;

const JSON_TOPIC = `JSON

Commands that show something take --json and print one document on standard output:
  {"schemaVersion":1,"kind":"status", …}
Keys are snake_case, times are UTC as ISO 8601, money is a decimal text under a key that ends in _usd, durations end in _ms.
Within a schemaVersion keys are only ever added. A refusal is a document too, of the kind "error", with reason, what, where and fix;
its words stand on standard error as well. Progress and notes never come on standard output.

  kleiber status --json                  everything
  kleiber status --json id,state         of each task only this; a name that is none lists those that are
  kleiber log --json                     one event per line; with --follow also those to come
  kleiber conduct --json                 one event per line, and how it ended as the last
`;

const errorsTopic = (): string =>
  [
    'Refusals that have a code; kleiber help <code> says more',
    '',
    ...Object.entries(KNOWN_ERRORS).map(([reason, { code }]) => `  ${code}  ${reason.replaceAll('_', ' ')}`),
    '',
  ].join('\n');

const TOPICS: Record<string, () => string> = {
  'exit-codes': () => EXIT_CODES,
  environment: () => ENVIRONMENT,
  flags: () => FLAGS,
  json: () => JSON_TOPIC,
  errors: errorsTopic,
};

/** Null for a word that is no topic and no code. */
export function topicText(word: string): string | null {
  const topic = Object.hasOwn(TOPICS, word) ? TOPICS[word] : undefined;
  if (topic !== undefined) return topic();
  const known = Object.entries(KNOWN_ERRORS).find(
    ([reason, { code }]) => code === word.toUpperCase() || reason === word,
  );
  return known === undefined ? null : `${known[1].code}  ${known[0].replaceAll('_', ' ')}\n\n${known[1].help}\n`;
}
