/** The life of a task, event by event: what each one changes, and what it must not change. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Blocker } from '../../src/domain/blocker.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import { foldStream, foldTask } from '../../src/policy/fold.ts';
import { currentAttempt, type TaskState } from '../../src/policy/task-state.ts';
import {
  answered,
  anyTaskEvent,
  approved,
  at,
  blocked,
  cancelled,
  claimed,
  created,
  ended,
  humanReview,
  imported,
  intended,
  landed,
  logOf,
  OWNER,
  proven,
  ROUTE,
  requeued,
  returned,
  reviewAsked,
  reviewed,
  reviewFailed,
  SPEND,
  stateAfter,
  submitted,
  TARGET,
  validated,
  validationOf,
} from '../support/policy-values.ts';

const ID = 'shop-1-01-basket';

const NEW: TaskState = {
  id: ID,
  seq: 1,
  target: TARGET,
  agent: 'engineer-backend',
  file: 'tasks/engineer-backend/shop-1-01-basket.md',
  fileHash: 'hash-1',
  plan: 'shop-1',
  createdAt: at(1),
  stage: { kind: 'open' },
  attempts: [],
  strikes: [],
  forgiven: 0,
  work: null,
  resolving: null,
  handovers: [],
  answered: null,
  told: [],
  advised: 0,
  widened: [],
  verdicts: [],
  failedReviews: [],
  lostReviews: [],
  reviewCost: 0,
  foundRisks: [],
  raisedTo: null,
  override: null,
  deferral: null,
  approvals: [],
  returns: [],
  submission: null,
  validation: null,
};

const openAttempt = (attempt: number, minute: number): TaskState['attempts'][number] => ({
  attempt,
  agent: 'engineer-backend',
  route: ROUTE,
  base: `base-${attempt}`,
  session: `session-${attempt}`,
  approach: '',
  claimedAt: at(minute),
  endedAt: null,
  outcome: null,
  stuckOn: null,
  spend: null,
  model: null,
});

const running = (attempt: number, minute: number): TaskState['stage'] => ({
  kind: 'running',
  owner: OWNER,
  worktree: 'engineer-backend',
  session: `session-${attempt}`,
  since: at(minute),
});

const SUBMISSION: NonNullable<TaskState['submission']> = {
  attempt: 1,
  commit: 'commit-1',
  tree: 'tree-1',
  base: 'base-1',
  files: [{ path: 'src/backend/basket.ts', status: 'created', mode: '100644' }],
  report: { summary: 'built it', testsAdded: [], decisions: [] },
  model: 'claude-sonnet',
  at: at(5),
};

/** What `blocked` asks. */
const QUESTION: Blocker = {
  type: 'unclear_requirements',
  problem: 'which currency?',
  tried: [],
  need: 'a currency',
  options: [],
};

type Life = [event: TaskEvent, changes: Partial<TaskState>][];

/** Plays a life and holds every state of it against the one before, with the named changes and no others. */
function expectLife(life: Life): void {
  const seen = life.map((_, index) => stateAfter(life.slice(0, index + 1).map(([event]) => event)));
  const wanted: TaskState[] = [];
  for (const [index, [, changes]] of life.entries())
    wanted.push({ ...(wanted.at(-1) ?? NEW), ...changes, seq: index + 1 });
  expect(seen).toEqual(wanted);
}

const submittedStage = (
  changes: Partial<Extract<TaskState['stage'], { kind: 'submitted' }>> = {},
): TaskState['stage'] => ({
  kind: 'submitted',
  submission: SUBMISSION,
  proven: false,
  validation: null,
  baseResult: null,
  review: null,
  intent: null,
  ...changes,
});

const closed = (minute: number, outcome: 'submitted' | 'blocked', approach = ''): TaskState['attempts'][number] => ({
  ...openAttempt(1, 2),
  approach,
  outcome,
  endedAt: at(minute),
  stuckOn: outcome === 'blocked' ? 'person' : null,
  spend: SPEND,
  model: outcome === 'submitted' ? 'claude-sonnet' : null,
});

