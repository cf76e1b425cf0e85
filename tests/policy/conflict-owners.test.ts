/** Who owns a file in conflict, who therefore resolves it, and what becomes of the task meanwhile (seed 2, merge conflicts). */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { Role } from '../../src/domain/role.ts';
import { buildBoard, cardOf, nextAgent, readyTasks } from '../../src/policy/board.ts';
import { type Owners, ownerSentences, resolverOf } from '../../src/policy/conflict-owners.ts';
import { nextStep } from '../../src/policy/next-step.ts';
import { builtBy } from '../../src/policy/review.ts';
import { NO_EVIDENCE, route } from '../../src/policy/route.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { trackRecord } from '../../src/policy/track-record.ts';
import { attemptZone, zoneFault, zoneOf } from '../../src/policy/zones.ts';
import {
  claimed,
  created,
  ended,
  headOf,
  intended,
  landed,
  proven,
  ROUTE,
  returned,
  roleOf,
  stateAfter,
  submitted,
  taskOf,
  validated,
} from '../support/policy-values.ts';

const ROLES = [
  roleOf('engineer-frontend', { paths: ['src/frontend/**'] }),
  roleOf('engineer-backend', { paths: ['src/backend/**', 'src/shared/*'] }),
  roleOf('scribe', { paths: ['docs/**', '*.md'] }),
  roleOf('architect', { paths: ['docs/architecture/**'] }),
  roleOf('security', { paths: ['src/auth/**'], produces: 'report', readOnly: true }),
  roleOf('quickfix'),
  roleOf('database'),
];
const done = (id: string, agent: string, path: string): TaskState =>
  stateAfter(
    [
      created({ agent }),
      claimed(1),
      { ...submitted(1), files: [{ path, status: 'modified', mode: '100644' }] } as TaskEvent,
      landed(1),
    ],
    id,
  );
const owners = (changes: Partial<Owners> = {}): Owners => ({
  roles: new Map(ROLES.map(role => [role.name, role])),
  states: [],
  tasks: [],
  ...changes,
});
/** The later task, which may write anywhere that its agent may. */
const page = taskOf({ id: 'page', agent: 'engineer-frontend', files: ['**'] });

describe('the resolve attempt is made by', () => {
  test.each<[string, string[], Partial<Owners>, string | null]>([
    ['the role that works there', ['src/shared/money.ts'], {}, 'engineer-backend'],
    ['its own agent, if that is the role', ['src/frontend/page.ts'], {}, null],
    [
      'that role, whoever landed it last',
      ['src/shared/money.ts'],
      { states: [done('fix', 'quickfix', 'src/shared/money.ts')] },
      'engineer-backend',
    ],
    [
      'the agent that landed it last, where no role works',
      ['lib/a.ts'],
      { states: [done('fix', 'quickfix', 'lib/a.ts')] },
      'quickfix',
    ],
    [
      'the agent that landed it last, where several roles work',
      ['docs/architecture/a.md'],
      { states: [done('design', 'architect', 'docs/architecture/a.md')] },
      'architect',
    ],
    [
      'the agent whose task names it, where nobody has landed it',
      ['lib/schema.sql'],
      { tasks: [page, taskOf({ id: 'tables', agent: 'database', files: ['lib/*.sql'] })] },
      'database',
    ],
    ['its own agent, where nobody owns it', ['lib/a.ts'], {}, null],
    ['its own agent, where they are owned by two', ['src/shared/money.ts', 'README.md'], {}, null],
    ['the one that owns them all', ['README.md', 'docs/a.md'], {}, 'scribe'],
    [
      'its own agent, where the owner writes nothing',
      ['src/auth/a.ts'],
      { states: [done('audit', 'security', 'src/auth/a.ts')] },
      null,
    ],
    ['its own agent, where the owner is gone', ['lib/a.ts'], { states: [done('x', 'nobody', 'lib/a.ts')] }, null],
    [
      'its own agent, where only one of them is another’s',
      ['src/frontend/a.ts', 'lib/a.ts'],
      { states: [done('x', 'engineer-backend', 'lib/a.ts')] },
      null,
    ],
  ])('%s: %j', (_name, files, known, resolver) => {
    expect(resolverOf(files, page, [], owners(known))).toBe(resolver);
  });

  test('nobody who could not write these files for this task', () => {
    const narrow = taskOf({ id: 'page', agent: 'engineer-frontend', files: ['src/frontend/**'] });
    expect(resolverOf(['src/shared/money.ts'], narrow, [], owners())).toBeNull();
    expect(resolverOf(['src/shared/money.ts'], narrow, ['src/shared/*'], owners())).toBe('engineer-backend');
  });

  test('somebody whose own zone over the task has every one of the files, whatever they are', () => {
    const path = fc.constantFrom(
      'src/shared/a.ts',
      'src/backend/a.ts',
      'README.md',
      'docs/a.md',
      'lib/a.ts',
      'kleiber.yml',
    );
    const agent = fc.constantFrom(...ROLES.map(role => role.name));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1 }), agent, path, agent, (files, own, changed, by) => {
        const task = taskOf({ id: 'later', agent: own, files: ['**'] });
        const name = resolverOf(files, task, [], owners({ states: [done('first', by, changed)] }));
        if (name === null) return;
        expect(name).not.toBe(own);
        const role = ROLES.find(known => known.name === name) as Role;
        expect(files.flatMap(file => zoneFault(zoneOf(task.head, role, []), file) ?? [])).toEqual([]);
      }),
    );
  });
});

