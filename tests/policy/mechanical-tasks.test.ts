/** When the scribe is called, and with what: once per finished wave, never for its own work, never beside a planner's own. */
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { TaskHead } from '../../src/domain/task.ts';
import { buildBoard, cardOf } from '../../src/policy/board.ts';
import { evidenceOf } from '../../src/policy/evidence.ts';
import { scribeRounds, scribeTask } from '../../src/policy/mechanical-tasks.ts';
import { route } from '../../src/policy/route.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import {
  at,
  cancelled,
  claimed,
  created,
  landed,
  NO_RULES,
  roleOf,
  stateAfter,
  submitted,
  taskOf,
} from '../support/policy-values.ts';

const DONE: TaskEvent[] = [created(), claimed(1), submitted(1), landed(1)];
const LATER = at(30);

/** a and b are the first wave, c the second. */
const PLAN: Partial<TaskHead>[] = [{ id: 'a' }, { id: 'b' }, { id: 'c', depends_on: ['a'] }];

const roundsWith = (done: readonly string[], more: readonly Partial<TaskHead>[] = [], gone: readonly string[] = []) => {
  const files = [...PLAN, ...more].map(head => taskOf({ plan: 'p1', ...head }));
  const tasks = new Map(files.map(task => [task.head.id, { task }]));
  const states = new Map<string, TaskState>([
    ...done.map((id): [string, TaskState] => [id, stateAfter(DONE, id)]),
    ...gone.map((id): [string, TaskState] => [id, stateAfter([created(), cancelled()], id)]),
  ]);
  return scribeRounds({ board: buildBoard(files.map(cardOf), states), tasks }).map(
    ({ number, wave, landed: tasks }) => ({
      number,
      wave,
      landed: tasks.map(({ card }) => card.id),
    }),
  );
};

const scribe = (number: number, createdAt: string): Partial<TaskHead> => ({
  id: `p1-scribe-${number}`,
  agent: 'scribe',
  created: createdAt,
});

describe('a round is due', () => {
  test.each<[string, string[], Partial<TaskHead>[], string[], ReturnType<typeof roundsWith>]>([
    ['not before a wave is finished', ['a'], [], [], []],
    ['when the first wave is finished', ['a', 'b'], [], [], [{ number: 1, wave: 1, landed: ['a', 'b'] }]],
    ['also when part of it was cancelled', ['a'], [], ['b'], [{ number: 1, wave: 1, landed: ['a'] }]],
    [
      'once for two waves that ended together',
      ['a', 'b', 'c'],
      [],
      [],
      [{ number: 1, wave: 2, landed: ['a', 'b', 'c'] }],
    ],
    ['not while the last one is under way', ['a', 'b', 'c'], [scribe(1, at(0))], [], []],
    [
      'again for what landed since, at the end of the plan',
      ['a', 'b', 'c', 'p1-scribe-1'],
      [scribe(1, at(0))],
      [],
      [{ number: 2, wave: 2, landed: ['a', 'b', 'c'] }],
    ],
    ['not for the work of the scribe', ['a', 'b', 'c', 'p1-scribe-1'], [scribe(1, LATER)], [], []],
    [
      'never where the planner has given the progress to the scribe',
      ['a', 'b', 'c'],
      [{ id: 'log', agent: 'scribe', files: ['*.md'], depends_on: ['d'] }],
      [],
      [],
    ],
    [
      'also beside a task of another sort that the planner gave to the scribe',
      ['a', 'b', 'c', 'log'],
      [{ id: 'log', agent: 'scribe', files: ['docs/guide.md'] }],
      [],
      [{ number: 1, wave: 2, landed: ['a', 'b', 'c'] }],
    ],
    [
      'not while that one is being done',
      ['a', 'b', 'c'],
      [{ id: 'log', agent: 'scribe', files: ['docs/guide.md'] }],
      [],
      [],
    ],
    [
      'never for a validator',
      ['a', 'b', 'v'],
      [{ id: 'v', agent: 'validator' }],
      [],
      [{ number: 1, wave: 1, landed: ['a', 'b'] }],
    ],
  ])('%s', (_, done, more, gone, rounds) => {
    expect(roundsWith(done, more, gone)).toEqual(rounds);
  });
});

describe('the task', () => {
  const board = buildBoard(
    PLAN.map(head => cardOf(taskOf({ plan: 'p1', ...head }))),
    new Map([...'abc'].map(id => [id, stateAfter(DONE, id)])),
  );
  const [round] = scribeRounds({ board, tasks: new Map() });
  if (round === undefined) throw new Error('bug in the test');
  const scribeRole = roleOf('scribe', { paths: ['docs/**', '*.md'] });

  test('is haiku work that names what landed, with a template', () => {
    const task = scribeTask(round, scribeRole, LATER);
    if (task === null) throw new Error('no task');
    expect(task.head.id).toBe('p1-scribe-1');
    expect(route(task.head, {}, evidenceOf(null, { critical: false }, task, NO_RULES)).tier).toBe('haiku');
    expect(task.body.context).toContain('a (engineer-backend): Add a basket');
    expect(task.body.template).toContain('CHANGELOG.md');
  });

  test('asks only for documents that the scribe of this project may write', () => {
    expect(scribeTask(round, roleOf('scribe', { paths: ['docs/**'] }), LATER)?.head.files).toEqual([
      'docs/decisions/**',
      'docs/api/**',
    ]);
    expect(scribeTask(round, roleOf('scribe', { paths: ['notes/**'] }), LATER)).toBeNull();
    expect(scribeTask(round, roleOf('scribe', { readOnly: true }), LATER)).toBeNull();
  });
});
