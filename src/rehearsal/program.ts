/** What a rehearsal is about: the request, what the visitor answers, and what must come of it. */
import type { ReturnReason } from '../domain/event.ts';
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
    widen: 'src/shared/money.js',
    notBefore: 'pricing',
  },
];

interface Ending {
  standing: Standing;
  attempts: number;
  returns: readonly ReturnReason[];
}

const straight: Ending = { standing: 'landed', attempts: 1, returns: [] };

/** A question that is answered makes a second attempt, which goes on in the same conversation. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  architecture: straight,
  'coupon-codes': { standing: 'landed', attempts: 2, returns: ['red'] },
  pricing: { standing: 'landed', attempts: 2, returns: [] },
  'cart-page': { standing: 'landed', attempts: 3, returns: ['conflict'] },
  checkout: straight,
  'final-checks': straight,
  changelog: straight,
  refunds: { standing: 'blocked', attempts: 1, returns: [] },
};

/** `cart-page` of `p1ab2-04-cart-page`. */
export const keyOf = (id: string): string => /^[^-]+-\d\d-(.+)$/.exec(id)?.[1] ?? id;

/** What this looks at of a task on the board. */
export interface RehearsedTask {
  card: { id: string };
  standing: Standing;
  state: { attempts: readonly unknown[]; returns: readonly { reason: ReturnReason }[] } | null;
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

const STILL: ReadonlySet<Standing> = new Set(['landed', 'blocked', 'waiting', 'cancelled']);

/** Nothing moves, and nobody is about to answer. */
export const isAtRest = (tasks: Tasks): boolean =>
  tasks.length > 0 && tasks.every(task => STILL.has(task.standing)) && dueAnswers(tasks).length === 0;

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
  const { attempts = [], returns = [] } = task.state ?? {};
  const is = said({ standing: task.standing, attempts: attempts.length, returns: returns.map(({ reason }) => reason) });
  return is === said(wanted) ? [] : [`${key}: ${is}, expected ${said(wanted)}`];
}

const said = ({ standing, attempts, returns }: Ending): string =>
  `${standing} after ${attempts} attempts${returns.length === 0 ? '' : `, given back as ${returns.join(', ')}`}`;
