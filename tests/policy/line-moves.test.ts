/** A person's word about the line of ready tasks: what it does, what it outlives, and what it can never do. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InLine, type LineMove, movedLine, moveOf, WAYS, type Way } from '../../src/policy/line-moves.ts';

const line = (ids: string, rank = 3): InLine[] => [...ids].map(id => ({ id, rank }));
const idsOf = (items: readonly InLine[]): string => items.map(({ id }) => id).join('');

/** The words of a person, one after the other, each about the line as it stands then. */
function spoken(items: readonly InLine[], ...words: [string, Way][]): { line: string; moves: LineMove[] } {
  const moves: LineMove[] = [];
  for (const [id, way] of words) {
    const move = moveOf(movedLine(items, moves), id, way);
    if (move.ok) moves.push(move.value);
  }
  return { line: idsOf(movedLine(items, moves)), moves };
}

describe('a move', () => {
  test.each<[Way, string]>([
    ['up', 'acbd'],
    ['down', 'abdc'],
    ['first', 'cabd'],
    ['last', 'abdc'],
  ])('%s: %s', (way, expected) => {
    expect(spoken(line('abcd'), ['c', way]).line).toBe(expected);
  });

  test('after a move is about the line as it stands then', () => {
    expect(spoken(line('abcd'), ['d', 'up'], ['d', 'up'], ['a', 'last']).line).toBe('dbca');
  });

  test('to the front stays at the front when those that were passed have been taken', () => {
    const { moves } = spoken(line('abcd'), ['d', 'first']);
    expect(['bcd', 'cd', 'bd'].map(left => idsOf(movedLine(line(left), moves)))).toEqual(['dbc', 'dc', 'db']);
  });

  test('says nothing about tasks that come later, which keep their natural place', () => {
    const { moves } = spoken(line('bcd'), ['d', 'up']);
    expect(idsOf(movedLine(line('abcde'), moves))).toBe('abdce');
  });

  test.each<[string, Way, string]>([
    ['a', 'up', 'a is the first in line already'],
    ['d', 'last', 'd is the last in line already'],
    ['x', 'up', 'x is not ready, so it stands in no line'],
  ])('of %s %s is refused: %s', (id, way, why) => {
    expect(moveOf(line('abcd'), id, way)).toEqual({ ok: false, failure: why });
  });

  test.each<[string, Way, string]>([
    ['n', 'first', 'n cannot go before u: what was answered, sent back or escalated goes first, then p0'],
    ['u', 'down', 'u cannot go behind n: what was answered, sent back or escalated goes first, then p0'],
  ])('past another rank is refused: %s %s', (id, way, why) => {
    expect(moveOf([...line('u', 2), ...line('n', 3)], id, way)).toEqual({ ok: false, failure: why });
  });
});

describe('whatever people say', () => {
  const ids = 'abcdefgh';
  const ranks = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: ids.length, maxLength: ids.length });
  const words = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...WAYS)), { maxLength: 12 });
  const any = fc.tuple(ranks, words).map(([chosen, said]) => {
    const items = [...ids].map((id, at) => ({ id, rank: chosen[at] ?? 3 })).sort((one, other) => one.rank - other.rank);
    return { items, moves: spoken(items, ...said).moves };
  });

  test('nobody is lost, nobody changes rank, and nothing goes before a stronger rank', () => {
    fc.assert(
      fc.property(any, ({ items, moves }) => {
        const moved = movedLine(items, moves);
        expect([...moved].sort((one, other) => one.id.localeCompare(other.id))).toEqual(
          [...items].sort((one, other) => one.id.localeCompare(other.id)),
        );
        expect(moved.map(({ rank }) => rank)).toEqual(items.map(({ rank }) => rank));
      }),
    );
  });

  test('one step up and one step down leave everything as it was', () => {
    fc.assert(
      fc.property(any, fc.constantFrom(...ids), ({ items, moves }, id) => {
        const there = moveOf(movedLine(items, moves), id, 'up');
        fc.pre(there.ok);
        const up = there.ok ? [...moves, there.value] : moves;
        const back = moveOf(movedLine(items, up), id, 'down');
        const down = back.ok ? [...up, back.value] : up;
        expect(idsOf(movedLine(items, down))).toBe(idsOf(movedLine(items, moves)));
      }),
    );
  });

  test('moves about tasks that are gone change nothing', () => {
    fc.assert(
      fc.property(any, ({ items, moves }) => {
        const others = items.map(({ id, rank }) => ({ id: id.toUpperCase(), rank }));
        expect(movedLine(others, moves)).toEqual(others);
      }),
    );
  });
});
