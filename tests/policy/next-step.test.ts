/** The only road into the branch: no step can be skipped, whatever the others say. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import { TIERS } from '../../src/domain/tier.ts';
import { failingOutput, type NextStep, nextStep, type Submitted, whySpent } from '../../src/policy/next-step.ts';
import type { GateDemand } from '../../src/policy/review.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import {
  answered,
  anyTaskEvent,
  approved,
  blocked,
  claimed,
  created,
  ended,
  humanReview,
  proven,
  requeued,
  returned,
  reviewed,
  reviewFailed,
  stateAfter,
  submitted,
  validated,
  validationOf,
} from '../support/policy-values.ts';

interface Situation {
  proven: boolean;
  result: CheckResult | null;
  baseResult: CheckResult | null;
  needsPerson: boolean;
  approvals: string[];
}

const RESULTS = [null, 'green', 'red', 'could_not_run'] as const;

const SITUATIONS: Situation[] = [false, true].flatMap(proven =>
  RESULTS.flatMap(result =>
    RESULTS.flatMap(baseResult =>
      [false, true].flatMap(needsPerson =>
        [[], ['another-commit'], ['another-commit', 'commit-1']].map(approvals => ({
          proven,
          result,
          baseResult,
          needsPerson,
          approvals,
        })),
      ),
    ),
  ),
);

const NOTHING: GateDemand = {
  floor: { tier: 'haiku', needsPerson: false, because: [] },
  built: 'sonnet',
  review: null,
};
const personNeeded = (needsPerson: boolean): GateDemand => ({ ...NOTHING, floor: { ...NOTHING.floor, needsPerson } });
const BY_OPUS: GateDemand = { ...NOTHING, review: { tier: 'opus', because: ['it is critical'] } };

function submittedStage(state: TaskState): Submitted {
  if (state.stage.kind !== 'submitted') throw new Error('bug in the test');
  return state.stage;
}

function ask({ proven, result, baseResult, needsPerson, approvals }: Situation): NextStep {
  const state = stateAfter([created(), claimed(1), submitted(1)]);
  const stage: Submitted = {
    ...submittedStage(state),
    proven,
    validation: result === null ? null : validationOf(result, 'what it printed'),
    baseResult,
  };
  const approved = { ...state, approvals: approvals.map(commit => ({ commit, by: 'ada' })) };
  return nextStep(approved, stage, personNeeded(needsPerson));
}

const RED = '$ npm test\n(exit code 1)\nwhat it printed';
const NOT_RUN = '$ npm test\n(could not run)\nwhat it printed';

/** The road: proof, validation, the base before anybody is blamed, the person, landing. */
function expected({ proven, result, baseResult, needsPerson, approvals }: Situation): NextStep {
  if (!proven) return { kind: 'prove' };
  if (result === null) return { kind: 'validate' };
  if (result === 'could_not_run') return { kind: 'block', why: 'could_not_run', note: NOT_RUN };
  if (result === 'red' && baseResult === 'red') return { kind: 'block', why: 'red_on_base', note: RED };
  if (result === 'red' && baseResult === 'could_not_run') return { kind: 'block', why: 'could_not_run', note: RED };
  if (result === 'red') return { kind: 'give_back', reason: 'red', note: RED };
  if (needsPerson && !approvals.includes('commit-1')) return { kind: 'wait_for_person', commit: 'commit-1' };
  return { kind: 'land' };
}

describe('the next step', () => {
  test.each(SITUATIONS)(
    'proven $proven, checks $result, base $baseResult, person $needsPerson, approved $approvals',
    situation => {
      expect(ask(situation)).toEqual(expected(situation));
    },
  );

  test('the approval of another commit does not count', () => {
    const green = { proven: true, result: 'green', baseResult: null, needsPerson: true } as const;
    expect([ask({ ...green, approvals: ['another-commit'] }), ask({ ...green, approvals: ['commit-1'] })]).toEqual([
      { kind: 'wait_for_person', commit: 'commit-1' },
      { kind: 'land' },
    ]);
  });
});

