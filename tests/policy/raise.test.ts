/** A stop at a cap says which cap, what is spent, what the next request needs, and what to raise it to. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nanoFromUsd } from '../../src/domain/money.ts';
import type { Standings } from '../../src/domain/reservation.ts';
import { type Caps, decideReservation, openCaps } from '../../src/policy/budget.ts';
import { type RaiseQuestion, raisesOf, stopNeed, stopProblem } from '../../src/policy/raise.ts';

const NOTHING = { settled: 0, open: 0 };
const IDLE: Standings = { task: NOTHING, plan: NOTHING, day: NOTHING, week: NOTHING, tokens: NOTHING };
const UNCAPPED: Caps = { task: null, plan: null, day: null, week: null, tokens: null };
const usd = nanoFromUsd;

/** The next request costs $0.01 to ask and $0.01 for each thousand tokens of reply. */
const QUESTION: RaiseQuestion = {
  standings: IDLE,
  caps: UNCAPPED,
  kept: { setAside: 0, reservePercent: 0 },
  price: { input: usd(0.01), perOutputToken: usd(0.00001) },
  inputTokens: 1_000,
  outputTokens: 8_000,
  tier: 'opus',
};
const raises = (changes: Partial<RaiseQuestion>) => raisesOf({ ...QUESTION, ...changes });
const spent = (scope: keyof Standings, settled: number): Standings => ({ ...IDLE, [scope]: { settled, open: 0 } });

describe('the words of a stop', () => {
  test.each<[string, Partial<RaiseQuestion>, 'task' | 'plan' | 'day' | 'tokens', string, string]>([
    [
      "the task's cap, with what its review needs",
      {
        standings: spent('task', usd(0.93)),
        caps: { ...UNCAPPED, task: usd(1) },
        kept: { setAside: usd(0.05), reservePercent: 0 },
      },
      'task',
      'The cap of the task cannot fund the next request. The cap of the task is $1.00 ($0.05 of it kept for its review): $0.93 is spent, and the smallest next request needs $0.09.',
      'Raise budget_usd in the task to 1.07 or more, then retry the task.',
    ],
    [
      'the cap of the day, with the reserve',
      {
        standings: spent('day', usd(90)),
        caps: { ...UNCAPPED, day: usd(100) },
        kept: { setAside: 0, reservePercent: 10 },
      },
      'day',
      'The cap of the day cannot fund the next request. The cap of the day is $100.00 ($10.00 of it kept for p0 and security work): $90.00 is spent, and the smallest next request needs $0.09.',
      'Raise day_usd under budget: in kleiber.yml to 100.10 or more (kleiber trust takes the change in), then retry the task.',
    ],
    [
      'the tokens of a tier',
      { standings: spent('tokens', 95_000), caps: { ...UNCAPPED, tokens: 100_000 } },
      'tokens',
      "The cap of the week's tokens cannot fund the next request. The cap of the week's opus tokens is 100000 tokens: 95000 tokens is spent, and the smallest next request needs 9000 tokens.",
      'Raise tokens_per_week: opus under budget: in kleiber.yml to 104000 or more (kleiber trust takes the change in), then retry the task.',
    ],
    [
      'two caps at once, so that nobody raises one and meets the other',
      {
        standings: { ...spent('task', usd(5)), plan: { settled: usd(25), open: 0 } },
        caps: { ...UNCAPPED, task: usd(5), plan: usd(25) },
      },
      'task',
      'The cap of the task cannot fund the next request. The cap of the task is $5.00: $5.00 is spent, and the smallest next request needs $0.09. The cap of the plan is $25.00: $25.00 is spent, and the smallest next request needs $0.09.',
      'Raise budget_usd in the task to 5.09 or more and plan_usd under budget: in kleiber.yml to 25.09 or more (kleiber trust takes the change in), then retry the task.',
    ],
  ])('%s', (_name, changes, scope, problem, need) => {
    const stop = { scope, raises: raises(changes) };
    expect([stopProblem(stop), stopNeed(stop)]).toEqual([problem, need]);
  });

  test('a reply that was cut asks for a whole one', () => {
    const found = raises({
      standings: spent('task', usd(0.5)),
      caps: { ...UNCAPPED, task: usd(1) },
      outputTokens: 64_000,
    });
    const stop = { scope: 'ceiling' as const, raises: found };
    expect([stopProblem(stop), stopNeed(stop)]).toEqual([
      'The reply was cut at what the budget could still fund. The cap of the task is $1.00: $0.50 is spent, and a next request without a limit on its reply needs $0.65.',
      'Raise budget_usd in the task to 1.15 or more, then retry the task.',
    ]);
  });

  test('money that has come back meanwhile needs no raise', () => {
    expect(stopNeed({ scope: 'ceiling', raises: [] })).toBe('There is money for it again: retry the task.');
  });
});

const amount = fc.nat({ max: 2_000_000_000 });
const standing = fc.record({ settled: amount, open: fc.constant(0) });
const standings = fc.record({ task: standing, plan: standing, day: standing, week: standing, tokens: standing });
const cap = fc.option(fc.integer({ min: 1, max: 3_000_000_000 }));
const caps = fc.record({ task: cap, plan: cap, day: cap, week: cap, tokens: cap });
const kept = fc.record({ setAside: fc.nat({ max: 500_000_000 }), reservePercent: fc.integer({ min: 0, max: 50 }) });
const price = fc.record({ input: fc.nat({ max: 100_000_000 }), perOutputToken: fc.nat({ max: 50_000 }) });

test('whatever stands in the way: raised to what is named nothing does, and with one less something still does', () => {
  fc.assert(
    fc.property(standings, caps, kept, price, fc.nat({ max: 500_000 }), (stand, limits, left, line, inputTokens) => {
      const question: RaiseQuestion = {
        ...QUESTION,
        standings: stand,
        caps: limits,
        kept: left,
        price: line,
        inputTokens,
      };
      const found = raisesOf(question);
      const decide = (own: Caps) => decideReservation(stand, openCaps(own, left), line, inputTokens).kind;
      expect(decide(limits)).toBe(found.length === 0 ? 'granted' : 'denied');
      const raised = Object.fromEntries(found.map(({ scope, raiseTo }) => [scope, raiseTo]));
      expect(decide({ ...limits, ...raised })).toBe('granted');
      for (const { scope, raiseTo } of found)
        expect(decide({ ...limits, ...raised, [scope]: raiseTo - 1 })).toBe('denied');
    }),
  );
});
