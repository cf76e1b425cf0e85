/** Why work that was handed in stands where it stands, up to the moment it lands. */
import type { BoardTask } from './board.ts';
import { type Around, pauseReason, type Reason, words } from './reason.ts';

export function whySubmitted({ state }: BoardTask): Reason[] {
  if (state?.stage.kind !== 'submitted') return [];
  const { proven, validation, submission } = state.stage;
  const commit = submission.commit.slice(0, 9);
  if (!proven) return [{ text: `the conductor holds ${commit} against its report next`, source: 'the road in: proof' }];
  if (validation === null)
    return [{ text: `the checks run on ${commit} next`, source: 'kleiber.yml, checks; the road in: validation' }];
  return [
    {
      text: `the checks on ${commit}: ${words(validation.result)}; the conductor decides what that means`,
      source: 'kleiber.yml, checks; the road in: validation',
    },
  ];
}

export function whyInReview({ state }: BoardTask, { routing, paused }: Around): Reason[] {
  if (state?.stage.kind !== 'submitted') return [];
  const { submission, review } = state.stage;
  const failed = state.failedReviews.length;
  return [
    {
      text: `${submission.commit.slice(0, 9)} waits for the verdict of a reviewer on ${review}${failed > 0 ? `; ${failed} ${failed === 1 ? 'review' : 'reviews'} ended without one` : ''}`,
      source: `seed 1, quality gates, for work of ${state.attempts.at(-1)?.route.tier ?? routing?.tier}`,
    },
    ...(routing?.floor.needsPerson === true
      ? [{ text: 'and a person approves it after that', source: routing.floor.because.join('; ') || 'review: human' }]
      : []),
    ...(paused === null ? [] : [pauseReason(paused)]),
  ];
}

export function whyQueued(_: BoardTask, { before }: Around): Reason[] {
  return [
    {
      text:
        before.length === 0
          ? 'it is next to land; its merge is built and checked first'
          : `${before.length} ${before.length === 1 ? 'task lands' : 'tasks land'} before it: ${before.slice(0, 3).join(', ')}`,
      source: 'one candidate at a time, by priority, then the oldest submission',
    },
  ];
}

export function whyLanded({ state }: BoardTask): Reason[] {
  if (state?.stage.kind !== 'landed') return [];
  const { commit, at, imported } = state.stage;
  const submission = state.submission?.commit;
  const approvals = state.approvals.filter(approval => approval.commit === submission);
  const verdicts = state.verdicts.filter(({ verdict }) => verdict.commit === submission);
  return [
    {
      text: `it landed as ${commit.slice(0, 9)} on ${at.slice(0, 10)}${imported ? ', read back from git' : ''}`,
      source: imported ? 'the trailers of its merge' : 'the checks were green on exactly this tree',
    },
    ...verdicts.map(({ verdict, reviewer }) => ({
      text: `${reviewer.agent} on ${reviewer.tier}: ${words(verdict.decision)}`,
      source: 'seed 1, quality gates',
    })),
    ...approvals.map(({ by }) => ({ text: `${by} approved it`, source: 'seed 5, force opus + human review' })),
  ];
}