const TO_SUBMITTED: Life = [
  [created(), {}],
  [claimed(1), { attempts: [openAttempt(1, 2)], stage: running(1, 2) }],
  [
    { kind: 'approach', attempt: 1, text: 'like this' },
    { attempts: [{ ...openAttempt(1, 2), approach: 'like this' }] },
  ],
  [{ kind: 'checkpoint', attempt: 1, commit: 'saved-1' }, { work: { base: 'base-1', commit: 'saved-1' } }],
  [
    submitted(1),
    {
      attempts: [closed(5, 'submitted', 'like this')],
      work: { base: 'base-1', commit: 'commit-1' },
      submission: SUBMISSION,
      stage: submittedStage(),
    },
  ],
];

const MERGED = { ...validationOf('green'), tree: 'merged-tree' };

describe('the life of a task', () => {
  test('from its file to the branch', () => {
    expectLife([
      ...TO_SUBMITTED,
      [proven(), { stage: submittedStage({ proven: true }) }],
      [
        validated(1, 'green'),
        {
          validation: validationOf('green'),
          stage: submittedStage({ proven: true, validation: validationOf('green') }),
        },
      ],
      [
        intended(),
        {
          validation: MERGED,
          stage: submittedStage({
            proven: true,
            validation: validationOf('green'),
            intent: { base: 'tip-1', candidate: 'merge-1' },
          }),
        },
      ],
      [landed(), { stage: { kind: 'landed', commit: 'merge-1', at: at(9), imported: false } }],
    ]);
  });

  test('a question keeps the conversation for the answer, and the next attempt goes on in it', () => {
    expectLife([
      [created(), {}],
      [claimed(1), { attempts: [openAttempt(1, 2)], stage: running(1, 2) }],
      [
        blocked(1, { checkpoint: 'saved-1' }),
        {
          attempts: [closed(3, 'blocked')],
          work: { base: 'base-1', commit: 'saved-1' },
          stage: {
            kind: 'blocked',
            blocker: QUESTION,
            since: at(3),
            session: 'session-1',
            afterProof: false,
            asker: 'sonnet',
            advised: false,
          },
        },
      ],
      [
        answered('euro', ['src/money/**']),
        {
          answered: { blocker: QUESTION, since: at(3), by: 'ada', text: 'euro' },
          widened: ['src/money/**'],
          handovers: [{ note: 'euro', session: 'session-1' }],
          stage: { kind: 'open' },
        },
      ],
      [claimed(2), { attempts: [closed(3, 'blocked'), openAttempt(2, 5)], stage: running(2, 5) }],
    ]);
  });

  test('an answered question is kept until the next hand-in or the next question', () => {
    const asked = [created(), claimed(1), blocked(1), answered('euro'), claimed(2)];
    const kept = { blocker: QUESTION, since: at(3), by: 'ada', text: 'euro' };
    const seen = [asked, [...asked, submitted(2)], [...asked, blocked(2)], [...asked, ended(2)]];
    expect(seen.map(events => stateAfter(events).answered)).toEqual([kept, null, null, kept]);
  });

  test('a refusal or another blocker that cannot be resumed gives the conversation up', () => {
    const state = stateAfter([created(), claimed(1), blocked(1, { resumable: false }), answered('rephrased')]);
    expect(state.handovers).toEqual([{ note: 'rephrased', session: null }]);
  });

  test('an answer to what has failed too often writes the failures off, one to a question does not', () => {
    const failed = [created(), claimed(1), ended(1, { end: { reason: 'stuck', detail: 'no way' }, strike: true })];
    const parked = blocked(1, { resumable: false, blocker: { ...QUESTION, type: 'technical' } });
    const { strikes, forgiven } = stateAfter([...failed, parked, answered('look at the fixture')]);
    expect({ strikes, forgiven }).toEqual({ strikes: [], forgiven: 1 });
    const asked = stateAfter([...failed, claimed(2), blocked(2), answered('euro')]);
    expect({ strikes: asked.strikes, forgiven: asked.forgiven }).toEqual({ strikes: ['sonnet'], forgiven: 0 });
  });

  test('retry keeps work and conversation of what only stood still, and writes the attempts off', () => {
    const state = stateAfter([created(), claimed(1), blocked(1, { checkpoint: 'saved-1' }), requeued('more money')]);
    expect(state).toEqual({
      ...NEW,
      seq: 4,
      attempts: [closed(3, 'blocked')],
      work: { base: 'base-1', commit: 'saved-1' },
      forgiven: 1,
      handovers: [{ note: 'more money', session: 'session-1' }],
    });
  });

  test('an interruption keeps the conversation and is no strike', () => {
    expectLife([
      [created(), {}],
      [claimed(1), { attempts: [openAttempt(1, 2)], stage: running(1, 2) }],
      [
        ended(1, { checkpoint: 'saved-1' }),
        {
          attempts: [{ ...openAttempt(1, 2), outcome: 'interrupted', endedAt: at(3), spend: SPEND }],
          work: { base: 'base-1', commit: 'saved-1' },
          handovers: [{ note: 'The attempt was interrupted from outside and goes on here.', session: 'session-1' }],
          stage: { kind: 'open' },
        },
      ],
    ]);
  });

  test.each<[string, Parameters<typeof ended>[1], string]>([
    [
      'a turn limit',
      { end: { reason: 'turn_limit', turns: 60 }, strike: true },
      'The attempt before this one used up its 60 turns without handing in.',
    ],
    [
      'no submission',
      { end: { reason: 'no_submission' }, strike: true },
      'The attempt before this one stopped without calling submit or block.',
    ],
    [
      'a loop',
      { end: { reason: 'stuck', detail: 'read again and again' }, strike: true },
      'The attempt before this one ended: read again and again',
    ],
    [
      'a full conversation',
      { end: { reason: 'context_full' }, strike: false },
      'The conversation before this one grew too long. Its work so far is in the worktree.',
    ],
    [
      'a missing model',
      { end: { reason: 'model_unavailable', detail: 'no such id' }, strike: false },
      'The attempt before this one ended: no such id',
    ],
    [
      'a missing tool',
      { end: { reason: 'tool_unavailable', detail: 'no sandbox' }, strike: false },
      'The attempt before this one ended: no sandbox',
    ],
  ])('after %s a new conversation begins with a note', (_name, end, note) => {
    const { strikes, handovers, stage } = stateAfter([created(), claimed(1), ended(1, end)]);
    expect({ strikes, handovers, stage }).toEqual({
      strikes: end?.strike === true ? ['sonnet'] : [],
      handovers: [{ note, session: null }],
      stage: { kind: 'open' },
    });
  });

  test('a strike after an interruption ends the old conversation', () => {
    const stuck = ended(2, { end: { reason: 'stuck', detail: 'x' }, strike: true });
    const { handovers } = stateAfter([created(), claimed(1), ended(1), claimed(2), stuck]);
    expect(handovers.map(({ session }) => session)).toEqual(['session-1', null]);
  });

  test('work that is given back starts again from what was handed in, with the reason', () => {
    expectLife([
      ...TO_SUBMITTED,
      [
        returned(1),
        {
          strikes: ['sonnet'],
          handovers: [{ note: 'the checks are red', session: null }],
          returns: [{ attempt: 1, reason: 'red', note: 'the checks are red', at: at(6) }],
          stage: { kind: 'open' },
        },
      ],
    ]);
  });

  test('a conflict is no strike and starts from the draft that holds the conflict', () => {
    const conflict = returned(1, {
      reason: 'conflict',
      note: 'both changed it',
      strike: false,
      draft: { base: 'tip-1', commit: 'draft-1' },
    });
    const { work, strikes, returns } = stateAfter([created(), claimed(1), submitted(1), conflict]);
    expect({ work, strikes, returns }).toEqual({
      work: { base: 'tip-1', commit: 'draft-1' },
      strikes: [],
      returns: [{ attempt: 1, reason: 'conflict', note: 'both changed it', at: at(4) }],
    });
  });

  test('a new submission voids the validation and the notes of the one before', () => {
    const state = stateAfter([
      created(),
      claimed(1),
      submitted(1),
      proven(1),
      validated(1, 'green'),
      returned(1),
      claimed(2),
      submitted(2),
    ]);
    const submission = { ...SUBMISSION, attempt: 2, commit: 'commit-2', tree: 'tree-2', base: 'base-2', at: at(8) };
    expect([state.stage, state.validation, state.handovers, state.submission]).toEqual([
      submittedStage({ submission }),
      null,
      [],
      submission,
    ]);
  });

  test('a retry of landed work starts from the branch, which holds it already', () => {
    const life = [created(), claimed(1), submitted(1), proven(1), validated(1, 'green'), intended(1), landed(1)];
    const [before, after] = [stateAfter(life), stateAfter([...life, requeued()])];
    expect([before.work, after.work, after.stage]).toEqual([
      { base: 'base-1', commit: 'commit-1' },
      null,
      { kind: 'open' },
    ]);
  });

  test('a retry forgives the strikes so far', () => {
    const stuck = ended(1, { end: { reason: 'stuck', detail: 'x' }, strike: true });
    const { strikes, forgiven, attempts } = stateAfter([created(), claimed(1), stuck, requeued()]);
    expect({ strikes, forgiven, attempts: attempts.length }).toEqual({ strikes: [], forgiven: 1, attempts: 1 });
  });

  test('work read back from git is landed and marked as imported', () => {
    expect(stateAfter([created(), imported])).toEqual({
      ...NEW,
      seq: 2,
      stage: { kind: 'landed', commit: 'merge-9', at: at(2), imported: true },
    });
  });

  test('work read back from git ends the attempt that was running on it', () => {
    expect(stateAfter([created(), claimed(1), imported])).toEqual({
      ...NEW,
      seq: 3,
      attempts: [{ ...openAttempt(1, 2), outcome: 'interrupted', endedAt: at(3) }],
      stage: { kind: 'landed', commit: 'merge-9', at: at(3), imported: true },
    });
  });

  test('a cancelled attempt is closed as interrupted', () => {
    expect(stateAfter([created(), claimed(1), cancelled()])).toEqual({
      ...NEW,
      seq: 3,
      attempts: [{ ...openAttempt(1, 2), outcome: 'interrupted', endedAt: at(3) }],
      stage: { kind: 'cancelled', by: 'ada', reason: 'not needed' },
    });
  });

  test('a takeover of a running task closes the attempt before it', () => {
    expect(stateAfter([created(), claimed(1), claimed(2)])).toEqual({
      ...NEW,
      seq: 3,
      attempts: [{ ...openAttempt(1, 2), outcome: 'interrupted', endedAt: at(3) }, openAttempt(2, 3)],
      stage: running(2, 3),
    });
  });
});

