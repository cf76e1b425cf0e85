/** Sort and complexity of a task, told from its file alone. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Traits } from '../../src/domain/task.ts';
import { type Complexity, complexityOf, type TaskType, typeOf } from '../../src/policy/task-kind.ts';
import { taskOf } from '../support/policy-values.ts';

test.each<[Traits, TaskType]>([
  [{}, 'other'],
  [{ repetitive: true }, 'repetitive'],
  [{ complete_feature: true, repetitive: true }, 'feature'],
  [{ architectural: true, complete_feature: true }, 'architectural'],
  [{ doc: 'draft', architectural: true }, 'doc'],
])('%o is of the sort %s', (traits, type) => {
  expect(typeOf({ traits })).toBe(type);
});

const criteria = (count: number) => Array.from({ length: count }, () => ({ text: 'it works', checked: false }));

test.each<[string, Parameters<typeof taskOf>, Complexity]>([
  ['ten minutes', [{ traits: { minutes: 10 } }], 1],
  ['nobody says how long', [{}], 2],
  ['eleven minutes', [{ traits: { minutes: 11 } }], 2],
  ['half an hour of a whole feature', [{ traits: { minutes: 30, complete_feature: true } }], 3],
  ['an hour of architecture', [{ traits: { minutes: 60, architectural: true } }], 5],
  ['a risk', [{ traits: { minutes: 5 }, risk: ['payment'] }], 2],
  ['seven criteria', [{ traits: { minutes: 5 } }, { acceptanceCriteria: criteria(7) }], 2],
  ['six criteria', [{ traits: { minutes: 5 } }, { acceptanceCriteria: criteria(6) }], 1],
  ['repetition with a template', [{ traits: { minutes: 20, repetitive: true } }, { template: 'like this' }], 1],
  ['repetition without one', [{ traits: { minutes: 20, repetitive: true } }], 2],
])('%s', (_name, parts, complexity) => {
  expect(complexityOf(taskOf(...parts))).toBe(complexity);
});

test('property: it is always from 1 to 5, and more minutes never make a task easier', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.nat({ max: 100 }),
      fc.boolean(),
      (minutes, more, architectural) => {
        const of = (time: number) => complexityOf(taskOf({ traits: { minutes: time, architectural } }));
        expect([1, 2, 3, 4, 5]).toContain(of(minutes));
        expect(of(Math.min(600, minutes + more))).toBeGreaterThanOrEqual(of(minutes));
      },
    ),
  );
});
