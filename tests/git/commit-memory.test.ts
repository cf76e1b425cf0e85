import { expect, test } from 'vitest';
import { commitMemory } from '../../src/git/commit-memory.ts';

const counted = (answer: (commit: string) => Promise<string>) => {
  const asked: string[] = [];
  const memory = commitMemory(commit => {
    asked.push(commit);
    return answer(commit);
  });
  return { asked, memory };
};

test('a commit is asked about once, also by several at the same moment, and not at all when somebody knows', async () => {
  const { asked, memory } = counted(async commit => `tree of ${commit}`);
  memory.know('b', 'told');
  expect(await Promise.all(['a', 'a', 'b'].map(commit => memory.of(commit)))).toEqual([
    'tree of a',
    'tree of a',
    'told',
  ]);
  expect(await memory.of('a')).toBe('tree of a');
  expect(asked).toEqual(['a']);
});

test('what could not be answered is asked again', async () => {
  let isThere = false;
  const { asked, memory } = counted(async () => {
    if (!isThere) throw new Error('not there yet');
    return 'tree';
  });
  await expect(memory.of('a')).rejects.toThrow('not there yet');
  isThere = true;
  expect(await memory.of('a')).toBe('tree');
  expect(asked).toEqual(['a', 'a']);
});

test('the oldest are forgotten', async () => {
  const { asked, memory } = counted(async commit => commit);
  const many = Array.from({ length: 33 }, (_, index) => `c${index}`);
  for (const commit of [...many, 'c32', 'c0']) await memory.of(commit);
  expect(asked).toEqual([...many, 'c0']);
});
