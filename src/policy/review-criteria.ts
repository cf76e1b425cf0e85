/**
 * What a reviewer judges, numbered: the task's own criteria first, then the gates of its role (seed 5, agent roles), then
 * what the project asks of tests and names. A criterion that code has proven already is not asked again.
 */
import { type CheckRun, COVERAGE_RUN } from '../domain/check.ts';
import type { Config } from '../domain/config.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import { writesDocumentsOnly } from './documents.ts';
import { canonicalAgent } from './routing-table.ts';

export interface ReviewCriterion {
  /** From 1, as the verdict names it. */
  number: number;
  text: string;
  /** Who asks for it: the task, or a seed's section. */
  source: string;
}

type Rule = readonly [text: string, source: string];

const rulesOf = (source: string, texts: readonly string[]): Rule[] => texts.map(text => [text, source]);

/** Seed 5's quality gates and constraints that only a reader can judge. */
const ROLE_GATES: Readonly<Record<string, readonly string[]>> = {
  'engineer-frontend': [
    'Types are strict: no escape hatch such as any, and no error silenced.',
    'Nothing here makes the browser console show an error.',
    'Every view works on a screen 375 px wide.',
    'It can be used with a keyboard and a screen reader (WCAG 2.1).',
  ],
  'engineer-backend': [
    'No query runs once per row of another query (N+1).',
    "A user's mistake is answered with an error of the 4xx kind, never with a 500.",
    'What comes from outside is validated before it is used.',
  ],
  architect: [
    'It holds design only, no code to be run.',
    'Decisions come with a reason and name the patterns to follow.',
  ],
  scribe: [
    'What it says agrees with the work that has landed.',
    'Nothing that stood in a log before is gone or changed.',
  ],
};

/** `config` is what the project asks of tests and names, `runs` what the checks have said of the work. */
export function reviewCriteria(
  task: Task,
  role: Pick<Role, 'name' | 'produces'>,
  config: Pick<Config, 'testing' | 'conventions'>,
  runs: readonly CheckRun[],
): ReviewCriterion[] {
  const rules: Rule[] = [
    ...rulesOf(
      'task',
      task.body.acceptanceCriteria.map(({ text }) => text),
    ),
    ...templateRules(task),
    ...rulesOf('seed 5, quality gates', ROLE_GATES[canonicalAgent(role.name)] ?? []),
    ...(writesCode(task, role) ? [...testRules(config, runs), ...nameRules(config)] : []),
  ];
  return rules.map(([text, source], index) => ({ number: index + 1, text, source }));
}

/** Documents have neither tests nor functions. */
export const writesCode = (task: Task, role: Pick<Role, 'name' | 'produces'>): boolean =>
  role.produces === 'change' &&
  !writesDocumentsOnly(role.name) &&
  !(task.head.files.length > 0 && task.head.files.every(glob => glob.endsWith('.md')));

const templateRules = ({ body }: Task): Rule[] =>
  body.template === ''
    ? []
    : rulesOf('seed 1, haiku operating guidelines', [
        'The template and its pattern are followed exactly; every deviation was unavoidable and is named in the report.',
      ]);

function testRules({ testing }: Pick<Config, 'testing'>, runs: readonly CheckRun[]): Rule[] {
  return rulesOf('seed 5, testing requirements', [
    `New code is covered by tests${coverageWords(testing.coverage, runs)}; pure functions and validators by unit tests beside them.`,
    `A new or changed endpoint has an integration test (${testing.integration_tests.join(', ')}), a component a test of its own.`,
    `A critical flow of a user that is new or changed has an end-to-end test (${testing.e2e_tests.join(', ')}).`,
  ]);
}

/** The share of lines is asked where code has not told it; how good the tests are only a reader can say. */
function coverageWords(least: number, runs: readonly CheckRun[]): string {
  const run = runs.find(({ name }) => name === COVERAGE_RUN);
  if (run?.result === 'green') return '';
  const untold = run?.result === 'could_not_tell' ? ' (the checks could not tell for every file, see below)' : '';
  return `, lines at ${least} % or more${untold}`;
}

const FILE_NAMES =
  'components PascalCase.tsx, other code camelCase.ts, tests *.test.ts or *.spec.ts, shared types *.types.ts';
const DATABASE_NAMES = 'tables snake_case in the plural, columns snake_case, indexes idx_{table}_{columns}';

/**
 * What a function does only a reader can say, so all of seed 5's names are asked for, also where code has looked. Names of files
 * and of the database that code proves are not asked again.
 */
function nameRules({ conventions }: Pick<Config, 'conventions'>): Rule[] {
  const { handlers = 'handle{Event}', exports } = conventions.functions;
  const own = Object.entries(exports).map(([glob, pattern]) => ` What ${glob} exports is named ${pattern}.`);
  return rulesOf('seed 5, naming conventions', [
    `Names follow the project; where it has no habit: ${handlers} for event handlers, fetch{Resource} for reading, validate{Thing} for checks, {from}To{To} for conversions.${own.join('')}`,
    ...[...(conventions.files ? [] : [FILE_NAMES]), ...(conventions.database ? [] : [DATABASE_NAMES])].map(
      names => `New names follow the project; where it has no habit: ${names}.`,
    ),
  ]);
}
