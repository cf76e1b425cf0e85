import { describe, expect, test } from 'vitest';
import { type Asked, actionsOn, actionsOnAll, lineOf, wordsOf } from '../../src/board/actions.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { BoardTask } from '../../src/policy/board.ts';
import {
  blocked,
  claimed,
  created,
  headOf,
  humanReview,
  proven,
  stateAfter,
  submitted,
} from '../support/policy-values.ts';

const ALL = new Set(['answer', 'review', 'retry', 'tell', 'move', 'pause', 'resume']);
const ID = 'shop-1-01-basket';

function taskAfter(...events: TaskEvent[]): BoardTask {
  const state = stateAfter([created(), ...events], ID);
  const { traits: _, ...head } = headOf();
  const { kind } = state.stage;
  const standing = kind === 'blocked' || kind === 'running' ? kind : 'ready';
  return { card: { ...head, plan: undefined, minutes: null }, state, standing, waitingFor: [], critical: false };
}

const possible = (task: BoardTask): string[] =>
  actionsOn(task, ALL).flatMap(({ name, why }) => (why === null ? [name] : []));

describe('what can be done to a task', () => {
  test.each([
    ['ready', taskAfter(), []],
    ['at work', taskAfter(claimed()), ['tell']],
    ['a question', taskAfter(claimed(), blocked(1)), ['answer', 'retry']],
    [
      'an approval',
      taskAfter(claimed(), submitted(), proven(), humanReview(1)),
      ['approve', 'changes', 'reject', 'retry'],
    ],
  ])('%s', (_, task, names) => {
    expect(possible(task)).toEqual(names);
  });

  test('what cannot be done says why', () => {
    expect(actionsOn(taskAfter(claimed()), ALL).map(({ why }) => why)).toEqual([
      'it asks nothing; it is running',
      'no commit of it waits for a person',
      'no commit of it waits for a person',
      'no commit of it waits for a person',
      'it has not stopped; it is running',
      null,
    ]);
  });

  test('a kleiber without the command offers no such action', () => {
    expect(actionsOn(taskAfter(), new Set(['retry'])).map(({ name }) => name)).toEqual(['retry']);
    expect(actionsOnAll(false, new Set())).toEqual([]);
  });

  test('all work is paused, or goes on', () => {
    expect([actionsOnAll(false, ALL), actionsOnAll(true, ALL)].flat().map(({ name }) => name)).toEqual([
      'pause',
      'resume',
    ]);
  });
});

const asked = (changes: Partial<Asked>): Asked => ({
  name: 'answer',
  task: ID,
  text: '',
  widen: '',
  commit: '',
  ...changes,
});
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('each action is a command line', () => {
  test.each([
    [asked({ text: 'per order' }), ['answer', '--', ID, 'per order'], `kleiber answer ${ID} 'per order'`],
    [
      asked({ text: 'yes', widen: 'src/**' }),
      ['answer', '--widen=src/**', '--', ID, 'yes'],
      `kleiber answer ${ID} yes '--widen=src/**'`,
    ],
    [asked({ text: '--help' }), ['answer', '--', ID, '--help'], `kleiber answer ${ID} --help`],
    [asked({ text: "it's" }), ['answer', '--', ID, "it's"], `kleiber answer ${ID} 'it'\\''s'`],
    [
      asked({ name: 'approve', commit: COMMIT }),
      ['review', '--commit=0123456789ab', '--', ID, 'approve'],
      `kleiber review ${ID} approve --commit=0123456789ab`,
    ],
    [
      asked({ name: 'changes', commit: COMMIT, text: 'a test' }),
      ['review', '--commit=0123456789ab', '--', ID, 'changes', 'a test'],
      `kleiber review ${ID} changes 'a test' --commit=0123456789ab`,
    ],
    [
      asked({ name: 'retry', text: 'key is there' }),
      ['retry', '--reason=key is there', '--', ID],
      `kleiber retry ${ID} '--reason=key is there'`,
    ],
    [asked({ name: 'tell', text: '--cents' }), ['tell', '--', ID, '--cents'], `kleiber tell ${ID} --cents`],
    [asked({ name: 'move', text: 'first' }), ['move', '--', ID, 'first'], `kleiber move ${ID} first`],
    [asked({ name: 'pause', task: '', text: 'lunch' }), ['pause', '--', 'lunch'], 'kleiber pause lunch'],
    [asked({ name: 'resume', task: '' }), ['resume'], 'kleiber resume'],
  ])('%j', (given, words, line) => {
    expect([wordsOf(given), lineOf(given)]).toEqual([words, line]);
  });
});
