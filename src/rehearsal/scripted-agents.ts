/** The scripted agents: each recognises its role and its task in the request, as a model would, and follows its script. */
import type { Clock } from '../domain/clock.ts';
import type { Answer, ScriptedReply } from './compose-reply.ts';
import { nextMove, type Script } from './moves.ts';
import { architecture } from './scripts/architecture.ts';
import { cartPage } from './scripts/cart-page.ts';
import { changelog } from './scripts/changelog.ts';
import { checkout } from './scripts/checkout.ts';
import { couponCodes } from './scripts/coupon-codes.ts';
import { finalChecks } from './scripts/final-checks.ts';
import { planReview } from './scripts/plan-review.ts';
import { planner } from './scripts/planner.ts';
import { priceList } from './scripts/price-list.ts';
import { pricing } from './scripts/pricing.ts';
import { refunds } from './scripts/refunds.ts';
import { workReview } from './scripts/work-review.ts';
import { type Talk, talkOf, taskKeyOf } from './talk.ts';

const TASKS: Readonly<Record<string, Script>> = {
  architecture,
  'coupon-codes': couponCodes,
  pricing,
  'cart-page': cartPage,
  checkout,
  'final-checks': finalChecks,
  changelog,
  refunds,
  'price-list': priceList,
};

export interface Pace {
  clock: Clock;
  /** 1 is for people who watch; 100 is for tests. */
  speed: number;
}

/** What a model would say to this request, after about as long as somebody who watches needs to follow. */
export function scriptedAgents({ clock, speed }: Pace): Answer {
  return async request => {
    const talk = talkOf(request);
    const reply = nextMove(scriptOf(talk)(talk), talk);
    await clock.sleep(pauseOf(reply) / speed);
    return reply;
  };
}

function scriptOf(talk: Talk): Script {
  if (talk.system.startsWith('You are the planner.')) return planner;
  if (talk.opening.startsWith('A plan for a feature request needs your review')) return planReview;
  if (talk.opening.startsWith('A submission needs your review')) return workReview;
  const script = TASKS[taskKeyOf(talk)];
  if (script === undefined) throw new Error(`no script is for this task: ${talk.opening.slice(0, 200)}`);
  return script;
}

const LEAST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;

/** Milliseconds: longer replies take longer, within reason. */
const pauseOf = ({ content }: ScriptedReply): number =>
  Math.min(LONGEST_PAUSE_MS, LEAST_PAUSE_MS + JSON.stringify(content).length / 8);