describe('a person has to approve', () => {
  const waiting = [created(), claimed(1), submitted(1), proven(), validated(1, 'green'), humanReview(1)];

  test('approved work goes on where it stood', () => {
    const state = stateAfter([...waiting, approved('commit-1')]);
    expect([state.stage, state.approvals]).toEqual([
      submittedStage({
        submission: { ...SUBMISSION, at: at(3) },
        proven: true,
        validation: validationOf('green'),
      }),
      [{ commit: 'commit-1', by: 'ada' }],
    ]);
  });

  test('retry of proven work runs the checks again and keeps what was handed in', () => {
    const state = stateAfter([...waiting, requeued('the disk has room again')]);
    expect([state.stage, state.validation, state.attempts.length]).toEqual([
      {
        kind: 'submitted',
        submission: state.submission,
        proven: true,
        validation: null,
        baseResult: null,
        review: null,
        intent: null,
      },
      null,
      1,
    ]);
  });

  test('the approval of another commit is noted and moves nothing', () => {
    const before = stateAfter(waiting);
    expect(stateAfter([...waiting, approved('commit-7')])).toEqual({
      ...before,
      seq: 7,
      approvals: [{ commit: 'commit-7', by: 'ada' }],
    });
  });

  test.each<[string, TaskEvent[]]>([
    ['a question of a later attempt', [created(), claimed(1), submitted(1), returned(1), claimed(2), blocked(2)]],
    ['checks that could not run', [created(), claimed(1), submitted(1), proven(), blocked(1, { resumable: false })]],
    ['work that was never proven', [created(), claimed(1), submitted(1), blocked(1, { resumable: false })]],
  ])('an approval does not end %s', (_name, events) => {
    const before = stateAfter(events);
    const after = stateAfter([...events, approved('commit-1')]);
    expect(after).toEqual({ ...before, seq: before.seq + 1, approvals: [{ commit: 'commit-1', by: 'ada' }] });
  });

  test.each<[string, TaskEvent[]]>([
    ['open', [created()]],
    ['running', [created(), claimed(1)]],
    ['handed in and not proven', [created(), claimed(1), submitted(1)]],
  ])('nobody is asked to approve work that is %s', (_name, events) => {
    const before = stateAfter(events);
    expect(stateAfter([...events, humanReview(before.attempts.length)])).toEqual({ ...before, seq: before.seq + 1 });
  });

  test('an answer instead of an approval sends the work back with the words of the person', () => {
    const state = stateAfter([...waiting, answered('no, refund first')]);
    expect([state.stage, state.handovers, state.work]).toEqual([
      { kind: 'open' },
      [{ note: 'no, refund first', session: null }],
      { base: 'base-1', commit: 'commit-1' },
    ]);
  });
});

