/** Stand-ins for what was not there yet: found by their mark once both tasks have landed, and by nothing else. */
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import { ID_PATTERN } from '../../src/domain/names.ts';
import type { TaskHead } from '../../src/domain/task.ts';
import { buildBoard, cardOf } from '../../src/policy/board.ts';
import {
  consolidationId,
  consolidationTask,
  isConsolidation,
  landedPairs,
  leftoverFaults,
  nextConsolidation,
  orphanedPairs,
  pathsWithMark,
  STUB_MARK,
} from '../../src/policy/stubs.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { at, cancelled, claimed, created, landed, stateAfter, submitted, taskOf } from '../support/policy-values.ts';

const DONE: TaskEvent[] = [created(), claimed(1), submitted(1), landed(1)];
const hooks = taskOf({ id: 'hooks', after: ['types', 'client'] });
const boardOf = (done: readonly string[], more: readonly Partial<TaskHead>[] = []) => {
  const tasks = [hooks, taskOf({ id: 'types' }), taskOf({ id: 'client' }), ...more.map(head => taskOf(head))];
  const states = new Map(done.map((id): [string, TaskState] => [id, stateAfter(DONE, id)]));
  return buildBoard(tasks.map(cardOf), states);
};

test.each([
  [['hooks'], []],
  [['types', 'client'], []],
  [['hooks', 'types'], ['types']],
  [
    ['hooks', 'types', 'client'],
    ['types', 'client'],
  ],
])('with %j landed, the pairs to look at are those of %j', (done, pairs) => {
  expect(landedPairs(boardOf(done))).toEqual(pairs.map(waitedFor => ({ id: 'hooks', waitedFor })));
});

test.each([
  [['hooks'], [{ id: 'hooks', waitedFor: 'types' }]],
  [[], []],
])('with types cancelled and %j landed, nothing will come for %j', (done, pairs) => {
  const states = new Map(done.map((id): [string, TaskState] => [id, stateAfter(DONE, id)]));
  states.set('types', stateAfter([created(), cancelled()], 'types'));
  const board = buildBoard([hooks, taskOf({ id: 'types' }), taskOf({ id: 'client' })].map(cardOf), states);
  expect([orphanedPairs(board), landedPairs(board)]).toEqual([pairs, []]);
});

test('nothing is looked at twice: a task for it exists', () => {
  const first = { id: 'hooks-consolidate', depends_on: ['hooks', 'types'] };
  expect(landedPairs(boardOf(['hooks', 'types'], [first]))).toEqual([]);
});

test('what lands after such a task was made gets one of its own', () => {
  const first = { id: 'hooks-consolidate', depends_on: ['hooks', 'types'] };
  const board = boardOf(['hooks', 'types', 'client'], [first]);
  expect(landedPairs(board)).toEqual([{ id: 'hooks', waitedFor: 'client' }]);
  expect(consolidationId('hooks', nextConsolidation('hooks', board))).toBe('hooks-consolidate-2');
});

test('such a task is told by its id, and may not leave what it was made for', () => {
  const head = { id: 'hooks-consolidate-2', depends_on: ['hooks', 'client'] };
  expect([head, { ...head, id: 'hooks' }, { ...head, depends_on: [] }].map(isConsolidation)).toEqual([
    true,
    false,
    false,
  ]);
  const texts = new Map([
    ['a.ts', `// ${STUB_MARK} client`],
    ['b.ts', `// ${STUB_MARK} types`],
  ]);
  expect(leftoverFaults(head, texts)).toEqual([
    'a.ts still holds a stand-in for client, which has landed (seed 2, dependency not ready)',
  ]);
});

test.each([
  [`// ${STUB_MARK} types`, true],
  [`# ${STUB_MARK}  types, please`, true],
  [`${STUB_MARK} types.`, true],
  [`${STUB_MARK} types-2`, false],
  [`${STUB_MARK} types2`, false],
  ['TODO: consolidate types', false],
])('%s: %s', (text, isMarked) => {
  expect(pathsWithMark(new Map([['a.ts', text]]), 'types')).toEqual(isMarked ? ['a.ts'] : []);
});

describe('the task that takes them away', () => {
  test('is for the agent that left them, after both, in the files that hold them', () => {
    const task = boardOf([]).get('hooks');
    if (task === undefined) throw new Error('bug in the test');
    const { head, body } = consolidationTask(task, ['types'], ['src/hooks.ts'], at(5), 1);
    expect(head).toEqual({
      id: 'hooks-consolidate',
      agent: 'engineer-backend',
      phase: 'EXEC',
      title: 'Replace the stand-ins of hooks',
      priority: 'p1',
      created: at(5),
      depends_on: ['hooks', 'types'],
      after: [],
      files: ['src/hooks.ts'],
      traits: { reversible: true, minutes: 10 },
      risk: [],
    });
    expect(body.acceptanceCriteria.length).toBeGreaterThan(0);
  });

  test.each(['a', 'a'.repeat(64), `${'a'.repeat(51)}-${'b'.repeat(12)}`])('has an id that is one: %s', id => {
    for (const number of [1, 2, 99]) expect(consolidationId(id, number)).toMatch(ID_PATTERN);
  });
});