describe('a review', () => {
  const GREEN = [created(), claimed(1), submitted(1), proven(), validated(1, 'green')];
  const stepAfter = (demand: GateDemand, ...events: TaskEvent[]): NextStep => {
    const state = stateAfter([...GREEN, ...events]);
    return nextStep(state, submittedStage(state), demand);
  };

  test('stands between green checks and landing, on the tier that is needed', () => {
    expect(stepAfter(BY_OPUS)).toEqual({ kind: 'review', tier: 'opus', because: ['it is critical'] });
    expect(stepAfter(NOTHING)).toEqual({ kind: 'land' });
  });

  test('that approves this commit lets it go on, on the same tier or a stronger one', () => {
    expect(stepAfter(BY_OPUS, reviewed('approve', 'opus'))).toEqual({ kind: 'land' });
    expect(stepAfter({ ...BY_OPUS, review: { tier: 'sonnet', because: [] } }, reviewed('approve', 'opus'))).toEqual({
      kind: 'land',
    });
  });

  test('on too weak a tier, or of another commit, is none', () => {
    const again = { kind: 'review', tier: 'opus', because: ['it is critical'] };
    expect(stepAfter(BY_OPUS, reviewed('approve', 'sonnet'))).toEqual(again);
    expect(stepAfter(BY_OPUS, reviewed('approve', 'opus', 'commit-0'))).toEqual(again);
  });

  test.each([
    ['request_changes', 'changes_requested', 'asks for changes'],
    ['reject', 'rejected', 'rejects the work, and the next attempt starts from the base'],
  ] as const)('%s gives it back as %s with the comments', (decision, reason, words) => {
    const note = `The reviewer (opus) ${words}:
- src/backend/basket.ts:4: it loses an item
- criterion 1 (items stay) is not met: one is lost

Not yet.`;
    expect(stepAfter(BY_OPUS, reviewed(decision, 'opus'))).toEqual({ kind: 'give_back', reason, note });
  });

  test('sends work back even where nobody had to review it', () => {
    expect(stepAfter(NOTHING, reviewed('request_changes', 'opus'))).toMatchObject({ reason: 'changes_requested' });
  });

  test('that gives no verdict is tried once more, and then somebody has to look', () => {
    expect(stepAfter(BY_OPUS, reviewFailed())).toMatchObject({ kind: 'review' });
    expect(stepAfter(BY_OPUS, reviewFailed(), reviewFailed('task'))).toEqual({
      kind: 'block_review',
      detail: 'no verdict',
      scope: 'task',
    });
  });

  test('comes before the person, and the person before landing', () => {
    const both = { ...BY_OPUS, floor: { ...BY_OPUS.floor, needsPerson: true } };
    expect(stepAfter(both, approved())).toMatchObject({ kind: 'review' });
    expect(stepAfter(both, reviewed('approve', 'opus'))).toEqual({ kind: 'wait_for_person', commit: 'commit-1' });
    expect(stepAfter(both, reviewed('approve', 'opus'), approved())).toEqual({ kind: 'land' });
  });

  test('work below its floor goes back without blame, and says what must build it', () => {
    const floor = { tier: 'opus', needsPerson: true, because: ['payment (it touches src/pay.ts): opus'] } as const;
    expect(stepAfter({ ...NOTHING, floor: { ...floor, because: [...floor.because] } })).toEqual({
      kind: 'give_back',
      reason: 'below_floor',
      note: `sonnet built this, and it must be opus:
- payment (it touches src/pay.ts): opus
The worktree holds the work so far. Go through all of it, mend what is not right, and hand it in again.`,
    });
  });
});

describe('landing', () => {
  const demand: fc.Arbitrary<GateDemand> = fc.record({
    floor: fc.record({ tier: fc.constantFrom(...TIERS), needsPerson: fc.boolean(), because: fc.constant(['x']) }),
    built: fc.constantFrom(...TIERS),
    review: fc.option(
      fc.record({ tier: fc.constantFrom('sonnet' as const, 'opus' as const), because: fc.constant(['y']) }),
    ),
  });

  test('follows only proof and green checks, the verdict on this very commit, the person if one is needed, and no floor', () => {
    let landings = 0;
    fc.assert(
      fc.property(fc.array(likelyEvent, { maxLength: 20 }), demand, (log, needed) => {
        const life = [created(), claimed(1), submitted(1), ...log];
        for (const events of log.map((_, index) => life.slice(0, index + 4))) {
          const state = stateAfter(events);
          if (state.stage.kind !== 'submitted' || nextStep(state, state.stage, needed).kind !== 'land') continue;
          landings++;
          const { attempt, commit } = state.stage.submission;
          expect(wasProven(events, attempt)).toBe(true);
          expect(lastResult(events, attempt)).toBe('green');
          expect(TIERS.indexOf(needed.built)).toBeGreaterThanOrEqual(TIERS.indexOf(needed.floor.tier));
          if (needed.floor.needsPerson) expect(state.approvals.map(approval => approval.commit)).toContain(commit);
          const verdict = lastVerdict(events, commit);
          if (needed.review !== null) expect(verdict?.verdict.decision).toBe('approve');
          if (needed.review !== null)
            expect(TIERS.indexOf(verdict?.reviewer.tier ?? 'haiku')).toBeGreaterThanOrEqual(
              TIERS.indexOf(needed.review.tier),
            );
          if (verdict !== undefined) expect(verdict.verdict.decision).toBe('approve');
        }
      }),
      { numRuns: 1500 },
    );
    expect(landings).toBeGreaterThan(20);
  });
});

