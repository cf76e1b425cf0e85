/** Stand-ins for what was not there yet: found by their mark once both tasks have landed, and by nothing else. */
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import { ID_PATTERN } from '../../src/domain/names.ts';
import { buildBoard, cardOf } from '../../src/policy/board.ts';
import { consolidationId, consolidationTask, landedPairs, pathsWithMark, STUB_MARK } from '../../src/policy/stubs.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { at, claimed, created, landed, stateAfter, submitted, taskOf } from '../support/policy-values.ts';

const DONE: TaskEvent[] = [created(), claimed(1), submitted(1), landed(1)];
const hooks = taskOf({ id: 'hooks', after: ['types', 'client'] });
const boardOf = (done: readonly string[], more: readonly string[] = []) => {
  const tasks = [hooks, taskOf({ id: 'types' }), taskOf({ id: 'client' }), ...more.map(id => taskOf({ id }))];
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

test('nothing is looked at twice: a task for it exists', () => {
  expect(landedPairs(boardOf(['hooks', 'types'], ['hooks-consolidate']))).toEqual([]);
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
    const { head, body } = consolidationTask(task, ['types'], ['src/hooks.ts'], at(5));
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
    expect(consolidationId(id)).toMatch(ID_PATTERN);
  });
});
