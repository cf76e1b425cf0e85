/** What a project holds work against beside its checks, in words for whoever does the work: nobody should find out by failing. */
import type { Config } from '../domain/config.ts';

type Rules = Pick<Config, 'testing' | 'conventions'>;

/** One line for each rule that is switched on. */
export function proofRules({ testing, conventions }: Rules): string[] {
  const { handlers, exports } = conventions.functions;
  const inFolders = (globs: readonly string[]): string => globs.join(', ');
  const rules: [boolean, string][] = [
    [
      testing.coverage_reports.length > 0,
      `tests run ${testing.coverage} % or more of the lines of every source file that you change`,
    ],
    [
      testing.endpoints_need_integration_tests,
      `an endpoint (${inFolders(testing.endpoints)}) comes with an integration test in ${inFolders(testing.integration_tests)}`,
    ],
    [
      testing.components_need_stories,
      `a new component (${inFolders(testing.components)}) has a story beside it: Name.stories.tsx`,
    ],
    [conventions.files, 'new files: components PascalCase.tsx, other code camelCase.ts, tests *.test.ts or *.spec.ts'],
    [conventions.database, 'new tables are named in plural snake_case, indexes idx_<table>_<columns>'],
    [handlers !== undefined, `functions that on… props and addEventListener are given are named ${handlers}`],
    ...Object.entries(exports).map(([glob, pattern]): [boolean, string] => [
      true,
      `functions that ${glob} exports are named ${pattern}`,
    ]),
  ];
  return rules.filter(([isOn]) => isOn).map(([, text]) => text);
}
