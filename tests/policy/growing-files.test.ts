/** Small rules of the proof: logs only grow, and a quick fix stays small. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLogFile, lostLine } from '../../src/policy/append-only.ts';
import { outgrownNote } from '../../src/policy/quickfix.ts';

describe('a log', () => {
  test.each([
    ['CHANGELOG.md', true],
    ['packages/a/changelog.md', true],
    ['PROGRESS.md', true],
    ['docs/decision-log.md', true],
    ['docs/catalog.md', false],
    ['README.md', false],
  ])('%s: %s', (path, isLog) => {
    expect(isLogFile(path)).toBe(isLog);
  });

  test.each([
    ['a\nb\n', 'a\nnew\nb\n', null],
    ['a\nb\n', 'new\na\n\nb', null],
    ['a\nb\n', 'a\n', 'b'],
    ['a\nb\n', 'b\na\n', 'b'],
    ['a\na\n', 'a\n', 'a'],
    ['', 'a\n', null],
    ['a  \n', 'a\n', null],
  ])('%j that becomes %j loses %j', (before, after, lost) => {
    expect(lostLine(before, after)).toBe(lost);
  });

  const lines = fc.array(fc.stringMatching(/^[a-c]{0,3}$/));
  test('to which lines are added anywhere loses none', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.tuple(fc.nat(), fc.stringMatching(/^[a-c]{1,3}$/))), (before, added) => {
        const after = [...before];
        for (const [at, line] of added) after.splice(at % (after.length + 1), 0, line);
        expect(lostLine(before.join('\n'), after.join('\n'))).toBeNull();
      }),
    );
  });
});

describe('a quick fix', () => {
  const patchOf = (lines: number): string =>
    ['diff --git a/x b/x', '--- a/x', '+++ b/x', '@@ -0,0 +1 @@', ...Array(lines).fill('+x')].join('\n');

  test.each([
    ['quickfix', 'haiku', 50, false],
    ['quickfix', 'haiku', 51, true],
    ['QUICKFIX', 'haiku', 51, true],
    ['quickfix', 'sonnet', 500, false],
    ['github', 'haiku', 500, false],
  ] as const)('of %s on %s with %i lines is outgrown: %s', (agent, tier, lines, isOutgrown) => {
    expect(outgrownNote(agent, tier, patchOf(lines)) !== null).toBe(isOutgrown);
  });

  test('whose difference was cut is outgrown, however few lines are left of it', () => {
    const cut = `${patchOf(1)}\n[cut: 900000 of 1100000 bytes are not shown]\n`;
    expect(outgrownNote('quickfix', 'haiku', cut)).toContain('has a difference that is too long to be counted');
  });
});
