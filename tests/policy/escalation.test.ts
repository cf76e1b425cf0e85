/** What the conductor does with a task whose worker stopped to ask: the whole rule as a table. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Blocker, ESCALATION_REASONS, type EscalationReason } from '../../src/domain/blocker.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import { TIERS, type Tier } from '../../src/domain/tier.ts';
import { buildBoard, cardOf } from '../../src/policy/board.ts';
import { type BlockedMove, blockedMove, escalationNote, movesByItself } from '../../src/policy/escalation.ts';
import { landingsSeenBy } from '../../src/policy/landings.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import {
  answered,
  blocked,
  claimed,
  created,
  humanReview,
  landed,
  proven,
  SPEND,
  stateAfter,
  submitted,
  taskOf,
} from '../support/policy-values.ts';

const blockerOf = (changes: Partial<Blocker>): Blocker => ({
  type: 'technical',
  problem: 'it does not fit',
  tried: [],
  need: 'a way on',
  options: [],
  ...changes,
});

const askedBy = (tier: Tier, changes: Partial<Blocker>): TaskState => {
  const claim = { ...claimed(1), route: { tier, effort: 'medium', because: [] } } as TaskEvent;
  return stateAfter([created(), claim, blocked(1, { blocker: blockerOf(changes) })]);
};

const nothingLands = (): 'never' => 'never';
const moveOf = (state: TaskState): BlockedMove | null => blockedMove(state, nothingLands);
const person = (because: string): BlockedMove => ({ kind: 'person', because });

describe('a reason of the seeds', () => {
  test.each([
    ['haiku', 'pattern_mismatch', 'sonnet'],
    ['haiku', 'unclear_template', 'sonnet'],
    ['sonnet', 'architectural_decision', 'opus'],
    ['sonnet', 'complex_debugging', 'opus'],
    ['sonnet', 'security_concern', 'opus'],
    ['haiku', 'architectural_decision', 'sonnet'],
    ['haiku', 'complex_debugging', 'sonnet'],
    ['haiku', 'security_concern', 'sonnet'],
  ] as const)('moves %s work with %s to %s', (tier, reason, to) => {
    expect(moveOf(askedBy(tier, { reason }))).toEqual({ kind: 'escalate', to, reason });
  });

  test.each([
    ['sonnet', 'pattern_mismatch', 'pattern mismatch is no reason that sonnet may give'],
    ['sonnet', 'unclear_template', 'unclear template is no reason that sonnet may give'],
    ['haiku', 'business_requirement', "a business requirement is a person's to decide"],
    ['sonnet', 'resource_constraint', "a resource constraint is a person's to decide"],
    ['opus', 'major_pivot', "a major pivot is a person's to decide"],
    ['opus', 'complex_debugging', 'after opus only a person is left to ask'],
  ] as const)('from %s, %s waits for a person', (tier, reason, because) => {
    expect(moveOf(askedBy(tier, { reason }))).toEqual(person(because));
  });

  test('is needed: without one the question is for a person', () => {
    expect(moveOf(askedBy('sonnet', {}))).toEqual(person('it gives no reason to escalate'));
  });

  test('never leads past the next tier, and never away from a person after opus', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TIERS),
        fc.constantFrom('dependency', 'unclear_requirements', 'technical', 'out_of_zone'),
        fc.constantFrom(...ESCALATION_REASONS),
        (tier, type, reason) => {
          const move = moveOf(askedBy(tier, { type, reason }));
          if (tier === 'opus') expect(move?.kind).toBe('person');
          if (move?.kind === 'escalate') expect(TIERS.indexOf(move.to)).toBe(TIERS.indexOf(tier) + 1);
        },
      ),
    );
  });
});

test.each<[Tier, EscalationReason, BlockedMove]>([
  ['haiku', 'architectural_decision', { kind: 'advise' }],
  ['haiku', 'complex_debugging', { kind: 'advise' }],
  ['haiku', 'unclear_template', { kind: 'escalate', to: 'sonnet', reason: 'unclear_template' }],
  ['opus', 'architectural_decision', person('after opus only a person is left to ask')],
  ['haiku', 'business_requirement', person("a business requirement is a person's to decide")],
])('a question of %s because of %s is for whoever can answer it', (tier, reason, move) => {
  expect(moveOf(askedBy(tier, { type: 'unclear_requirements', reason }))).toEqual(move);
});

describe('a technical question of sonnet', () => {
  const question = { type: 'unclear_requirements', reason: 'architectural_decision' } as const;

  test.each(['architectural_decision', 'complex_debugging'] as const)('with %s goes to opus for advice', reason => {
    expect(moveOf(askedBy('sonnet', { ...question, reason }))).toEqual({ kind: 'advise' });
  });

  test('about security moves the whole task', () => {
    const move = moveOf(askedBy('sonnet', { ...question, reason: 'security_concern' }));
    expect(move).toEqual({ kind: 'escalate', to: 'opus', reason: 'security_concern' });
  });

  const session = { agent: 'architect', tier: 'opus', endedAt: '2026-11-21T09:00:00Z', spend: SPEND } as const;
  test.each<[string, TaskEvent[]]>([
    [
      'was answered',
      [{ ...answered('this way'), session } as TaskEvent, claimed(2), blocked(2, { blocker: blockerOf(question) })],
    ],
    ['could not be answered', [{ kind: 'referred', by: 'conductor (opus)', note: 'ask the owner', session }]],
  ])('goes to a person when one before it %s', (_, events) => {
    const state = stateAfter([created(), claimed(1), blocked(1, { blocker: blockerOf(question) }), ...events]);
    expect(moveOf(state)).toEqual(person('opus has given advice on this task once already'));
  });

  test('that opus refers to a person keeps its place, with what opus said', () => {
    const state = stateAfter([
      created(),
      claimed(1),
      blocked(1, { blocker: blockerOf(question) }),
      { kind: 'referred', by: 'conductor (opus)', note: 'ask the owner', session },
    ]);
    expect(state.stage).toEqual({
      kind: 'blocked',
      blocker: blockerOf({ ...question, tried: ['conductor (opus): ask the owner'] }),
      since: state.stage.kind === 'blocked' ? state.stage.since : '',
      session: 'session-1',
      afterProof: false,
      asker: 'sonnet',
      advised: true,
    });
  });
});

describe('a dependency', () => {
  const waiting = (waitsFor?: string[]): TaskState =>
    askedBy('sonnet', { type: 'dependency', ...(waitsFor && { waitsFor }) });
  const at = { a: 'landed', b: 'coming', c: 'never' } as const;
  const seen = (id: string): 'landed' | 'coming' | 'never' => at[id as keyof typeof at] ?? 'never';

  test.each<[string, string[] | undefined, BlockedMove]>([
    ['that has landed lets it go on', ['a'], { kind: 'resume', landed: ['a'] }],
    ['that is on its way is waited for', ['a', 'b'], { kind: 'wait', for: ['b'] }],
    ['that will never land needs a person', ['b', 'c'], person('c will never land')],
    ['that does not exist needs a person', ['x'], person('x will never land')],
    ['without a name needs a person', undefined, person('it names no task that it waits for')],
  ])('%s', (_, waitsFor, move) => {
    expect(blockedMove(waiting(waitsFor), seen)).toEqual(move);
  });

  test('never waits for itself, nor for what waits for it', () => {
    const asker = { ...waiting(['b']), id: 'a' };
    const tasks = [taskOf({ id: 'a' }), taskOf({ id: 'b', depends_on: ['a'] }), taskOf({ id: 'c' })];
    const board = buildBoard(tasks.map(cardOf), new Map([['a', asker]]));
    const landing = landingsSeenBy('a', board);
    expect(['a', 'b', 'c', 'x'].map(landing)).toEqual(['never', 'never', 'coming', 'never']);
  });

  test('two workers that wait for each other both need a person', () => {
    const a = { ...waiting(['b']), id: 'a' };
    const b = { ...waiting(['a']), id: 'b' };
    const board = buildBoard(
      [taskOf({ id: 'a' }), taskOf({ id: 'b' })].map(cardOf),
      new Map([
        ['a', a],
        ['b', b],
      ]),
    );
    expect([blockedMove(a, landingsSeenBy('a', board)), blockedMove(b, landingsSeenBy('b', board))]).toEqual([
      person('b will never land'),
      person('a will never land'),
    ]);
  });
});

test('what is proven, out of its zone, refused or out of money is never moved without a person', () => {
  const review = stateAfter([created(), claimed(1), submitted(1), proven(1), humanReview(1)]);
  const others = (['out_of_zone', 'refusal', 'budget', 'merge_conflict'] as const).map(type =>
    askedBy('haiku', { type, reason: 'pattern_mismatch' }),
  );
  expect([review, ...others].map(state => movesByItself(state, () => 'landed'))).toEqual(Array(5).fill(false));
});

test('a task that is not blocked has no move', () => {
  const states = [stateAfter([created()]), stateAfter([created(), claimed(1), submitted(1), landed(1)])];
  expect(states.map(moveOf)).toEqual([null, null]);
});

test('the note of an escalation has the sections of seed 1, as far as something was said', () => {
  const blocker = blockerOf({
    reason: 'complex_debugging',
    tried: ['bisected it'],
    options: ['lock the row', 'queue it'],
    recommendation: 'lock the row',
  });
  expect(escalationNote(blocker, 'sonnet')).toBe(`Escalated from sonnet: complex debugging.

### What was tried
- bisected it

### Where it is stuck
it does not fit
a way on

### Options that were seen
1. lock the row
2. queue it

### Recommendation
lock the row`);
  expect(escalationNote(blockerOf({}), 'haiku')).toBe(`Escalated from haiku: no reason.

### What was tried
Nothing was said.

### Where it is stuck
it does not fit
a way on`);
});
