import { describe, expect, it } from 'vitest';
import type { ModelFailure } from '../../src/model/claude.ts';
import { PROBE_LIMIT_MS, rateLanes } from '../../src/model/rate-lanes.ts';
import { handClock } from '../support/model-clock.ts';

const MODEL = 'claude-opus-5-5';

/** Lanes with a hand-set clock and callers that note when they are let through. */
function rig(random = 0) {
  const clock = handClock();
  const lanes = rateLanes(clock, { random: () => random, retryAfterLimitMs: 300_000 });
  const through: string[] = [];
  const call = (name: string, model = MODEL, signal?: AbortSignal): void => {
    void lanes.ready(model, signal).then(() => through.push(`${name} at ${clock.monotonicMs()}`));
  };
  const answered = (exhaustedForMs: number | null = null) =>
    lanes.observe({ kind: 'answered', model: MODEL, requestId: null, exhaustedForMs, limits: [] });
  const failed = (failure: ModelFailure) => lanes.observe({ kind: 'failed', model: MODEL, failure });
  return { clock, lanes, through, call, answered, failed };
}

const limited = (retryAfterMs: number | null): ModelFailure => ({
  reason: 'rate_limited',
  retryAfterMs,
  usage: null,
  billed: false,
});

describe('an open lane', () => {
  it('lets everybody through at once', async () => {
    const { clock, through, call } = rig();
    for (const name of ['a', 'b', 'c']) call(name);
    await clock.advance(0);
    expect(through).toEqual(['a at 0', 'b at 0', 'c at 0']);
  });

  it('stays open when another model is limited, or a request fails for another reason', async () => {
    const { clock, lanes, through, call, failed } = rig();
    lanes.pause('claude-haiku-5-5', 5000);
    failed({ reason: 'stream_cut', detail: '', usage: null, billed: true });
    call('opus');
    call('haiku', 'claude-haiku-5-5');
    await clock.advance(5000);
    expect(through).toEqual(['opus at 0', 'haiku at 5000']);
  });
});