const STAGES = {
  open: [created()],
  running: [created(), claimed(1)],
  submitted: [created(), claimed(1), submitted(1)],
  landed: [created(), claimed(1), submitted(1), proven(), validated(1, 'green'), intended(), landed()],
  blocked: [created(), claimed(1), blocked(1)],
  cancelled: [created(), claimed(1), cancelled()],
} as const;
type StageName = keyof typeof STAGES;
const NAMES: StageName[] = ['open', 'running', 'submitted', 'landed', 'blocked', 'cancelled'];

/** One event of each kind, for an attempt of this number, and the stages that it may change. */
const MOVES: [event: (attempt: number) => TaskEvent, from: StageName[]][] = [
  [() => created({ agent: 'somebody-else' }), []],
  [attempt => claimed(attempt + 1), ['open', 'running']],
  [attempt => ({ kind: 'approach', attempt, text: 'like this' }), ['running']],
  [attempt => ({ kind: 'checkpoint', attempt, commit: 'saved' }), ['running']],
  [submitted, ['running']],
  [attempt => blocked(attempt, { checkpoint: 'saved' }), ['open', 'running', 'submitted']],
  [ended, ['running']],
  [proven, ['submitted']],
  [attempt => validated(attempt, 'red', 'green'), ['submitted']],
  [intended, ['submitted']],
  [landed, ['submitted']],
  [returned, ['submitted']],
  [() => approved('another'), NAMES],
  [() => answered(), ['blocked']],
  [() => requeued(), ['open', 'landed', 'blocked', 'cancelled']],
  [() => cancelled('bob'), ['open', 'running', 'submitted', 'blocked', 'cancelled']],
  [() => imported, NAMES],
];

