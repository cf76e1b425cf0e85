import { describe, expect, it } from 'vitest';
import { differencesOf, dueAnswers, isAtRest, keyOf, type RehearsedTask } from '../../src/rehearsal/program.ts';

type State = NonNullable<RehearsedTask['state']>;
type Reason = State['returns'][number]['reason'];

const task = (
  key: string,
  standing: RehearsedTask['standing'],
  attempts = 1,
  reasons: readonly Reason[] = [],
): RehearsedTask => ({
  card: { id: `p1ab2-01-${key}` },
  standing,
  state: { attempts: Array.from({ length: attempts }), returns: reasons.map(reason => ({ reason })) },
});

const AS_WRITTEN = [
  task('architecture', 'landed'),
  task('coupon-codes', 'landed', 2, ['red']),
  task('pricing', 'landed', 2),
  task('cart-page', 'landed', 3, ['conflict']),
  task('checkout', 'landed'),
  task('final-checks', 'landed'),
  task('changelog', 'landed', 2, ['changes_requested']),
  task('refunds', 'blocked', 2),
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
    expect(isAtRest([])).toBe(false);
  });
});
