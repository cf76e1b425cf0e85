/** What a rehearsal is about: the request, what the visitor answers and types, and what must come of it. */
import type { ReturnReason } from '../domain/event.ts';
import { type NanoUsd, usdText } from '../domain/money.ts';
import type { Tier } from '../domain/tier.ts';
import type { Standing } from '../policy/board.ts';

export const REQUEST =
  'Add coupons: a code at the checkout takes a percentage off the order, and the cart page shows the discount.';

/** What the visitor answers to a task that asks. */
export interface PlannedAnswer {
  task: string;
  text: string;
  widen: string | null;
  /** The task that must have landed before the visitor finds the time; its change is then in the way of the other one. */
  notBefore: string | null;
}

const ANSWERS: readonly PlannedAnswer[] = [
  { task: 'pricing', text: 'per order', widen: null, notBefore: null },
  {
    task: 'cart-page',
    text: 'yes, one function for it there; the rest stays in the page',
    widen: 'src/common/money.js',
    notBefore: 'pricing',
  },
  { task: 'refunds', text: 'its share of what was really paid', widen: null, notBefore: null },
];

/** The task that its own cap stops; its file is typed by hand. */
export const PRICE_LIST = 'price-list';

/** What a person books after the run as spent elsewhere: nearly all of the day, so that its zone is red. */
export const ELSEWHERE = { tokens: 476_000, model: 'opus', note: 'a day of pairing in the terminal' } as const;

/** Whose weekly review is shown, and what it must propose. */
export const REVIEWED = { agent: 'scribe', proposals: ['scribe EXEC → sonnet (1 of 1 reworked on haiku)'] } as const;

interface Ending {
  standing: Standing;
  attempts: number;
  returns: readonly ReturnReason[];
  /** The tier that an escalation left open. */
  raisedTo: Tier | null;
  /** What it waits for: the type of its blocker, or the zone that defers it. */
  waitsFor: string | null;
}

const straight: Ending = { standing: 'landed', attempts: 1, returns: [], raisedTo: null, waitsFor: null };

/** A question that is answered makes a second attempt, which goes on in the same conversation. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  architecture: straight,
  'coupon-codes': { ...straight, attempts: 2, returns: ['red'] },
  pricing: { ...straight, attempts: 2 },
  'cart-page': { ...straight, attempts: 3, returns: ['conflict'] },
  /** Sonnet stops at a decision that is not its own; opus builds it in a new conversation. */
  checkout: { ...straight, attempts: 2, raisedTo: 'opus' },
  'final-checks': straight,
  /** Its reviewer sends it back once. */
  changelog: { ...straight, attempts: 2, returns: ['changes_requested'] },
  /** Built and reviewed; it moves money, so it waits for a person. */
  refunds: { ...straight, standing: 'blocked', attempts: 2, waitsFor: 'human_review' },
  /** Typed by hand with a cap of its own, which cannot fund its second request. */
  [PRICE_LIST]: { ...straight, standing: 'blocked', waitsFor: 'budget' },
  /** Typed by hand when the day is nearly used up: never started, and never given to a cheaper model. */
  receipts: { ...straight, standing: 'deferred', attempts: 0, waitsFor: 'red zone' },
};

/** `cart-page` of `p1ab2-04-cart-page`. */
export const keyOf = (id: string): string => /^[^-]+-\d\d-(.+)$/.exec(id)?.[1] ?? id;

/** What this looks at of a task on the board. */
export interface RehearsedTask {
  card: { id: string };
  standing: Standing;
  state: {
    attempts: readonly unknown[];
    returns: readonly { reason: ReturnReason }[];
    raisedTo: { tier: Tier } | null;
    stage: { kind: string; blocker?: { type: string } };
    deferral: { why: string; until: string } | null;
  } | null;
}

type Tasks = readonly RehearsedTask[];

