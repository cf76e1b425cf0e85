import { describe, expect, it } from 'vitest';
import { exhaustedForMs, rateLimits, retryAfterMs } from '../../src/model/response-headers.ts';

const NOW = new Date('2026-11-21T12:00:00Z');

describe('the wait that a response asks for', () => {
  it.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after-ms': '250.5', 'retry-after': '7' }, 251],
    [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT', date: 'Sat, 21 Nov 2026 12:00:10 GMT' }, 20_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'later' }, null],
    [{ 'retry-after': '-5e3x' }, null],
  ])('%j is %s ms', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(ms);
  });
});

describe('the limits that a response tells', () => {
  const told = (bucket: string, limit: string, remaining: string, reset: string) => ({
    [`anthropic-ratelimit-${bucket}-limit`]: limit,
    [`anthropic-ratelimit-${bucket}-remaining`]: remaining,
    [`anthropic-ratelimit-${bucket}-reset`]: reset,
  });

  it('are those that are told in full', () => {
    const headers = new Headers({
      ...told('requests', '50', '48', '2026-11-21T12:00:09Z'),
      ...told('input-tokens', '400000', '0', '2026-11-21T12:01:00+00:00'),
      ...told('output-tokens', '80000', 'some', '2026-11-21T12:01:00Z'),
      'anthropic-ratelimit-tokens-limit': '480000',
    });
    expect(rateLimits(headers)).toEqual([
      { bucket: 'requests', limit: 50, remaining: 48, resetsAt: '2026-11-21T12:00:09.000Z' },
      { bucket: 'input-tokens', limit: 400_000, remaining: 0, resetsAt: '2026-11-21T12:01:00.000Z' },
    ]);
  });
});

describe('an empty bucket', () => {
  const bucket = (name: string, remaining: string, reset: string) => ({
    [`anthropic-ratelimit-${name}-remaining`]: remaining,
    [`anthropic-ratelimit-${name}-reset`]: reset,
  });

  it.each<[string, Record<string, string>, number | null]>([
    ['none', {}, null],
    ['not empty', bucket('requests', '1', '2026-11-21T12:00:09Z'), null],
    ['one', bucket('requests', '0', '2026-11-21T12:00:09Z'), 9000],
    [
      'the longer of two',
      {
        ...bucket('input-tokens', '0', '2026-11-21T12:00:20Z'),
        ...bucket('output-tokens', '0', '2026-11-21T12:00:03Z'),
      },
      20_000,
    ],
    ['already full again', bucket('tokens', '0', '2026-11-21T11:59:00Z'), null],
    ['no time given', { 'anthropic-ratelimit-tokens-remaining': '0' }, null],
  ])('%s', (_, headers, ms) => {
    expect(exhaustedForMs(new Headers(headers), NOW)).toBe(ms);
  });
});
