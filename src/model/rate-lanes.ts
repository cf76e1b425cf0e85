/**
 * A lane per model: after a 429 or 529 its requests wait, the others go on. When the pause is over one request tries
 * the lane, and the rest follow only after it got through: a probe, not a stampede.
 */
import type { Clock } from '../domain/clock.ts';
import type { AttemptNews } from './attempt.ts';

export interface RateLanes {
  /**
   * Resolves when a request to this model may be sent, at once in an open lane. After a pause it may have let the caller
   * through as the probe; `observe`, `clear` or `release` then ends the probe. Resolves early when stopped: look at the signal.
   */
  ready(model: string, signal?: AbortSignal): Promise<void>;
  /**
   * Closes the lane for so many milliseconds, at most the limit; null when nobody said how long. Hearing twice of one
   * overload does no harm: a pause under way is only ever made longer, and only by a time that was given.
   */
  pause(model: string, ms: number | null): void;
  /** A request got through: the end of a probe, and nothing to any other lane. */
  clear(model: string): void;
  /** Feeds the lane from responses: give it to the client as `onAttempt`. */
  observe(news: AttemptNews): void;
  /** Gives a probe back that was not sent after all, such as when the money was not granted. */
  release(model: string): void;
}

export interface RateLaneOptions {
  /** A number from 0 up to, and without, 1; spreads the processes that were refused together. */
  random: () => number;
  /** The longest that a `retry-after` is honoured. Whoever needs longer is for the caller to decide. */
  retryAfterLimitMs: number;
}

interface Lane {
  isOpen: boolean;
  /** On the monotonic clock. */
  pausedUntil: number;
  /** Pauses of unsaid length since the lane was last open. */
  doublings: number;
  probeSince: number | null;
  /** Rung and replaced at each change, so that those who wait look again. */
  bell: AbortController;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A probe that nobody has heard of for so long is given up: a lane must never stay closed for a lost caller. */
export const PROBE_LIMIT_MS = 150_000;

export function rateLanes(clock: Clock, options: RateLaneOptions): RateLanes {
  const lanes = new Map<string, Lane>();
  const laneOf = (model: string): Lane => {
    const lane = lanes.get(model) ?? openLane();
    lanes.set(model, lane);
    return lane;
  };
  const pause = (model: string, ms: number | null): void => close(laneOf(model), ms, clock.monotonicMs(), options);
  const clear = (model: string): void => endProbe(laneOf(model), true);
  const release = (model: string): void => endProbe(laneOf(model), false);
  return {
    ready: (model, signal) => waitForTurn(clock, laneOf(model), signal),
    pause,
    clear,
    release,
    observe: news => {
      if (news.kind === 'answered') {
        clear(news.model);
        if (news.exhaustedForMs !== null) pause(news.model, news.exhaustedForMs);
        return;
      }
      const { failure } = news;
      if (failure.reason === 'rate_limited' || failure.reason === 'overloaded') pause(news.model, failure.retryAfterMs);
      else release(news.model);
    },
  };
}

const openLane = (): Lane => ({
  isOpen: true,
  pausedUntil: 0,
  doublings: 0,
  probeSince: null,
  bell: new AbortController(),
});

async function waitForTurn(clock: Clock, lane: Lane, signal: AbortSignal | undefined): Promise<void> {
  while (!signal?.aborted && !lane.isOpen) {
    const now = clock.monotonicMs();
    const waitMs = waitOf(lane, now);
    if (waitMs <= 0) {
      lane.probeSince = now;
      return;
    }
    const { signal: bell } = lane.bell;
    await clock.sleep(waitMs, signal ? AbortSignal.any([signal, bell]) : bell);
  }
}

function waitOf(lane: Lane, now: number): number {
  if (now < lane.pausedUntil) return lane.pausedUntil - now;
  return lane.probeSince === null ? 0 : lane.probeSince + PROBE_LIMIT_MS - now;
}

function close(lane: Lane, givenMs: number | null, now: number, options: RateLaneOptions): void {
  const given = givenMs !== null && givenMs > 0 ? Math.min(givenMs, options.retryAfterLimitMs) : null;
  const isPaused = !lane.isOpen && now < lane.pausedUntil;
  if (isPaused) {
    lane.pausedUntil = Math.max(lane.pausedUntil, now + (given ?? 0));
  } else {
    lane.pausedUntil = now + (given ?? unsaidPause(lane.doublings, options.random));
    if (given === null) lane.doublings += 1;
  }
  lane.isOpen = false;
  lane.probeSince = null;
  ring(lane);
}

/** Half of the pause is certain and half by chance: never at once, and never all together. */
function unsaidPause(doublings: number, random: () => number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** doublings);
  return Math.round(whole / 2 + (random() * whole) / 2);
}

/** Only a probe opens a lane: an answer to a request from before the pause says nothing about now. */
function endProbe(lane: Lane, gotThrough: boolean): void {
  if (lane.probeSince === null) return;
  lane.probeSince = null;
  if (gotThrough) {
    lane.isOpen = true;
    lane.doublings = 0;
  }
  ring(lane);
}

function ring(lane: Lane): void {
  lane.bell.abort();
  lane.bell = new AbortController();
}