describe('an event that the stage does not allow changes nothing', () => {
  const cells = MOVES.flatMap(([event, from]) =>
    NAMES.map(name => ({ name, event, kind: event(1).kind, moves: from.includes(name) })),
  );

  test.each(cells)('$kind on $name moves: $moves', ({ name, event, moves }) => {
    const before = stateAfter(STAGES[name]);
    const after = stateAfter([...STAGES[name], event(currentAttempt(before))]);
    const unmoved = { ...before, seq: before.seq + 1 };
    if (moves) expect(after).not.toEqual(unmoved);
    else expect(after).toEqual(unmoved);
  });
});

describe('the fence', () => {
  const attempts = MOVES.filter(([event]) => 'attempt' in event(1) && event(1).kind !== 'claimed');

  test.each(NAMES)('what a stale or a foreign attempt writes on %s changes nothing', name => {
    const events = [...STAGES[name]];
    const before = stateAfter(events);
    const unmoved = { ...before, seq: before.seq + 1 };
    const strangers = [currentAttempt(before) - 1, currentAttempt(before) + 1, currentAttempt(before) + 7];
    for (const [event] of attempts)
      for (const stranger of strangers) expect(stateAfter([...events, event(stranger)])).toEqual(unmoved);
  });

  test.each(['open', 'running'] as const)('a claim on %s is for the next attempt and no other', name => {
    const before = stateAfter(STAGES[name]);
    const next = currentAttempt(before) + 1;
    const taken = [next - 1, next, next + 1].map(number => stateAfter([...STAGES[name], claimed(number)]).stage);
    expect(taken).toEqual([before.stage, running(next, before.seq + 1), before.stage]);
  });
});

