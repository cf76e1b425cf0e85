/** The globs of task files against slow matchers that are obviously right. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asTree, globCovers, globFault, globsOverlap, matchesGlob } from '../../src/policy/glob.ts';

/** By definition and without any cleverness: a wildcard takes nothing, or one more and goes on. */
function matchesSlowly<Token>(
  pattern: readonly Token[],
  text: readonly Token[],
  wildcard: Token,
  isMatch: (pattern: Token, text: Token) => boolean,
): boolean {
  const [part, ...others] = pattern;
  const [item, ...rest] = text;
  if (part === undefined) return text.length === 0;
  if (part === wildcard)
    return (
      matchesSlowly(others, text, wildcard, isMatch) ||
      (item !== undefined && matchesSlowly(pattern, rest, wildcard, isMatch))
    );
  return item !== undefined && isMatch(part, item) && matchesSlowly(others, rest, wildcard, isMatch);
}

const reference = (glob: string, path: string): boolean =>
  matchesSlowly(glob.split('/'), path.split('/'), '**', (segment, name) =>
    matchesSlowly([...segment], [...name], '*', (a, b) => a === b),
  );

const segmentOf = (most: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: most })
    .filter(segment => !segment.includes('**'));
const globOf = (segments: number, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 3, arbitrary: segmentOf(most) }, { weight: 1, arbitrary: fc.constant('**') }), {
      minLength: 1,
      maxLength: segments,
    })
    .map(parts => parts.join('/'));
const path = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })
  .map(parts => parts.join('/'));

/** Every path of up to `segments` segments of up to `most` letters out of two. */
function allPaths(segments: number, most: number): string[] {
  const names = Array.from({ length: most }, (_, length) =>
    Array.from({ length: 2 ** (length + 1) }, (_, bits) =>
      [...bits.toString(2).padStart(length + 1, '0')].map(bit => (bit === '0' ? 'a' : 'b')).join(''),
    ),
  ).flat();
  const rows = [names];
  while (rows.length < segments) rows.push((rows.at(-1) ?? []).flatMap(head => names.map(name => `${head}/${name}`)));
  return rows.flat();
}

describe('matching', () => {
  test.each<[string, string, boolean]>([
    ['src/a.ts', 'src/a.ts', true],
    ['src/a.ts', 'src/A.ts', false],
    ['src/*', 'src/a.ts', true],
    ['src/*', 'src/a/b.ts', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/.ts', true],
    ['src/*.ts', 'src/a.tsx', false],
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'src', true],
    ['src/**', 'srcs/a', false],
    ['**/*.md', 'a.md', true],
    ['**/*.md', 'docs/deep/a.md', true],
    ['**/test/**', 'a/test/b', true],
    ['**/test/**', 'a/tests/b', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/b/c/y', false],
    ['**', 'anything/at/all', true],
    ['*', '.hidden', true],
    ['a.b', 'axb', false],
    ['naïve/*', 'naïve/né', true],
    ['*é', 'e\u0301', false],
    ['*', '👩‍🚀', true],
  ])('%s and %s: %s', (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches);
  });

  test('says what the slow matcher says', () => {
    fc.assert(
      fc.property(globOf(5, 5), path, (glob, name) => {
        expect(matchesGlob(glob, name)).toBe(reference(glob, name));
      }),
      { numRuns: 2000 },
    );
  });

  test('says so for paths that were made from the glob, too', () => {
    const made = globOf(5, 5).chain(glob =>
      fc
        .array(fc.constantFrom('', 'a', 'ab'), { minLength: 25, maxLength: 25 })
        .map(fill => [glob, glob.replaceAll('**', 'b/ab').replaceAll('*', () => fill.pop() ?? '')] as const),
    );
    let matching = 0;
    fc.assert(
      fc.property(made, ([glob, name]) => {
        const matches = matchesGlob(glob, name);
        matching += Number(matches);
        expect(matches).toBe(reference(glob, name));
      }),
      { numRuns: 1000 },
    );
    expect(matching).toBeGreaterThan(500);
  });

  test.each<[string, string, boolean]>([
    ['*a'.repeat(20), 'a'.repeat(200), true],
    [`${'*a'.repeat(20)}b`, 'a'.repeat(200), false],
    ['**/a/'.repeat(20).slice(0, -1), 'a/'.repeat(100).slice(0, -1), true],
    [`${'**/a/'.repeat(20)}b`, 'a/'.repeat(100).slice(0, -1), false],
    [`${'**/*a*a*a*a/'.repeat(8)}b`, `${'aaaaaaaaaaaaaaaaaaaaaaaa/'.repeat(30)}c`, false],
  ])('%.40s does not explode on %.20s…', (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches);
  });
});