/** The answers that can be given now, each with the task that asks. */
export function dueAnswers(tasks: Tasks): { id: string; answer: PlannedAnswer }[] {
  const landed = new Set(tasks.filter(task => task.standing === 'landed').map(task => keyOf(task.card.id)));
  return tasks.flatMap(({ card, standing, state }) => {
    const answer = ANSWERS.find(planned => planned.task === keyOf(card.id));
    const isFirst = state?.attempts.length === 1;
    const isDue = standing === 'blocked' && isFirst && (answer?.notBefore == null || landed.has(answer.notBefore));
    return answer !== undefined && isDue ? [{ id: card.id, answer }] : [];
  });
}

const STILL: ReadonlySet<Standing> = new Set(['landed', 'blocked', 'waiting', 'cancelled', 'deferred']);

/** Nothing moves, and nobody is about to answer. */
export const isAtRest = (tasks: Tasks): boolean =>
  tasks.length > 0 && tasks.every(isStill) && dueAnswers(tasks).length === 0;

/** What has stopped and needs no person is about to be moved on by the conductor. */
const isStill = ({ standing, state }: RehearsedTask): boolean =>
  STILL.has(standing) && (standing !== 'waiting' || state?.stage.kind !== 'blocked');

/** What came out otherwise than written above, one sentence each. */
export function differencesOf(tasks: Tasks): string[] {
  const found = new Map(tasks.map(task => [keyOf(task.card.id), task]));
  const strangers = [...found.keys()].filter(key => !(key in ENDINGS)).map(key => `${key} was not in the script`);
  return [
    ...Object.entries(ENDINGS).flatMap(([key, ending]) => differenceIn(key, ending, found.get(key))),
    ...strangers,
  ];
}

function differenceIn(key: string, wanted: Ending, task: RehearsedTask | undefined): string[] {
  if (task === undefined) return [`${key} was not planned`];
  const is = said(endingOf(task));
  return is === said(wanted) ? [] : [`${key}: ${is}, expected ${said(wanted)}`];
}

function endingOf({ standing, state }: RehearsedTask): Ending {
  if (state === null) return { ...straight, standing, attempts: 0 };
  const { attempts, returns, raisedTo, stage, deferral } = state;
  return {
    standing,
    attempts: attempts.length,
    returns: returns.map(({ reason }) => reason),
    raisedTo: raisedTo?.tier ?? null,
    waitsFor: stage.blocker?.type ?? deferral?.why.split(' of ')[0] ?? null,
  };
}

const said = ({ standing, attempts, returns, raisedTo, waitsFor }: Ending): string =>
  [
    `${standing}${waitsFor === null ? '' : ` (${waitsFor})`} after ${attempts} attempts`,
    ...(raisedTo === null ? [] : [`escalated to ${raisedTo}`]),
    ...(returns.length === 0 ? [] : [`given back as ${returns.join(', ')}`]),
  ].join(', ');

/** The budget stop in figures: what was spent, the cap, and the least that the next request would have had to reserve. */
export interface BudgetStop {
  spent: NanoUsd;
  cap: NanoUsd;
  next: NanoUsd;
}

/** A cap that held, and that was really in the way; a sentence for each that is not so. */
export function faultsOfStop({ spent, cap, next }: BudgetStop): string[] {
  return [
    ...(spent <= 0 ? ['the capped task spent nothing'] : []),
    ...(spent <= cap ? [] : [`$${usdText(spent)} were spent under a cap of $${usdText(cap)}`]),
    ...(spent + next > cap ? [] : [`the next request would have fitted: $${usdText(spent)} and $${usdText(next)}`]),
  ];
}

/** What the weekly review proposes otherwise than written above; `moves` with their evidence, as the review prints them. */
export const proposalFaults = (moves: readonly string[]): string[] =>
  moves.join('; ') === REVIEWED.proposals.join('; ')
    ? []
    : [`the review proposes ${moves.join('; ') || 'nothing'}, expected ${REVIEWED.proposals.join('; ')}`];
