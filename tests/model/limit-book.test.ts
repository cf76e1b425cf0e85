/** What was said of the rate limits is kept by model, with its time, and nothing is made up. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AttemptNews } from '../../src/model/attempt.ts';
import { limitBook, readLimits } from '../../src/model/limit-book.ts';
import type { RateLimit } from '../../src/model/response-headers.ts';
import { type HandClock, handClock } from '../support/model-clock.ts';

let folder: string;
let clock: HandClock;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kleiber-limits-')), 'limits');
  clock = handClock();
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const LIMIT: RateLimit = { bucket: 'requests', limit: 50, remaining: 48, resetsAt: '2026-11-21T12:00:09.000Z' };
const answered = (model: string, limits = [LIMIT]): AttemptNews => ({
  kind: 'answered',
  model,
  requestId: null,
  exhaustedForMs: null,
  limits,
});
const refused = (retryAfterMs: number | null): AttemptNews => ({
  kind: 'failed',
  model: 'sonnet',
  failure: { reason: 'rate_limited', retryAfterMs, usage: null, billed: false },
});

test('before the first answer nothing is known', () => {
  expect(readLimits(folder)).toEqual([]);
});

test('each model has its own, and the last that was said counts', async () => {
  const book = limitBook(folder, clock);
  book.observe(answered('sonnet', [{ ...LIMIT, remaining: 50 }]));
  book.observe(answered('haiku', []));
  await clock.advance(5_000);
  book.observe(answered('sonnet'));
  expect(readLimits(folder)).toEqual([
    { model: 'haiku', at: '2026-11-21T12:00:00.000Z', limits: [], refused: null },
    { model: 'sonnet', at: '2026-11-21T12:00:05.000Z', limits: [LIMIT], refused: null },
  ]);
  expect(readdirSync(folder)).toEqual(['haiku.json', 'sonnet.json']);
});

test.each([
  [30_000, '2026-11-21T12:00:30.000Z'],
  [null, null],
])('a refusal for %s ms stands until somebody gets through', (ms, until) => {
  const book = limitBook(folder, clock);
  book.observe(answered('sonnet'));
  book.observe(refused(ms));
  const at = '2026-11-21T12:00:00.000Z';
  expect(readLimits(folder)).toEqual([{ model: 'sonnet', at, limits: [LIMIT], refused: { at, until } }]);
  book.observe(answered('sonnet'));
  expect(readLimits(folder)[0]?.refused).toBeNull();
});

test('another failure says nothing about limits', () => {
  limitBook(folder, clock).observe({
    kind: 'failed',
    model: 'sonnet',
    failure: { reason: 'stopped', usage: null, billed: false },
  });
  expect(readLimits(folder)).toEqual([]);
});

test('a file that is none of ours is nothing, and a folder that cannot be made fails no request', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'x.json'), '{"model": 1}');
  writeFileSync(join(folder, 'y.json'), '{');
  expect(readLimits(folder)).toEqual([]);
  limitBook(join(folder, 'x.json'), clock).observe(answered('sonnet'));
  expect(readLimits(join(folder, 'x.json'))).toEqual([]);
});

test('what a writer left that was killed is removed by the next one; what belongs to a living one stays', () => {
  mkdirSync(folder);
  const nobody = 2 ** 22 + 1; // above the highest pid of Linux
  writeFileSync(join(folder, `sonnet.json.${nobody}.tmp`), '{');
  writeFileSync(join(folder, `haiku.json.${process.pid}.tmp`), '{');
  limitBook(folder, clock);
  expect(readdirSync(folder)).toEqual([`haiku.json.${process.pid}.tmp`]);
});
