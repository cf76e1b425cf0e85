import { describe, expect, it } from 'vitest';
import {
  differencesOf,
  dueAnswers,
  faultsOfStop,
  isAtRest,
  keyOf,
  proposalFaults,
  type RehearsedTask,
} from '../../src/rehearsal/program.ts';

type State = NonNullable<RehearsedTask['state']>;
type Reason = State['returns'][number]['reason'];

const task = (
  key: string,
  standing: RehearsedTask['standing'],
  attempts = 1,
  reasons: readonly Reason[] = [],
  rest: Partial<State> = {},
): RehearsedTask => ({
  card: { id: `p1ab2-01-${key}` },
  standing,
  state: {
    attempts: Array.from({ length: attempts }),
    returns: reasons.map(reason => ({ reason })),
    raisedTo: null,
    stage: { kind: 'open' },
    deferral: null,
    ...rest,
  },
});

const waitsFor = (type: string): Partial<State> => ({ stage: { kind: 'blocked', blocker: { type } } });

const RED = { deferral: { why: "red zone of the day's money: its plan needs opus", until: '2026-11-22' } };

const AS_WRITTEN = [
  task('architecture', 'landed'),
  task('coupon-codes', 'landed', 2, ['red']),
  task('pricing', 'landed', 2),
  task('cart-page', 'landed', 3, ['conflict']),
  task('checkout', 'landed', 2, [], { raisedTo: { tier: 'opus' } }),
  task('final-checks', 'landed'),
  task('changelog', 'landed', 2, ['changes_requested']),
  task('refunds', 'blocked', 2, [], waitsFor('human_review')),
  task('price-list', 'blocked', 1, [], waitsFor('budget')),
  task('receipts', 'deferred', 0, [], RED),
];

const without = (key: string): RehearsedTask[] => AS_WRITTEN.filter(({ card }) => keyOf(card.id) !== key);

describe('what must come of a rehearsal', () => {
  it('differs in nothing when it came as written', () => {
    expect(differencesOf(AS_WRITTEN)).toEqual([]);
  });

  it('names a task that was planned by nobody, one that is missing, and each that ended otherwise', () => {
    const tasks = [
      ...without('coupon-codes'),
      task('coupon-codes', 'blocked', 3, ['red', 'red']),
      task('gift', 'ready'),
    ];
    expect(differencesOf(tasks)).toEqual([
      'coupon-codes: blocked after 3 attempts, given back as red, red, expected landed after 2 attempts, given back as red',
      'gift was not in the script',
    ]);
    expect(differencesOf(without('checkout'))).toEqual(['checkout was not planned']);
  });

  it('sees a conflict that did not happen', () => {
    expect(differencesOf([...without('cart-page'), task('cart-page', 'landed', 2)])).toEqual([
      'cart-page: landed after 2 attempts, expected landed after 3 attempts, given back as conflict',
    ]);
  });

  it('sees an escalation, a budget stop and a deferral that did not happen', () => {
    const others = ['checkout', 'price-list', 'receipts'];
    const rest = AS_WRITTEN.filter(({ card }) => !others.includes(keyOf(card.id)));
    const tasks = [...rest, task('checkout', 'landed', 2), task('price-list', 'landed'), task('receipts', 'landed')];
    expect(differencesOf(tasks)).toEqual([
      'checkout: landed after 2 attempts, expected landed after 2 attempts, escalated to opus',
      'price-list: landed after 1 attempts, expected blocked (budget) after 1 attempts',
      'receipts: landed after 1 attempts, expected deferred (red zone) after 0 attempts',
    ]);
  });

  it('wants a cap that held and that was really in the way', () => {
    expect(faultsOfStop({ spent: 10_000_000, cap: 160_000_000, next: 180_000_000 })).toEqual([]);
    expect(faultsOfStop({ spent: 10_000_000, cap: 160_000_000, next: 150_000_000 })).toEqual([
      'the next request would have fitted: $0.01 and $0.15',
    ]);
    expect(faultsOfStop({ spent: 170_000_000, cap: 160_000_000, next: 1 })).toEqual([
      '$0.17 were spent under a cap of $0.16',
    ]);
  });

  it('wants the proposal of the weekly review, word by word', () => {
    expect(proposalFaults(['scribe EXEC → sonnet (1 of 1 reworked on haiku)'])).toEqual([]);
    expect(proposalFaults([])).toEqual([
      'the review proposes nothing, expected scribe EXEC → sonnet (1 of 1 reworked on haiku)',
    ]);
  });
});

describe('the visitor', () => {
  const ids = (tasks: RehearsedTask[]): string[] => dueAnswers(tasks).map(({ id }) => keyOf(id));

  it('answers a question once, and approves nothing', () => {
    expect(ids([task('pricing', 'blocked'), task('refunds', 'blocked')])).toEqual(['pricing', 'refunds']);
    expect(ids([task('refunds', 'blocked', 2)])).toEqual([]);
    expect(ids([task('pricing', 'blocked', 2)])).toEqual([]);
  });

  it('lets the cart page wait until the change that it will meet has landed', () => {
    expect(ids([task('pricing', 'running', 2), task('cart-page', 'blocked')])).toEqual([]);
    expect(ids([task('pricing', 'landed', 2), task('cart-page', 'blocked')])).toEqual(['cart-page']);
  });

  it('goes home when nothing moves and nothing is left to answer', () => {
    expect(isAtRest(AS_WRITTEN)).toBe(true);
    expect(isAtRest([...AS_WRITTEN, task('x', 'ready')])).toBe(false);
    expect(isAtRest([task('pricing', 'blocked')])).toBe(false);
    expect(isAtRest([task('checkout', 'waiting', 1, [], waitsFor('technical'))])).toBe(false);
    expect(isAtRest([task('checkout', 'blocked', 1, [], waitsFor('technical'))])).toBe(true);
    expect(isAtRest([task('checkout', 'waiting', 0)])).toBe(true);
    expect(isAtRest([])).toBe(false);
  });
});