describe('overlap', () => {
  test.each<[string, string, boolean]>([
    ['src/**', 'src/backend/api.ts', true],
    ['src/frontend/**', 'src/backend/**', false],
    ['src/*', 'src/a/b', false],
    ['**/*.md', 'docs/**', true],
    ['**/*.md', 'docs/*.ts', false],
    ['a*', '*b', true],
    ['a*c', 'a*d', false],
    ['**', 'x', true],
    ['src', 'src/**', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', '**/c', false],
    ['*a'.repeat(20), '*b'.repeat(20), false],
    [`${'*a'.repeat(20)}*`, `${'*b'.repeat(20)}*`, true],
  ])('%s and %s: %s', (a, b, overlap) => {
    expect([globsOverlap(a, b), globsOverlap(b, a)]).toEqual([overlap, overlap]);
  });

  test('is what trying every path finds', () => {
    const paths = allPaths(3, 2);
    fc.assert(
      fc.property(globOf(2, 2), globOf(2, 2), (a, b) => {
        expect(globsOverlap(a, b)).toBe(paths.some(one => reference(a, one) && reference(b, one)));
      }),
      { numRuns: 400 },
    );
  });

  test('is never denied for a path that both match', () => {
    let common = 0;
    fc.assert(
      fc.property(globOf(5, 4), globOf(5, 4), path, (a, b, name) => {
        if (!reference(a, name) || !reference(b, name)) return;
        common++;
        expect(globsOverlap(a, b)).toBe(true);
      }),
      { numRuns: 4000 },
    );
    expect(common).toBeGreaterThan(20);
  });

  test('is the same in both directions, and everything overlaps itself', () => {
    fc.assert(
      fc.property(globOf(4, 4), globOf(4, 4), (a, b) => {
        expect([globsOverlap(a, b), globsOverlap(a, a)]).toEqual([globsOverlap(b, a), true]);
      }),
    );
  });
});

describe('covering', () => {
  test.each<[string, string, boolean]>([
    ['src/**', 'src/backend/**', true],
    ['src/**', 'src/a.ts', true],
    ['src/**', 'src/*.ts', true],
    ['src/**', 'src/**', true],
    ['src/**', '**', false],
    ['src/**', '**/a.ts', false],
    ['src/**', 's*/a.ts', false],
    ['src/backend/**', 'src/**', false],
    ['src/backend/**', 'src/backend-2/**', false],
    ['*/api/**', 'web/api/**', true],
    ['**', 'anything/**', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['docs*', 'docs-*', true],
    ['*', '**', false],
    ['docs/a.md', 'docs/a.md', true],
  ])('%s covers %s: %s', (outer, inner, covers) => {
    expect(globCovers(outer, inner)).toBe(covers);
  });

  test('what is covered lies inside, for every path', () => {
    const paths = allPaths(3, 2);
    let covered = 0;
    fc.assert(
      fc.property(globOf(3, 2), globOf(3, 2), (outer, inner) => {
        if (!globCovers(outer, inner)) return;
        covered++;
        expect(paths.filter(one => reference(inner, one) && !reference(outer, one))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(covered).toBeGreaterThan(50);
  });
});

describe('the shape of a glob', () => {
  test.each([
    ['src/backend/**', null],
    ['*.md', null],
    ['a-b_c.d+e@f/**/*x*', null],
    ['.github/workflows/ci.yml', null],
    ['', 'empty'],
    ['/src/**', 'absolute'],
    ['src\\backend', 'absolute'],
    ['src/../etc', 'climbs'],
    ['./src', 'climbs'],
    ['src//a', 'climbs'],
    ['src/', 'climbs'],
    ['src/{a,b}', 'special_characters'],
    ['a?.ts', 'special_characters'],
    ['!src/**', 'special_characters'],
    ['src/\u0000', 'special_characters'],
    ['app/(shop)/[id]/page.tsx', null],
    ['src/**.ts', 'double_star_in_segment'],
    ['***', 'double_star_in_segment'],
  ])('%j: %s', (glob, fault) => {
    expect(globFault(glob)).toBe(fault);
  });

  test.each([
    ['/src/frontend/*', 'src/frontend/**'],
    ['src/frontend/*', 'src/frontend/**'],
    ['/docs/', 'docs/**'],
    ['docs/', 'docs/**'],
    ['/PROGRESS.md', 'PROGRESS.md'],
    ['src/**', 'src/**'],
    ['src/*.ts', 'src/*.ts'],
    ['*.md', '*.md'],
    ['*', '*'],
  ])('%s of a role means %s', (glob, tree) => {
    expect(asTree(glob)).toBe(tree);
  });
});