describe('a paused lane', () => {
  it('lets one probe through after the time that was asked for, and the rest only when it got an answer', async () => {
    const { clock, through, call, answered, failed } = rig();
    failed(limited(7000));
    for (const name of ['a', 'b', 'c']) call(name);
    await clock.advance(6999);
    expect(through).toEqual([]);
    await clock.advance(20_000);
    expect(through).toEqual(['a at 7000']);
    answered();
    await clock.advance(0);
    expect(through).toEqual(['a at 7000', 'b at 26999', 'c at 26999']);
  });

  it('pauses again when the probe is limited too, and another probe follows', async () => {
    const { clock, through, call, failed } = rig();
    failed(limited(1000));
    for (const name of ['a', 'b']) call(name);
    await clock.advance(1000);
    failed(limited(500));
    await clock.advance(500);
    expect(through).toEqual(['a at 1000', 'b at 1500']);
  });

  it.each([
    ['no chance', 0, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ['full chance', 0.999999999, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
  ])('doubles its pauses up to a minute when nobody says how long: %s', async (_, random, pauses) => {
    const { clock, lanes, failed } = rig(random);
    const found: number[] = [];
    for (const _pause of pauses) {
      failed(limited(null));
      const from = clock.monotonicMs();
      const probe = lanes.ready(MODEL).then(() => found.push(clock.monotonicMs() - from));
      await clock.advance(60_000);
      await probe;
    }
    expect(found).toEqual(pauses);
  });

  it('starts small again once it has been open', async () => {
    const { clock, through, call, answered, failed } = rig();
    for (const _round of [1, 2, 3]) {
      failed(limited(null));
      call('probe');
      await clock.advance(10_000);
    }
    answered();
    failed(limited(null));
    call('fresh');
    await clock.advance(500);
    expect(through.at(-1)).toBe('fresh at 30500');
  });

  it('honours an hour only up to the limit', async () => {
    const { clock, through, call, lanes } = rig();
    lanes.pause(MODEL, 3_600_000);
    call('a');
    await clock.advance(300_000);
    expect(through).toEqual(['a at 300000']);
  });

  it('takes a wait of zero as no answer, so that it never spins', async () => {
    const { clock, through, call, failed } = rig();
    failed(limited(0));
    call('a');
    await clock.advance(500);
    expect(through).toEqual(['a at 500']);
  });

  it('is paused once by many workers that meet the same limit, and for the longest time given', async () => {
    const { clock, through, call, failed, lanes } = rig();
    for (const _worker of [1, 2, 3, 4]) failed(limited(null));
    lanes.pause(MODEL, 300);
    call('a');
    await clock.advance(500);
    failed(limited(null));
    call('b');
    failed(limited(4000));
    failed(limited(2000));
    await clock.advance(4000);
    expect(through).toEqual(['a at 500', 'b at 4500']);
  });

  it('is not opened by the answer to a request from before the pause', async () => {
    const { clock, through, call, answered, failed } = rig();
    failed(limited(1000));
    call('a');
    answered();
    await clock.advance(999);
    expect(through).toEqual([]);
  });

  it('pauses for an overload as for a limit', async () => {
    const { clock, through, call, failed } = rig();
    failed({ reason: 'overloaded', retryAfterMs: 900, usage: null, billed: false });
    call('a');
    await clock.advance(900);
    expect(through).toEqual(['a at 900']);
  });

  it('begins before the limit is hit when an answer says that a bucket is empty', async () => {
    const { clock, through, call, answered } = rig();
    answered(8000);
    call('a');
    await clock.advance(8000);
    expect(through).toEqual(['a at 8000']);
  });

  it('lets go of who is stopped while waiting, without giving them the probe', async () => {
    const { clock, through, call, failed } = rig();
    const stop = new AbortController();
    failed(limited(1000));
    call('stopped', MODEL, stop.signal);
    call('other');
    await clock.advance(400);
    stop.abort();
    await clock.advance(600);
    expect(through).toEqual(['stopped at 400', 'other at 1000']);
  });
});

describe('a limit that is heard of twice, from the headers and from the loop', () => {
  it('pauses once, by the first doubling', async () => {
    const { clock, lanes, through, call, failed } = rig();
    for (const name of ['a', 'b']) {
      failed(limited(null));
      lanes.pause(MODEL, null);
      call(name);
      await clock.advance(2000);
    }
    expect(through).toEqual(['a at 500', 'b at 3000']);
  });
});

describe('a probe', () => {
  const waiting = async () => {
    const one = rig();
    one.failed(limited(1000));
    one.call('probe');
    one.call('next');
    await one.clock.advance(1000);
    return one;
  };

  it('that got its whole reply opens the lane, should nobody have told of its headers', async () => {
    const { clock, lanes, call, through } = await waiting();
    lanes.clear(MODEL);
    call('third');
    await clock.advance(0);
    expect(through).toEqual(['probe at 1000', 'third at 1000', 'next at 1000']);
  });

  it('that was not sent after all goes to the next', async () => {
    const { clock, lanes, through } = await waiting();
    lanes.release(MODEL);
    await clock.advance(0);
    expect(through).toEqual(['probe at 1000', 'next at 1000']);
  });

  it('that failed for another reason goes to the next', async () => {
    const { clock, failed, through } = await waiting();
    failed({ reason: 'connection_failed', detail: '', usage: null, billed: false });
    await clock.advance(0);
    expect(through).toEqual(['probe at 1000', 'next at 1000']);
  });

  it('that nobody hears of again does not close the lane for ever', async () => {
    const { clock, through } = await waiting();
    await clock.advance(PROBE_LIMIT_MS);
    expect(through).toEqual(['probe at 1000', `next at ${1000 + PROBE_LIMIT_MS}`]);
  });
});
