/** What the board sends: the same standing as the command line, the past by the same fold, one file that needs nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BoardSnapshot, BudgetView, CalibrationView, TaskView, TimelineView } from '../../src/board/view.ts';
import { runProgram } from '../../src/cli/program.ts';
import { BoardDesk, idOf, SAMPLES } from '../support/board-desk.ts';
import { ask, firstEvents, sessionOf } from '../support/board-http.ts';
import { PROJECT } from '../support/house-sources.ts';

let desk: BoardDesk;
let cookie: string;

beforeAll(async () => {
  desk = await BoardDesk.open({ longLines: 500 });
  cookie = await sessionOf(desk.board);
});

afterAll(() => desk.close());

async function get<Value>(path: string): Promise<Value> {
  const { status, text } = await ask(desk.board, path, { headers: { cookie } });
  expect([path, status]).toEqual([path, 200]);
  return JSON.parse(text);
}

async function printed(...words: string[]): Promise<string> {
  const texts: string[] = [];
  const write = (text: string): number => texts.push(text);
  await runProgram(words, { ...desk.context, stdout: { write } });
  return texts.join('');
}

describe('the board agrees with the command line', () => {
  test('on where every task stands, what it waits for and what it cost', async () => {
    const { tasks } = JSON.parse(await printed('status', '--json'));
    const board = await get<BoardSnapshot>('/api/board');
    const ofBoard = board.tasks.map(({ id, standing, waitingFor, critical, attempts, cost }) => [
      id,
      standing,
      waitingFor,
      critical,
      attempts,
      cost / 1e9,
    ]);
    const ofStatus = tasks.map((task: Record<string, unknown>) => [
      task.id,
      task.state,
      task.waiting_for,
      task.critical,
      task.attempts,
      Number(task.cost_usd),
    ]);
    expect(ofBoard).toEqual(ofStatus);
  });

  test('on why a task stands where it stands', async () => {
    const { why } = await get<TaskView>(`/api/task/${idOf('07-refunds')}`);
    expect(`${why}\n`).toBe(await printed('show', idOf('07-refunds'), '--why'));
  });

  test('on the money and on the calibration', async () => {
    const { facts } = await get<BudgetView>('/api/budget');
    const text = await printed('budget', '--week', '--json');
    expect(JSON.parse(text).wasted ?? JSON.parse(text).report?.wasted).toBeDefined();
    expect(facts.report.total.spent).toBe(2_260_000_000);
    const { findings } = await get<CalibrationView>('/api/calibration');
    expect(findings.map(({ agent }) => agent)).toContain('engineer-backend');
  });
});

test('a past moment is the fold up to it, and the present is the last of them', async () => {
  const now = await get<BoardSnapshot>('/api/board');
  const last = await get<BoardSnapshot>(`/api/board?at=${now.last}`);
  const standings = (board: BoardSnapshot): string[] =>
    board.tasks.map(({ id, standing }) => `${id} ${standing}`).sort();
  expect(standings(last)).toEqual(standings(now));
  const first = await get<BoardSnapshot>('/api/board?at=1');
  expect([first.tasks, first.plans.length, first.isPast]).toEqual([[], 1, true]);
  const early = await get<BoardSnapshot>('/api/board?at=12');
  expect(early.tasks.length).toBe(SAMPLES.length);
  expect(new Set(early.tasks.map(({ standing }) => standing))).toEqual(new Set(['ready', 'waiting', 'running']));
});

test('the timeline tells work from waiting and knows what came back', async () => {
  const { lanes, gaps } = await get<TimelineView>('/api/timeline');
  const bars = lanes.flatMap(lane => lane.bars);
  expect(new Set(bars.map(({ kind }) => kind))).toEqual(new Set(['work', 'person']));
  expect(bars.filter(({ outcome }) => outcome === 'given back: red').map(({ task }) => task)).toEqual([
    idOf('02-coupon-codes'),
  ]);
  expect(gaps.map(({ why }) => why)).toContain('a question waits for a person');
});

test('a wait for the limits of a model is a bar of its own', async () => {
  desk.claim('10-limits', 1, 'sonnet');
  desk.talk('10-limits', 1, { limited: true });
  const path = join(desk.project.places.transcripts, `${idOf('10-limits')}-a1.jsonl`);
  const at = new Date(Date.parse(desk.at()) + 9_000).toISOString();
  const { appendFileSync } = await import('node:fs');
  appendFileSync(path, `${JSON.stringify({ line: 'request', at, number: 2, maxTokens: 1, reservation: 'r' })}\n`);
  const { lanes } = await get<TimelineView>('/api/timeline');
  const limits = lanes.flatMap(lane => lane.bars).filter(({ kind }) => kind === 'limit');
  expect(limits.map(({ task, from, to }) => [task, Date.parse(to ?? '') - Date.parse(from)])).toEqual([
    [idOf('10-limits'), 9_000],
  ]);
});

test('the stream tells at once that something has moved', async () => {
  const events = await firstEvents(desk.board, cookie, 2, () =>
    desk.to('09-changelog', { kind: 'cancelled', by: 'Ada', reason: 'no' }),
  );
  expect(events).toEqual(['moved', 'moved']);
});

describe('the report as one file', () => {
  let html: string;

  beforeAll(async () => {
    expect(await printed('report', '--html', 'run.html')).toBe('');
    html = readFileSync(join(desk.root, 'run.html'), 'utf8');
  });

  test('loads nothing, and its policy allows its own script and style alone', () => {
    expect(html).not.toMatch(/<(?:script|link|img)[^>]*\s(?:src|href)=/);
    expect(html).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:/);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  test('carries every task with its difference, nothing that can be done, and no transcript', () => {
    const values = JSON.parse(/id="report">(.*?)<\/script>/s.exec(html)?.[1] ?? '');
    expect(Object.keys(values).filter(path => path.endsWith('/diff'))).toHaveLength(SAMPLES.length);
    expect(values['/api/board'].tasks.flatMap((task: { actions: unknown[] }) => task.actions)).toEqual([]);
    expect(values[`/api/task/${idOf('04-cart-page')}/diff`].files.map((file: { path: string }) => file.path)).toEqual([
      'src/price.js',
      'src/price.test.js',
      'src/rows.js',
    ]);
    expect(Object.keys(values).filter(path => path.includes('transcript'))).toEqual([]);
  });
});

test('script and style together are at most 120 kB on the wire', () => {
  const sizes = ['page.js', 'page.css'].map(name => gzipSync(readFileSync(join(PROJECT, 'dist/page', name))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(120 * 1024);
});
