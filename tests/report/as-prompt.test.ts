import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { GitStore } from '../../src/git/git.ts';
import { buildBoard } from '../../src/policy/board.ts';
import { asPrompt, whatFailed } from '../../src/report/as-prompt.ts';
import type { TaskFile } from '../../src/report/board-keeper.ts';
import {
  blocked,
  claimed,
  created,
  ended,
  landed,
  proven,
  returned,
  stateAfter,
  submitted,
  validated,
  validationOf,
} from '../support/policy-values.ts';

const ID = 'shop-1-01-basket';
const logged = (...events: TaskEvent[]) => stateAfter([created(), ...events], ID);

describe('what failed', () => {
  test.each<[string, TaskEvent[], string]>([
    ['nothing yet', [claimed()], ''],
    ['a question', [claimed(), blocked(1)], 'needed: '],
    ['the way an attempt ended', [claimed(), ended(1, { end: { reason: 'turn_limit', turns: 9 } })], 'turn limit'],
    ['the note with which it came back', [claimed(), submitted(), returned(1, { note: 'round once' })], 'round once'],
  ])('%s', (_name, events, words) => {
    expect(whatFailed(logged(...events))).toContain(words);
  });

  test('the output of red checks, and nothing once it has landed', () => {
    const red: TaskEvent = {
      kind: 'validated',
      attempt: 1,
      commit: 'commit-1',
      validation: validationOf('red', 'expected 39, received 40'),
      baseResult: 'green',
    };
    expect(whatFailed(logged(claimed(), submitted(), proven(), red))).toContain('expected 39, received 40');
    expect(whatFailed(logged(claimed(), submitted(), proven(), validated(1, 'green'), landed()))).toBe('');
  });
});

describe('a task as a prompt', () => {
  const state = logged(claimed(), submitted(), returned(1, { note: 'round once' }));
  const task = buildBoard([], new Map([[ID, state]])).get(ID);
  const file = { text: '# Basket\n\n```js\nconst a = 1;\n```\n' } as TaskFile; // as much of a file as is read
  const store = { diff: async (base: string, commit: string) => `${base}..${commit}\n+a` } as unknown as GitStore; // as much of a store as is asked

  test('has task, what failed and the difference, each in a fence that its text cannot end', async () => {
    if (task === undefined) throw new Error('the task is not on the board');
    const text = await asPrompt(task, file, store);
    expect(text.split('\n\n## ').slice(1)).toEqual([
      'The task\n\n````markdown\n# Basket\n\n```js\nconst a = 1;\n```\n````',
      'What failed\n\n```text\nround once\n```',
      `The difference so far\n\n\`\`\`diff\n${state.submission?.base}..${state.submission?.commit}\n+a\n\`\`\``,
    ]);
  });

  test('leaves out what there is not', async () => {
    if (task === undefined) throw new Error('the task is not on the board');
    expect((await asPrompt(task, undefined, null)).match(/^## .*/gm)).toEqual(['## What failed']);
  });
});
