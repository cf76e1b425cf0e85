/** The plan as a graph: circles, waves, the longest path, and what comes before what. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestors, criticalPath, findCycle, type GraphNode, waves } from '../../src/policy/graph.ts';

const node = (id: string, dependsOn: string[] = [], minutes = 10): GraphNode => ({ id, dependsOn, minutes });

/** A graph without circles: every node depends on earlier ones only, and the list is shuffled. */
const acyclic: fc.Arbitrary<GraphNode[]> = fc
  .array(
    fc.record({ minutes: fc.integer({ min: 1, max: 60 }), edges: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }) }),
    {
      maxLength: 12,
    },
  )
  .map(list =>
    list.map(({ minutes, edges }, index) =>
      node(`n${index}`, [...new Set(edges.filter(edge => edge < index).map(edge => `n${edge}`))], minutes),
    ),
  )
  .chain(nodes => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

describe('circles', () => {
  test.each<[string, GraphNode[], string[] | null]>([
    ['nothing', [], null],
    ['a chain', [node('a'), node('b', ['a']), node('c', ['b'])], null],
    ['a diamond', [node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c'])], null],
    ['a dependency that is not in the plan', [node('a', ['elsewhere'])], null],
    ['itself', [node('a', ['a'])], ['a', 'a']],
    ['two', [node('a', ['b']), node('b', ['a'])], ['a', 'b', 'a']],
    [
      'a circle behind a tail',
      [node('t', ['a']), node('a', ['b']), node('b', ['c']), node('c', ['a'])],
      ['a', 'b', 'c', 'a'],
    ],
  ])('%s', (_name, nodes, cycle) => {
    expect(findCycle(nodes)).toEqual(cycle);
  });

  test('none is found where every edge points back', () => {
    fc.assert(fc.property(acyclic, nodes => findCycle(nodes) === null));
  });

  test('one that is put in is found, and is a closed walk along edges', () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), fc.nat(), (nodes, from, to) => {
        fc.pre(nodes.length > 0);
        const low = nodes[from % nodes.length];
        const high = nodes[to % nodes.length];
        if (low === undefined || high === undefined) return;
        const isAbove = low === high || ancestors(nodes).get(high.id)?.has(low.id) === true;
        fc.pre(isAbove);
        const closed = nodes.map(one => (one === low ? { ...one, dependsOn: [...one.dependsOn, high.id] } : one));
        const cycle = findCycle(closed) ?? [];
        const isEdge = (a: string, b: string | undefined): boolean =>
          b !== undefined && (closed.find(({ id }) => id === a)?.dependsOn.includes(b) ?? false);
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle.at(0)).toBe(cycle.at(-1));
        expect(cycle.slice(0, -1).every((id, index) => isEdge(id, cycle[index + 1]))).toBe(true);
      }),
    );
  });
});

describe('waves', () => {
  test('wave one depends on nothing in the plan, wave n on something in the wave before', () => {
    const nodes = [node('d', ['c', 'a']), node('c', ['b']), node('b', ['elsewhere']), node('a')];
    expect([...waves(nodes)].sort()).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
  });

  test('every task comes one wave after the latest it depends on', () => {
    fc.assert(
      fc.property(acyclic, nodes => {
        const wave = waves(nodes);
        const expected = nodes.map(one => 1 + Math.max(0, ...one.dependsOn.map(id => wave.get(id) ?? 0)));
        expect(nodes.map(({ id }) => wave.get(id))).toEqual(expected);
      }),
    );
  });
});

describe('the longest path', () => {
  test.each<[string, GraphNode[], string[]]>([
    ['of nothing', [], []],
    ['of one', [node('a')], ['a']],
    ['is by minutes and not by number', [node('a', [], 5), node('b', ['a'], 5), node('c', [], 30)], ['c']],
    [
      'through a diamond',
      [node('d', ['b', 'c']), node('b', ['a'], 3), node('c', ['a'], 4), node('a')],
      ['a', 'c', 'd'],
    ],
    ['ignores what lies outside the plan', [node('b', ['elsewhere', 'a']), node('a')], ['a', 'b']],
  ])('%s', (_name, nodes, path) => {
    expect(criticalPath(nodes)).toEqual(path);
  });

  test('is a path along edges, and no other is longer', () => {
    fc.assert(
      fc.property(acyclic, nodes => {
        const byId = new Map(nodes.map(one => [one.id, one]));
        const longest = (one: GraphNode): number =>
          one.minutes +
          Math.max(0, ...one.dependsOn.map(id => byId.get(id)).map(other => (other ? longest(other) : 0)));
        const path = criticalPath(nodes).flatMap(id => byId.get(id) ?? []);
        const edges = path.slice(1).map((one, index) => one.dependsOn.includes(path[index]?.id ?? ''));
        expect(edges.every(Boolean)).toBe(true);
        expect(path.reduce((sum, one) => sum + one.minutes, 0)).toBe(Math.max(0, ...nodes.map(longest)));
      }),
    );
  });

  test('ends on any graph, circles included', () => {
    const edges = fc.array(fc.nat({ max: 7 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(edges, { maxLength: 8 }), list => {
        const nodes = list.map((targets, index) =>
          node(
            `n${index}`,
            targets.map(target => `n${target}`),
          ),
        );
        const path = criticalPath(nodes);
        expect(new Set(path).size).toBe(path.length);
      }),
    );
  });
});

test('everything that must come before, directly or not, also from outside the plan', () => {
  const nodes = [node('d', ['c']), node('c', ['b', 'elsewhere']), node('b', ['a']), node('a')];
  expect(Object.fromEntries([...ancestors(nodes)].map(([id, before]) => [id, [...before].sort()]))).toEqual({
    a: [],
    b: ['a'],
    c: ['a', 'b', 'elsewhere'],
    d: ['a', 'b', 'c', 'elsewhere'],
    elsewhere: [],
  });
});

test('the longest path of a chain that is longer than the call stack is found', () => {
  const chain = Array.from({ length: 30_000 }, (_, at) => ({
    id: `t-${at}`,
    dependsOn: at === 0 ? [] : [`t-${at - 1}`],
    minutes: 5,
  }));
  expect(criticalPath(chain.toReversed())).toEqual(chain.map(({ id }) => id));
});