describe('folding any events at all', () => {
  const events = fc.array(anyTaskEvent, { maxLength: 25 });

  test('never throws, ends at the last event, and begins with the first that creates', () => {
    fc.assert(
      fc.property(events, log => {
        const state = foldStream(ID, logOf(ID, log));
        const first = log.findIndex(event => event.kind === 'created');
        expect(state?.seq ?? null).toBe(first < 0 ? null : log.length);
        expect(state?.createdAt ?? null).toBe(first < 0 ? null : at(first + 1));
      }),
      { numRuns: 500 },
    );
  });

  test('numbers attempts without gaps and leaves only the last of a running task open', () => {
    fc.assert(
      fc.property(events, log => {
        const state = stateAfter([created(), ...log]);
        expect(state.attempts.map(({ attempt }) => attempt)).toEqual(state.attempts.map((_, index) => index + 1));
        const open = state.attempts.filter(({ outcome }) => outcome === null).map(({ attempt }) => attempt);
        expect(open).toEqual(state.stage.kind === 'running' ? [state.attempts.length] : []);
      }),
      { numRuns: 500 },
    );
  });

  test('gives the same state in one go and event by event', () => {
    fc.assert(
      fc.property(events, log => {
        const stored = logOf(ID, log);
        const stepwise = stored.reduce<TaskState | null>((state, next) => foldTask(ID, state, next), null);
        expect(stepwise).toEqual(foldStream(ID, stored));
      }),
    );
  });

  test('a conversation is handed on only by an interruption or by whatever ended a pause', () => {
    fc.assert(
      fc.property(events, log => {
        const { handovers, attempts } = stateAfter([created(), ...log]);
        const keepers = attempts.filter(({ outcome }) => outcome === 'interrupted' || outcome === 'blocked');
        const kept = handovers.flatMap(({ session }) => session ?? []);
        expect(keepers.map(({ attempt }) => `session-${attempt}`)).toEqual(expect.arrayContaining(kept));
      }),
      { numRuns: 500 },
    );
  });
});

describe('reviews', () => {
  const GREEN = [created(), claimed(1), submitted(1), proven(), validated(1, 'green')];
  const stageAfter = (...events: TaskEvent[]) => stateAfter([...GREEN, ...events]).stage;

  test('are asked for on a tier, and the verdict ends the waiting', () => {
    expect(stageAfter(reviewAsked('sonnet'))).toMatchObject({ kind: 'submitted', review: 'sonnet' });
    const state = stateAfter([...GREEN, reviewAsked('sonnet'), reviewed('approve', 'sonnet')]);
    expect(state.stage).toMatchObject({ kind: 'submitted', review: null });
    expect(state.verdicts.map(({ verdict, reviewer }) => [verdict.decision, reviewer.tier])).toEqual([
      ['approve', 'sonnet'],
    ]);
    expect(state.reviewCost).toBe(SPEND.cost);
  });

  test('without a verdict are counted until there is one, and what they cost is kept', () => {
    const failed = stateAfter([...GREEN, reviewFailed(), reviewFailed('day')]);
    expect([failed.failedReviews, failed.reviewCost]).toEqual([
      [
        { detail: 'no verdict', scope: null },
        { detail: 'no verdict', scope: 'day' },
      ],
      2 * SPEND.cost,
    ]);
    const judged = stateAfter([...GREEN, reviewFailed(), reviewed('approve', 'opus')]);
    expect([judged.failedReviews, judged.lostReviews]).toEqual([
      [],
      [{ attempt: 1, detail: 'no verdict', cost: SPEND.cost }],
    ]);
  });

  test('say nothing about work that nobody has handed in', () => {
    const before = [created(), claimed(1)];
    const after = stateAfter([...before, reviewAsked('opus'), reviewed('approve', 'opus'), reviewFailed()]);
    expect({ ...after, seq: 2 }).toEqual(stateAfter(before));
  });

  test('begin anew after a retry, with the work as it is', () => {
    const life = [...GREEN, reviewFailed(), reviewFailed(), blocked(1), requeued()];
    expect(stateAfter(life)).toMatchObject({ failedReviews: [], stage: { kind: 'submitted', proven: true } });
  });

  test('that reject drop the work; that ask for changes keep it', () => {
    const workAfter = (reason: 'rejected' | 'changes_requested') =>
      stateAfter([...GREEN, returned(1, { reason })]).work;
    expect([workAfter('rejected'), workAfter('changes_requested')]).toEqual([
      null,
      { base: 'base-1', commit: 'commit-1' },
    ]);
  });

  test('by a person send back what waits for that person', () => {
    const asked = returned(1, { reason: 'changes_requested', note: 'less', strike: false });
    expect(stageAfter(humanReview(1), asked)).toEqual({ kind: 'open' });
    expect(stageAfter(blocked(1), asked)).toMatchObject({ kind: 'blocked' });
  });
});