test('a task’s own agent hears of each file whose word counts: who landed it last, else whose task names it', () => {
  const tasks = [taskOf({ id: 'mine', files: ['**'] }), taskOf({ id: 'types', files: ['src/types/**'] })];
  const files = ['src/backend/basket.ts', 'src/types/a.ts', 'README.md'];
  const states = [done('basket', 'engineer-backend', 'src/backend/basket.ts')];
  expect(ownerSentences(files, 'mine', owners({ states, tasks })).split('\n')).toEqual([
    'src/backend/basket.ts belongs to basket (engineer-backend): what landed from it is the truth, fit yours around it.',
    'src/types/a.ts belongs to types (engineer-backend): what landed from it is the truth, fit yours around it.',
    'README.md belongs to no other task: keep what landed and add yours.',
  ]);
});

const FILES = ['src/shared/money.ts'];
const CONFLICT: TaskEvent = returned(1, {
  reason: 'conflict',
  strike: false,
  draft: { base: 'tip', commit: 'marks' },
  resolver: { agent: 'engineer-backend', files: FILES },
});
const on = (tier: 'haiku' | 'sonnet' | 'opus', attempt: number): TaskEvent =>
  ({ ...claimed(attempt), route: { ...ROUTE, tier } }) as TaskEvent;
const HANDED_IN = [created({ agent: 'engineer-frontend' }), claimed(1), submitted(1), proven(1)];
const conflicted = (...events: TaskEvent[]): TaskState => stateAfter([...HANDED_IN, CONFLICT, ...events], 'page');