/** Events of the first attempt after its hand-in, with any others in between. */
const likelyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  { weight: 1, arbitrary: anyTaskEvent },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      proven(),
      validated(1, 'green'),
      validated(1, 'red'),
      humanReview(1),
      approved(),
      reviewed('approve', 'opus'),
      reviewed('approve', 'sonnet'),
      reviewed('request_changes', 'opus'),
    ),
  },
);

/** The events that came while this attempt lay handed in; others change nothing. */
const heard = (events: readonly TaskEvent[], attempt: number): TaskEvent[] =>
  events.filter((event, index) => {
    if (index === 0 || !('attempt' in event) || event.attempt !== attempt) return false;
    const { stage } = stateAfter(events.slice(0, index));
    return stage.kind === 'submitted' && stage.submission.attempt === attempt;
  });

/** The newest verdict on a commit that was given while the commit lay handed in. */
const lastVerdict = (events: readonly TaskEvent[], commit: string) =>
  events.findLast(
    (event, index): event is Extract<TaskEvent, { kind: 'reviewed' }> =>
      event.kind === 'reviewed' &&
      event.verdict.commit === commit &&
      index > 0 &&
      stateAfter(events.slice(0, index)).stage.kind === 'submitted' &&
      event.attempt === stateAfter(events.slice(0, index)).attempts.length,
  );

const wasProven = (events: readonly TaskEvent[], attempt: number): boolean =>
  heard(events, attempt).some(event => event.kind === 'proven');

const lastResult = (events: readonly TaskEvent[], attempt: number): CheckResult | undefined =>
  heard(events, attempt).findLast(event => event.kind === 'validated' || event.kind === 'merge_intended')?.validation
    .result;

describe('what a worker is shown of a failed validation', () => {
  test('is every command that was not green, with the end of what it printed', () => {
    const runs = [
      { name: 'types', command: 'tsc', result: 'green', exitCode: 0, durationMs: 1, output: 'fine' },
      {
        name: 'test',
        command: 'npm test',
        result: 'red',
        exitCode: 2,
        durationMs: 1,
        output: `${'x'.repeat(7000)}end`,
      },
      { name: 'lint', command: 'lint', result: 'could_not_run', exitCode: null, durationMs: 1, output: 'no sandbox' },
    ] as const;
    expect(failingOutput({ tree: 't', result: 'could_not_run', runs: [...runs] })).toBe(
      `$ npm test\n(exit code 2)\n${'x'.repeat(5997)}end\n\n$ lint\n(could not run)\nno sandbox`,
    );
  });
});

describe('another try', () => {
  const stuck = (attempt: number): TaskEvent => ended(attempt, { end: { reason: 'stuck', detail: 'x' }, strike: true });
  const times = (count: number, round: (attempt: number) => TaskEvent[]): TaskState =>
    stateAfter([created(), ...Array.from({ length: count }, (_, index) => round(index + 1)).flat()]);

  const USED = 'it has used its 3 attempts';
  const ENDED_EARLY = '12 attempts have ended before their time, and hardly one by a fault of the model';

  test.each<[string, TaskState, string | null]>([
    ['before the first', times(0, () => []), null],
    ['after two failures of three', times(2, attempt => [claimed(attempt), stuck(attempt)]), null],
    ['not after three', times(3, attempt => [claimed(attempt), stuck(attempt)]), USED],
    ['not after three submissions given back', times(3, n => [claimed(n), submitted(n), returned(n)]), USED],
    ['after eleven interruptions', times(11, attempt => [claimed(attempt), ended(attempt)]), null],
    ['not after twelve interruptions', times(12, attempt => [claimed(attempt), ended(attempt)]), ENDED_EARLY],
    ['after four questions', times(4, attempt => [claimed(attempt), blocked(attempt), answered()]), null],
    [
      'again after a person has said retry',
      stateAfter([created(), ...[1, 2, 3].flatMap(n => [claimed(n), stuck(n)]), requeued()]),
      null,
    ],
    [
      'not after a retry and three more',
      stateAfter([
        created(),
        claimed(1),
        stuck(1),
        requeued(),
        ...[2, 3, 4].flatMap(number => [claimed(number), stuck(number)]),
      ]),
      USED,
    ],
  ])('%s', (_name, state, why) => {
    expect(whySpent(state, 3)?.problem ?? null).toBe(why);
  });
});
