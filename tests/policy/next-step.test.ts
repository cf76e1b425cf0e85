/** The only road into the branch: no step can be skipped, whatever the others say. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/domain/check.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import { failingOutput, mayTryAgain, type NextStep, nextStep, type Submitted } from '../../src/policy/next-step.ts';
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

function ask({ proven, result, baseResult, needsPerson, approvals }: Situation): NextStep {
  const state = stateAfter([created(), claimed(1), submitted(1)]);
  if (state.stage.kind !== 'submitted') throw new Error('bug in the test');
  const stage: Submitted = {
    ...state.stage,
    proven,
    validation: result === null ? null : validationOf(result, 'what it printed'),
    baseResult,
  };
  return nextStep({ ...state, approvals: approvals.map(commit => ({ commit, by: 'ada' })) }, stage, needsPerson);
}

const RED = '$ npm test\n(exit code 1)\nwhat it printed';
const NOT_RUN = '$ npm test\n(could not run)\nwhat it printed';

/** The road, as the design tells it: proof, validation, the base before anybody is blamed, the person, landing. */
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

  test('landing follows only proof and green checks, and the approval of this very commit if a person is needed', () => {
    let landings = 0;
    fc.assert(
      fc.property(fc.array(likelyEvent, { maxLength: 20 }), fc.boolean(), (log, needsPerson) => {
        const life = [created(), claimed(1), submitted(1), ...log];
        const prefixes = log.map((_, index) => life.slice(0, index + 4));
        for (const events of prefixes) {
          const state = stateAfter(events);
          if (state.stage.kind !== 'submitted') continue;
          const { stage } = state;
          if (nextStep(state, stage, needsPerson).kind !== 'land') continue;
          landings++;
          const { attempt, commit } = stage.submission;
          expect(wasProven(events, attempt)).toBe(true);
          expect(lastResult(events, attempt)).toBe('green');
          if (needsPerson) expect(state.approvals.map(approval => approval.commit)).toContain(commit);
        }
      }),
      { numRuns: 400 },
    );
    expect(landings).toBeGreaterThan(100);
  });
});

/** Events of the first attempt after its hand-in, with any others in between. */
const likelyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  { weight: 1, arbitrary: anyTaskEvent },
  {
    weight: 4,
    arbitrary: fc.constantFrom(proven(), validated(1, 'green'), validated(1, 'red'), humanReview(1), approved()),
  },
);

/** The events that came while this attempt lay handed in; others change nothing. */
const heard = (events: readonly TaskEvent[], attempt: number): TaskEvent[] =>
  events.filter((event, index) => {
    if (index === 0 || !('attempt' in event) || event.attempt !== attempt) return false;
    const { stage } = stateAfter(events.slice(0, index));
    return stage.kind === 'submitted' && stage.submission.attempt === attempt;
  });

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

  test.each<[string, TaskState, boolean]>([
    ['before the first', times(0, () => []), true],
    ['after two failures of three', times(2, attempt => [claimed(attempt), stuck(attempt)]), true],
    ['not after three', times(3, attempt => [claimed(attempt), stuck(attempt)]), false],
    ['not after three submissions given back', times(3, n => [claimed(n), submitted(n), returned(n)]), false],
    ['after eleven interruptions', times(11, attempt => [claimed(attempt), ended(attempt)]), true],
    ['not after twelve interruptions', times(12, attempt => [claimed(attempt), ended(attempt)]), false],
    ['after four questions', times(4, attempt => [claimed(attempt), blocked(attempt), answered()]), true],
    [
      'again after a person has said retry',
      stateAfter([created(), ...[1, 2, 3].flatMap(n => [claimed(n), stuck(n)]), requeued()]),
      true,
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
      false,
    ],
  ])('%s: %s', (_name, state, may) => {
    expect(mayTryAgain(state, 3)).toBe(may);
  });
});
