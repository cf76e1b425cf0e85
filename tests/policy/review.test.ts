/** Who reviews what, what counts as a verdict, and which lane is kept free for it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RISKS } from '../../src/domain/task.ts';
import { PRIORITIES, TIERS } from '../../src/domain/tier.ts';
import { adviceLane, lanesKept, reviewLane } from '../../src/policy/lanes.ts';
import { type ReviewQuestion, reviewNeeded, verdictFault } from '../../src/policy/review.ts';
import {
  blocked,
  claimed,
  created,
  proven,
  reviewAsked,
  reviewed,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';

const PLAIN: ReviewQuestion = { built: 'sonnet', priority: 'p1', critical: false, risks: [] };

describe('a review is needed', () => {
  test.each<[string, Partial<ReviewQuestion>, string | null]>([
    ['not for plain work of sonnet', {}, null],
    ['not for plain work of opus', { built: 'opus', critical: true, priority: 'p0' }, null],
    ['by sonnet for work of haiku', { built: 'haiku' }, 'sonnet'],
    ['by sonnet for critical work of haiku', { built: 'haiku', critical: true }, 'sonnet'],
    ['by opus for critical work of sonnet', { critical: true }, 'opus'],
    ['by opus for p0 work of sonnet', { priority: 'p0' }, 'opus'],
    ['by opus for risky work of opus', { built: 'opus', risks: ['payment'] }, 'opus'],
    ['by opus for a change of the schema', { risks: ['schema_change'] }, 'opus'],
  ])('%s', (_name, question, tier) => {
    expect(reviewNeeded({ ...PLAIN, ...question })?.tier ?? null).toBe(tier);
  });

  test('says every reason with its source', () => {
    expect(reviewNeeded({ ...PLAIN, critical: true, risks: ['payment', 'payment', 'security'] })?.because).toEqual([
      'sonnet work on the critical path is reviewed by opus (seed 1, quality gates)',
      'payment, security: reviewed by opus (seed 1, quality gates and intervention triggers)',
    ]);
  });

  test('always where a seed asks for one, and never by a weaker tier than the strongest that is asked for', () => {
    const question = fc.record({
      built: fc.constantFrom(...TIERS),
      priority: fc.constantFrom(...PRIORITIES),
      critical: fc.boolean(),
      risks: fc.subarray([...RISKS]),
    });
    fc.assert(
      fc.property(question, asked => {
        const needed = reviewNeeded(asked);
        const isCritical = asked.built === 'sonnet' && (asked.critical || asked.priority === 'p0');
        if (asked.risks.length > 0 || isCritical) expect(needed?.tier).toBe('opus');
        else expect(needed?.tier ?? null).toBe(asked.built === 'haiku' ? 'sonnet' : null);
      }),
    );
  });
});

describe('a verdict', () => {
  const judged = (...mets: boolean[]) => mets.map((met, index) => ({ number: index + 1, text: 'x', met, note: '' }));
  const comment = { file: 'a.ts', line: 1, text: 'no' };

  test.each([
    ['that approves all', 'approve', judged(true, true), [], null],
    ['that approves what is unmet', 'approve', judged(true, false), [], 'it approves although criteria 2 are not met'],
    ['that leaves one out', 'approve', judged(true), [], 'criteria 2 are not judged; judge each number from 1 to 2'],
    [
      'that judges one twice',
      'approve',
      [...judged(true, true), ...judged(true)],
      [],
      '3 judgements for 2 criteria; judge each number once',
    ],
    ['that asks for changes with a comment', 'request_changes', judged(true, true), [comment], null],
    [
      'that asks for changes without any',
      'request_changes',
      judged(true, true),
      [],
      'it asks for changes and names none',
    ],
    ['that rejects', 'reject', judged(false, true), [], null],
  ] as const)('%s', (_name, decision, criteria, comments, fault) => {
    expect(verdictFault({ decision, summary: '', criteria: [...criteria], comments: [...comments] }, 2)).toBe(fault);
  });
});

describe('a lane is kept', () => {
  const green = [created(), claimed(1), submitted(1), proven(), validated(1, 'green')];
  const waiting = stateAfter([...green, reviewAsked('opus')]);

  test('while something waits for a review on its tier', () => {
    expect([lanesKept([waiting], [], 'opus'), lanesKept([waiting], [], 'sonnet')]).toEqual([1, 0]);
    expect(lanesKept([waiting, waiting], [], 'opus')).toBe(1);
  });

  test('for opus also while a question waits for its advice', () => {
    const question = { type: 'unclear_requirements', reason: 'architectural_decision' } as const;
    const blocker = { ...question, problem: 'one or two?', tried: [], need: 'a decision', options: [] };
    const asks = stateAfter([created(), claimed(1), blocked(1, { blocker })], 'a');
    const advised = [{ stream: adviceLane('a'), tier: 'opus' } as const];
    const kept = [lanesKept([asks], [], 'opus'), lanesKept([asks], [], 'sonnet'), lanesKept([asks], advised, 'opus')];
    expect(kept).toEqual([1, 0, 0]);
    expect(lanesKept([stateAfter([created(), claimed(1), blocked(1)], 'a')], [], 'opus')).toBe(0);
  });

  test('not while its own is under way, and not after the verdict', () => {
    const own = [{ stream: reviewLane(waiting.id), tier: 'opus' } as const];
    const other = stateAfter([...green, reviewAsked('opus')], 'other');
    expect([lanesKept([waiting], own, 'opus'), lanesKept([waiting, other], own, 'opus')]).toEqual([0, 1]);
    expect(lanesKept([waiting], [{ stream: 'task/a', tier: 'opus' }], 'opus')).toBe(1);
    expect(lanesKept([stateAfter([...green, reviewAsked('opus'), reviewed('approve', 'opus')])], [], 'opus')).toBe(0);
  });
});
