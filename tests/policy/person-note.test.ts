import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import { type BoardTask, buildBoard } from '../../src/policy/board.ts';
import { LONGEST_NOTE, noteFault, whyNotTold } from '../../src/policy/person-note.ts';
import {
  at,
  blocked,
  cancelled,
  claimed,
  created,
  humanReview,
  landed,
  proven,
  stateAfter,
  submitted,
} from '../support/policy-values.ts';

const ID = 'shop-1-01-basket';
const told = (attempt: number, text: string): TaskEvent => ({ kind: 'told', attempt, by: 'Ada', text });

function taskAfter(...events: TaskEvent[]): BoardTask {
  const task = buildBoard([], new Map([[ID, stateAfter([created(), ...events], ID)]])).get(ID);
  if (task === undefined) throw new Error('the task is not on the board');
  return task;
}

describe('who hears a note', () => {
  test.each<[string, TaskEvent[], string | null]>([
    ['a task at work', [claimed()], null],
    ['a task that nobody has begun', [], `kleiber show ${ID}`],
    ['a question', [claimed(), blocked(1)], `kleiber answer ${ID} "…"`],
    ['an approval', [claimed(), submitted(), proven(), humanReview(1)], `kleiber review ${ID}`],
    ['handed in', [claimed(), submitted()], `kleiber show ${ID} --why`],
    ['landed', [claimed(), submitted(), landed()], `kleiber retry ${ID} --reason "…"`],
    ['cancelled', [cancelled()], `kleiber retry ${ID} --reason "…"`],
  ])('%s: %s', (_name, events, instead) => {
    expect(whyNotTold(taskAfter(...events))?.instead ?? null).toBe(instead);
  });
});

describe('the size of a note', () => {
  test.each([
    ['', 'there is nothing to tell'],
    [' \n', 'there is nothing to tell'],
    ['x', null],
    ['x'.repeat(LONGEST_NOTE), null],
  ])('%#', (text, fault) => {
    expect(noteFault(text)).toBe(fault);
  });

  test('is capped with both numbers named', () => {
    expect(noteFault('x'.repeat(LONGEST_NOTE + 1))).toContain('at most 4000 characters, this one has 4001');
  });
});

describe('the fold', () => {
  const state = stateAfter([created(), claimed(), told(1, 'cents'), told(1, 'no floats'), submitted()], ID);

  test('keeps what was said to the attempt at work, named by its place in the log', () => {
    expect(state.told).toEqual([
      { seq: 3, attempt: 1, by: 'Ada', text: 'cents', at: at(3) },
      { seq: 4, attempt: 1, by: 'Ada', text: 'no floats', at: at(4) },
    ]);
  });

  test('takes nothing in for an attempt that is over or was never claimed', () => {
    const events = [created(), told(0, 'early'), claimed(), told(2, 'wrong'), submitted(), told(1, 'late')];
    expect(stateAfter(events, ID).told).toEqual([]);
  });
});
