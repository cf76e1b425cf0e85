/** What a reviewer judges: numbered, the task's own first, then the role's gates, then what the project asks. */
import { expect, test } from 'vitest';
import { configSchema } from '../../src/domain/config.ts';
import { reviewCriteria } from '../../src/policy/review-criteria.ts';
import { taskOf } from '../support/policy-values.ts';

const config = configSchema.parse({ testing: { coverage: 90 } });
const role = (name: string) => ({ name, produces: 'change' as const });

test('numbers run from 1 without a gap, and the task speaks first', () => {
  const task = taskOf({ id: 'a' });
  const criteria = reviewCriteria(task, role('engineer-backend'), config, []);
  expect(criteria.map(({ number }) => number)).toEqual(criteria.map((_, index) => index + 1));
  expect(criteria[0]).toEqual({ number: 1, text: task.body.acceptanceCriteria[0]?.text, source: 'task' });
  expect(criteria.filter(({ source }) => source === 'task')).toHaveLength(task.body.acceptanceCriteria.length);
});

test.each([
  ['engineer-frontend', ['375 px', 'WCAG 2.1', 'console']],
  ['engineer-backend', ['N+1', 'never with a 500', 'validated before']],
  ['scribe', ['Nothing that stood in a log']],
  ['architect', ['design only']],
])('%s answers for its gates of seed 5', (agent, words) => {
  const text = reviewCriteria(taskOf({ id: 'a', agent }), role(agent), config, [])
    .map(criterion => criterion.text)
    .join('\n');
  for (const word of words) expect(text).toContain(word);
});

test('the coverage of the project reaches the reviewer, and documents are asked for none', () => {
  const asked = (agent: string, files: string[]): boolean =>
    reviewCriteria(taskOf({ id: 'a', agent, files }), role(agent), config, []).some(({ text }) =>
      text.includes('90 %'),
    );
  expect([
    asked('engineer-backend', ['src/**']),
    asked('engineer-backend', ['docs/api.md']),
    asked('scribe', ['PROGRESS.md']),
  ]).toEqual([true, false, false]);
});

test('a template is held against the work', () => {
  const task = taskOf({ id: 'a' });
  const withTemplate = { ...task, body: { ...task.body, template: 'copy this' } };
  const sources = (of: typeof task) =>
    reviewCriteria(of, role('engineer-backend'), config, []).map(({ source }) => source);
  expect(sources(withTemplate)).toContain('seed 1, haiku operating guidelines');
  expect(sources(task)).not.toContain('seed 1, haiku operating guidelines');
});

test('names of files and of the database are asked for where no code proves them, and end-to-end tests where they live', () => {
  const text = (from: typeof config): string =>
    reviewCriteria(taskOf({ id: 'a' }), role('engineer-backend'), from, [])
      .map(criterion => criterion.text)
      .join('\n');
  const proven = configSchema.parse({
    conventions: { files: true, database: true },
    testing: { e2e_tests: ['flows/**'] },
  });
  const words = ['*.types.ts', 'columns snake_case', 'tests/e2e/**', 'flows/**'];
  expect(words.map(word => text(config).includes(word))).toEqual([true, true, true, false]);
  expect(words.map(word => text(proven).includes(word))).toEqual([false, false, false, true]);
});

test("the project's own names of functions reach the reviewer, because what a function does only a reader can say", () => {
  const own = configSchema.parse({
    conventions: { functions: { handlers: 'on{Event}', exports: { 'src/api/**': 'load{Resource}' } } },
  });
  const named = (from: typeof own): string | undefined =>
    reviewCriteria(taskOf({ id: 'a' }), role('engineer-backend'), from, []).find(({ source }) =>
      source.includes('naming'),
    )?.text;
  expect(named(own)).toBe(
    'Names follow the project; where it has no habit: on{Event} for event handlers, fetch{Resource} for reading, validate{Thing} for checks, {from}To{To} for conversions. What src/api/** exports is named load{Resource}.',
  );
  expect(named(config)).toContain('handle{Event} for event handlers');
});