describe('while a conflict is resolved by the owner of the files', () => {
  const RESOLVING = { agent: 'engineer-backend', files: FILES, from: 'marks' };

  test.each<[string, TaskEvent[], TaskState['resolving']]>([
    ['it waits for the owner', [], RESOLVING],
    ['the owner works', [claimed(2)], RESOLVING],
    ['the owner was interrupted', [claimed(2), ended(2)], RESOLVING],
    ['the owner has handed in', [claimed(2), submitted(2)], RESOLVING],
    ['marks were left', [claimed(2), submitted(2), returned(2, { reason: 'unproven' })], RESOLVING],
    ['it is proven', [claimed(2), submitted(2), proven(2)], null],
    [
      'it conflicts again with files that nobody else owns',
      [claimed(2), submitted(2), proven(2), returned(2, { reason: 'conflict', draft: { base: 'b', commit: 'c' } })],
      null,
    ],
  ])('%s', (_name, events, resolving) => {
    expect(conflicted(...events).resolving).toEqual(resolving);
  });

  test('its attempts are the owner’s, and those after it the task’s own agent’s again', () => {
    const state = conflicted(claimed(2), submitted(2), proven(2), returned(2), claimed(3));
    expect(state.attempts.map(({ agent }) => agent)).toEqual([
      'engineer-frontend',
      'engineer-backend',
      'engineer-frontend',
    ]);
  });

  test('workers of the owner take it, and nobody else', () => {
    const board = buildBoard([cardOf(page)], new Map([['page', conflicted()]]));
    const task = board.get('page');
    if (task === undefined) throw new Error('the board has lost a task');
    expect(nextAgent(task)).toBe('engineer-backend');
    const takenBy = (agent: string): number => readyTasks(board, new Set([agent])).length;
    expect(['engineer-backend', 'engineer-frontend'].map(takenBy)).toEqual([1, 0]);
  });

  test('it may write these files and nothing else', () => {
    const zone = attemptZone(page.head, roleOf('engineer-backend'), conflicted());
    expect([...FILES, 'src/backend/a.ts', 'src/frontend/page.ts'].map(path => zoneFault(zone, path) === null)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('it goes by the row of the owner, and never below what the task itself demands', () => {
    const by = (resolver: string, head = {}) =>
      route(headOf({ agent: 'quickfix', ...head }), {}, { ...NO_EVIDENCE, resolver });
    expect(by('engineer-backend').tier).toBe('sonnet');
    expect(by('scribe', { risk: ['payment'] })).toMatchObject({
      tier: 'opus',
      floor: { tier: 'opus', needsPerson: true },
    });
    expect(by('security').tier).toBe('opus');
    expect(by('engineer-backend').because.at(-1)).toBe(
      'engineer-backend resolves the conflict in its files (seed 2, merge conflicts)',
    );
  });

  test('red merged work is nobody’s failure and goes back to the task’s own agent', () => {
    const state = conflicted(claimed(2), submitted(2), proven(2), validated(2, 'red', 'green'));
    if (state.stage.kind !== 'submitted') throw new Error('it is not submitted');
    const { floor } = route(page.head, {}, NO_EVIDENCE);
    expect(nextStep(state, state.stage, { floor, built: 'sonnet', review: null })).toMatchObject({
      kind: 'give_back',
      reason: 'red_candidate',
    });
  });
});

describe('of work whose conflict the owner has resolved', () => {
  const home = [submitted(2), proven(2), validated(2, 'green'), intended(2), landed(2)];

  test('the weaker of both counts as its builder, so that a review is never lost', () => {
    const first = [created({ agent: 'engineer-frontend' }), on('haiku', 1), submitted(1), proven(1), CONFLICT];
    expect(builtBy(stateAfter([...first, on('sonnet', 2), submitted(2)]))).toBe('haiku');
    expect(builtBy(conflicted(on('haiku', 2), submitted(2)))).toBe('haiku');
    expect(builtBy(conflicted(on('opus', 2), submitted(2)))).toBe('sonnet');
  });

  test('the task’s own agent has landed it at the first try, and the owner’s row is judged by nothing', () => {
    const { attempts, uses } = trackRecord([conflicted(on('opus', 2), ...home)], new Map(), 5);
    expect(attempts.map(({ agent, came }) => [agent, came])).toEqual([
      ['engineer-frontend', 'conflict'],
      ['engineer-backend', 'landed'],
    ]);
    expect(
      uses.map(({ agent, tier, hasLanded, isFirstTry, isEscalated }) => [
        agent,
        tier,
        hasLanded,
        isFirstTry,
        isEscalated,
      ]),
    ).toEqual([['engineer-frontend', 'sonnet', true, true, false]]);
  });
});
