/** Why a task stands where it stands: every reason with the rule, the line of kleiber.yml or the person behind it. */
import type { BlockerType } from '../domain/blocker.ts';
import { type BoardTask, nextAgent, type Standing } from './board.ts';
import { isForLackOfMoney } from './deferral.ts';
import { type Around, pauseReason, type Reason, words } from './reason.ts';
import type { TaskState } from './task-state.ts';
import { wayOut } from './way-out.ts';
import { whyInReview, whyLanded, whyQueued, whySubmitted } from './why-handed-in.ts';

export function whyStanding(task: BoardTask, around: Around): Reason[] {
  const path: Reason[] = task.critical
    ? [{ text: `it is on the critical path of plan ${task.card.plan}`, source: 'the longest path of its plan' }]
    : [];
  return [...BY_STANDING[task.standing](task, around), ...path];
}

type Why = (task: BoardTask, around: Around) => Reason[];

const BY_STANDING: Record<Standing, Why> = {
  waiting: whyWaiting,
  ready: whyReady,
  running: whyRunning,
  submitted: whySubmitted,
  in_review: whyInReview,
  queued: whyQueued,
  landed: whyLanded,
  blocked: whyBlocked,
  deferred: whyDeferred,
  cancelled: whyCancelled,
};

function whyWaiting(task: BoardTask, around: Around): Reason[] {
  const { card, state } = task;
  const { waitsFor } = around;
  if (state?.stage.kind === 'blocked') return [asked(state.stage), ...whyMoved(around)];
  return waitsFor.map(({ id, standing }) => ({
    text:
      standing === null
        ? `it needs ${id}, and there is no such task: kleiber check`
        : `it needs ${id}, which is ${words(standing)} and has not landed`,
    source: `depends_on in the task file of ${card.id}`,
  }));
}

function whyReady(task: BoardTask, around: Around): Reason[] {
  const hindrances = [
    ...hindered(task, around),
    ...(around.guardReached
      ? [
          {
            text: 'today has cost more than the cost guard, so a person is asked first: kleiber conduct --past-guard',
            source: 'kleiber.yml, budget.guard_usd; seed 5, cost guard',
          },
        ]
      : []),
    ...(around.baseline === null
      ? []
      : [{ text: around.baseline, source: 'no money is spent on a broken base: the checks run on it first' }]),
    ...fullLane(around),
  ];
  const begins = [...unadopted(task), ...conflicted(task)];
  return hindrances.length > 0 ? [...begins, ...hindrances] : [...begins, inLine(task, around)];
}

const conflicted = ({ state }: BoardTask): Reason[] =>
  state?.resolving == null
    ? []
    : [
        {
          text: `${state.resolving.agent} owns ${state.resolving.files.join(', ')}, where it conflicts with what landed`,
          source: 'seed 2, merge conflicts',
        },
      ];

const unadopted = ({ state }: BoardTask): Reason[] =>
  state === null ? [{ text: 'nobody has taken its file in yet; the next worker does', source: 'the task file' }] : [];

function hindered({ card }: BoardTask, { hindrance }: Around): Reason[] {
  if (hindrance === null) return [];
  if (hindrance.reason === 'no_choice')
    return [
      {
        text: `a person chooses its model: kleiber override ${card.id} --model sonnet --reason "…"`,
        source: 'kleiber.yml, routing; seed 3, pause system',
      },
    ];
  return [pauseReason(hindrance.said)];
}

function fullLane({ routing, lanes }: Around): Reason[] {
  if (routing === null) return [];
  const { live, limit } = lanes[routing.tier];
  if (live < limit) return [];
  return [
    {
      text: `the ${routing.tier} lane is full: ${live} of ${limit} conversations are live`,
      source: `kleiber.yml, lanes.${routing.tier}; seed 1, lanes`,
    },
  ];
}

function inLine(task: BoardTask, { before }: Around): Reason {
  const agent = nextAgent(task);
  const first = before.slice(0, 3).join(', ');
  const more = before.length > 3 ? ` and ${before.length - 3} more` : '';
  return {
    text:
      before.length === 0
        ? `nothing stands in its way; the next free worker of ${agent} takes it`
        : `nothing stands in its way but ${first}${more}, which a worker of ${agent} takes first`,
    source: 'priority, then what it should come after, then age',
  };
}

