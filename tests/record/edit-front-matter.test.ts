import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editFrontMatter } from '../../src/record/edit-front-matter.ts';
import { readFrontMatter } from '../../src/record/front-matter.ts';
import { idValue, lineValue } from '../support/record-values.ts';

const TEXT = `---
# The task of the week.
id: feat-001   # never change this
title: 'Add coupons'
files: # what it may write
  - src/a/** # the core
  - src/b/**

# money
budget_usd: 1.5 # agreed
model:
risk: [payment, pii] # both
note: |
  two
  lines
---
body
---
`;

const edit = (text: string, changes: Record<string, unknown>): unknown => {
  const result = editFrontMatter(text, changes);
  return result.ok ? result.value : result.failure;
};

describe('changing single keys', () => {
  it.each([
    [{ budget_usd: 3 }, 'budget_usd: 1.5 #', 'budget_usd: 3 #'],
    [{ title: 'Add: coupons' }, "title: 'Add coupons'", 'title: "Add: coupons"'],
    [{ model: 'opus' }, 'model:\n', 'model: opus\n'],
    [{ risk: [] }, 'risk: [payment, pii] #', 'risk: [] #'],
    [{ files: ['src/c/**', '**/d'] }, '- src/a/** # the core\n  - src/b/**\n', '- src/c/**\n  - "**/d"\n'],
    [{ note: 'one' }, 'note: |\n  two\n  lines\n', 'note: one\n'],
    [{ title: undefined }, "title: 'Add coupons'\n", ''],
    [{ risk: undefined }, 'risk: [payment, pii] # both\n', ''],
    [{ files: undefined }, 'files: # what it may write\n  - src/a/** # the core\n  - src/b/**\n', ''],
    [{ review: 'human', plan: 'p-1' }, '  lines\n---', '  lines\nreview: human\nplan: p-1\n---'],
    [{ absent: undefined }, 'id', 'id'],
    [{ id: 'feat-001' }, 'id', 'id'],
  ])('makes %j and leaves everything else', (changes, before, after) => {
    const expected = TEXT.replace(before, after);
    expect(edit(TEXT, changes)).toBe(expected);
    expect(edit(TEXT.replaceAll('\n', '\r\n'), changes)).toBe(expected.replaceAll('\n', '\r\n'));
  });

  it('changes several keys at once', () => {
    expect(edit(TEXT, { risk: ['pii'], id: 'feat-002', new: true })).toBe(
      TEXT.replace('[payment, pii]', '[ pii ]')
        .replace('feat-001', 'feat-002')
        .replace('lines\n', 'lines\nnew: true\n'),
    );
  });

  it('begins front matter that was empty', () => {
    expect(edit('---\n---\nbody', { a: 1 })).toBe('---\na: 1\n---\nbody');
  });

  it('says so when it cannot, and when the file was broken before', () => {
    expect(edit('---\n{ a: 1 }\n---\n', { b: 2 })).toMatchObject([
      { problem: 'b cannot be changed without touching the rest' },
    ]);
    expect(edit('---js\n---\n', { b: 2 })).toMatchObject([
      { problem: 'the first line is "---js"; expected exactly ---' },
    ]);
  });

  it('gives exactly the changed values, whatever they are', () => {
    const value = fc.oneof(
      lineValue,
      fc.integer(),
      fc.boolean(),
      fc.array(lineValue, { maxLength: 3 }),
      fc.constant('a\nb'),
    );
    const changes = fc.dictionary(fc.oneof(idValue, fc.constantFrom('title', 'files', 'note', 'model')), value, {
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(changes, made => {
        const result = editFrontMatter(TEXT, made);
        const before = readFrontMatter('', TEXT);
        const after = result.ok ? readFrontMatter('', result.value) : result;
        expect(after.ok && before.ok && after.value.data).toEqual(before.ok && { ...before.value.data, ...made });
        expect(after.ok && after.value.body).toBe('body\n---\n');
      }),
      { numRuns: 200 },
    );
  });
});