function whyRunning({ state }: BoardTask, { paused }: Around): Reason[] {
  if (state?.stage.kind !== 'running') return [];
  const { owner, since } = state.stage;
  const attempt = state.attempts.length;
  return [
    { text: `pid ${owner.pid} on ${owner.host} works on attempt ${attempt} since ${since}`, source: 'its claim' },
    ...(attempt > 1 ? [{ text: `attempt ${attempt}, because ${lastEnd(state)}`, source: 'its events' }] : []),
    ...(paused === null
      ? []
      : [{ text: 'all work is paused; what runs goes on to the end of its attempt', source: 'seed 3, pause system' }]),
  ];
}

/** What brought the attempt before this one to its end. */
function lastEnd({ attempts, returns }: TaskState): string {
  const before = attempts.at(-2);
  const back = returns.findLast(({ attempt }) => attempt === before?.attempt);
  if (back !== undefined) return `attempt ${back.attempt} came back (${words(back.reason)})`;
  return `attempt ${before?.attempt ?? 0} ended (${words(before?.outcome ?? 'lost')})`;
}

/** What ends each kind of blocker, and whose word it waits for. */
function whyBlocked({ state, card }: BoardTask, { move }: Around): Reason[] {
  if (state?.stage.kind !== 'blocked') return [];
  const { blocker } = state.stage;
  return [
    asked(state.stage),
    { text: `it needs: ${blocker.need}`, source: SOURCE_OF_BLOCKER[blocker.type] },
    {
      text: `then: ${wayOut(blocker.type, card.id)}`,
      source: move?.kind === 'person' ? `only a person moves it: ${move.because}` : 'only a person moves it',
    },
  ];
}

type Blocked = Extract<TaskState['stage'], { kind: 'blocked' }>;

const asked = ({ blocker, since }: Blocked): Reason => ({
  text: firstLine(blocker.problem),
  source: `${blocker.type}, since ${since}`,
});

/** Who moves what has stopped, where that is nobody's turn but the conductor's. */
function whyMoved({ move, waitsFor, paused }: Around): Reason[] {
  switch (move?.kind) {
    case 'wait':
      return waitsFor.map(({ id, standing }) => ({
        text: `it goes on by itself when ${id}, which is ${words(standing ?? 'gone')}, has landed`,
        source: SOURCE_OF_BLOCKER.dependency,
      }));
    case 'resume':
      return [
        {
          text: `${move.landed.join(' and ')} landed, so it goes on with the next tick`,
          source: SOURCE_OF_BLOCKER.dependency,
        },
      ];
    case 'advise':
      return [
        { text: 'opus is asked, and then the same conversation goes on', source: 'seed 2, escalation prompt' },
        ...(paused === null ? [] : [pauseReason(paused)]),
      ];
    case 'escalate':
      return [
        { text: `the conductor moves it to ${move.to}: ${words(move.reason)}`, source: 'seed 1, escalation path' },
      ];
    default:
      return [];
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

const SOURCE_OF_BLOCKER: Record<BlockerType, string> = {
  merge_conflict: 'seed 5, blocked files; seed 2, conflict resolution',
  dependency: 'seed 5, blocked files',
  unclear_requirements: 'seed 5, blocked files; seed 1, escalation path',
  technical: 'kleiber.yml, limits.attempts; seed 1, escalation path',
  budget: 'kleiber.yml, budget; a cap is never passed',
  out_of_zone: 'files in the task file; seed 2, zones',
  refusal: 'the model declined, and no other is asked behind your back',
  human_review: 'seed 5, force opus + human review',
};

function whyDeferred(task: BoardTask, around: Around): Reason[] {
  const { state, card } = task;
  if (state?.deferral == null) return [];
  const { why, until, since } = state.deferral;
  return [
    ...hindered(task, around),
    {
      text: `${why}; it comes back by itself on ${until}`,
      source: `deferred since ${since}; seeds 3 and 4: defer, never downgrade`,
    },
    isForLackOfMoney(why)
      ? {
          text: 'sooner with: a higher cap in kleiber.yml, budget',
          source: 'kleiber.yml, budget; a cap is never passed',
        }
      : {
          text: `sooner with: kleiber override ${card.id} --model ${around.routing?.tier ?? 'sonnet'} --reason "…"`,
          source: 'seed 3, manual override',
        },
  ];
}

function whyCancelled({ state }: BoardTask): Reason[] {
  if (state?.stage.kind !== 'cancelled') return [];
  return [{ text: `${state.stage.by} took it back: ${state.stage.reason}`, source: 'a person, or an undone plan' }];
}
