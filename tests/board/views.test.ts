/** What the board sends: the same standing as the command line, the past by the same fold, one file that needs nothing else. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type {
  BoardSnapshot,
  BudgetView,
  CalibrationView,
  Moment,
  TaskView,
  TimelineView,
  TranscriptView,
} from '../../src/board/view.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';
import { remember, trustedFiles } from '../../src/cli/trust-store.ts';
import { taskStream } from '../../src/domain/event.ts';
import { boardThen } from '../../web/src/past.ts';
import { BoardDesk, idOf, SAMPLES } from '../support/board-desk.ts';
import { ask, firstEvents, sessionOf } from '../support/board-http.ts';
import { PROJECT } from '../support/house-sources.ts';

let desk: BoardDesk;
let cookie: string;

/** Looks like a key, and stands in a task file. */
const KEY = `sk-ant-${'x'.repeat(24)}`;

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
  const early = await get<BoardSnapshot>(`/api/board?at=${SAMPLES.length + 2}`);
  expect(early.tasks.length).toBe(SAMPLES.length);
  expect(new Set(early.tasks.map(({ standing }) => standing))).toEqual(new Set(['ready', 'waiting', 'running']));
});

test('a task at work costs what its conversation has cost so far, and the rest has a forecast', async () => {
  const { tasks, forecast, lanes, person } = await get<BoardSnapshot>('/api/board');
  const running = tasks.find(({ id }) => id === idOf('05-checkout'));
  expect([running?.cost, running?.spent, running?.minutes]).toEqual([0, 370_000_000, 25]);
  expect(forecast).toMatchObject({ open: 8, minutes: { low: expect.any(Number), high: expect.any(Number) } });
  expect([forecast?.rest.low, forecast?.rest.high].every(value => value !== undefined && value > 0)).toBe(true);
  expect(lanes.map(({ tier, limit }) => [tier, limit])).toEqual([
    ['haiku', 8],
    ['sonnet', 3],
    ['opus', 1],
  ]);
  expect(person).toBe('Ada');
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
  appendFileSync(path, `${JSON.stringify({ line: 'request', at, number: 2, maxTokens: 1, reservation: 'r' })}\n`);
  const { lanes } = await get<TimelineView>('/api/timeline');
  const limits = lanes.flatMap(lane => lane.bars).filter(({ kind }) => kind === 'limit');
  expect(limits.map(({ task, from, to }) => [task, Date.parse(to ?? '') - Date.parse(from)])).toEqual([
    [idOf('10-limits'), 9_000],
  ]);
});

test('a transcript says when, how long and for how much, what a person said, and what was not heard yet', async () => {
  const id = idOf('05-checkout');
  const path = join(desk.project.places.transcripts, `${id}-a1.jsonl`);
  const [first, second] = [
    { kind: 'told' as const, attempt: 1, by: 'Ada', text: 'prices are in cents' },
    { kind: 'told' as const, attempt: 1, by: 'Ada', text: 'no floats' },
  ];
  desk.to('05-checkout', first);
  desk.to('05-checkout', second);
  const seq = (desk.project.baton.read(taskStream(id)).at(-1)?.seq ?? 0) - 1;
  const { reservation } = desk.project.ledger.rows({ task: id })[0] ?? {};
  const lines = [
    { line: 'message', message: { role: 'user', content: [{ type: 'text', text: 'cents' }] }, note: seq },
    { line: 'request', at: '2026-11-21T12:00:00.000Z', number: 2, maxTokens: 1, reservation },
    { line: 'failure', at: '2026-11-21T12:00:01.000Z', reason: 'rate_limited' },
    { line: 'request', at: '2026-11-21T12:00:02.000Z', number: 2, maxTokens: 1, reservation },
    {
      line: 'reply',
      at: '2026-11-21T12:00:09.000Z',
      message: { role: 'assistant', content: [{ type: 'text', text: 'In cents, then.' }] },
      inputTokens: 1,
      sentBytes: 1,
      stop: 'tool_use',
      requestId: null,
    },
  ];
  appendFileSync(path, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  const { turns, unheard } = await get<TranscriptView>(`/api/task/${id}/transcript/1`);
  expect(turns.slice(-3)).toMatchObject([
    { role: 'person', by: 'Ada', text: 'prices are in cents', at: expect.any(String) },
    { role: 'failure', text: 'no reply: rate limited', at: '2026-11-21T12:00:01.000Z' },
    { role: 'model', text: 'In cents, then.', at: '2026-11-21T12:00:09.000Z', tookMs: 7_000, cost: 120_000_000 },
  ]);
  expect(unheard).toMatchObject([{ by: 'Ada', text: 'no floats' }]);
});

test('a task as a prompt is what the command prints, without the key of this machine', async () => {
  const path = join(desk.root, `tasks/engineer-frontend/${idOf('04-cart-page')}.md`);
  writeFileSync(path, readFileSync(path, 'utf8').replace('in whole cents.', `in whole cents. Use ${KEY}.`));
  const promptOf = async (): Promise<string> =>
    (await get<{ text: string }>(`/api/task/${idOf('04-cart-page')}/prompt`)).text;
  await vi.waitFor(async () => expect(await promptOf()).toContain('Use '), { timeout: 10_000 });
  const text = await promptOf();
  expect(`${text}\n`).toBe(await printed('show', idOf('04-cart-page'), '--as-prompt'));
  expect(text.match(/^## .*/gm)).toEqual(
    expect.arrayContaining(['## The task', '## What failed', '## The difference so far']),
  );
  expect([text.includes(KEY), text.includes('[redacted secret]')]).toEqual([false, true]);
});

test('the page knows a line of every command, for whoever looks for one', () => {
  const script = readFileSync(join(PROJECT, 'dist/page/page.js'), 'utf8');
  const missing = COMMANDS.filter(
    ({ examples: [line] }) => !script.includes(line.replaceAll('"', '\\"')) && !script.includes(line),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe('what is edited while the board is open', () => {
  const capOf = async (): Promise<number | undefined> =>
    (await get<BoardSnapshot>('/api/board')).tasks.find(({ id }) => id === idOf('10-limits'))?.cap;
  const edit = (text: string): void => {
    writeFileSync(join(desk.root, 'kleiber.yml'), text);
    remember(desk.project.places.trusted, trustedFiles(desk.root));
  };

  test('counts without a restart, and a file that cannot be read leaves what it said before', {
    timeout: 30_000,
  }, async () => {
    const before = readFileSync(join(desk.root, 'kleiber.yml'), 'utf8');
    edit(`${before}\nbudget: { task_usd: 3 }\n`);
    await vi.waitFor(async () => expect(await capOf()).toBe(3_000_000_000), { timeout: 10_000 });
    edit('budget: { task_usd: much }\n');
    await vi.waitFor(
      async () =>
        expect((await get<BoardSnapshot>('/api/board')).notices.map(({ text }) => text).join()).toContain(
          'What kleiber.yml said before still counts here',
        ),
      { timeout: 10_000 },
    );
    expect(await capOf()).toBe(3_000_000_000);
    edit(before);
    desk.git.git(desk.root, 'switch', '-q', '-c', 'other');
    await vi.waitFor(async () => expect((await get<BoardSnapshot>('/api/board')).branch).toBe('other'), {
      timeout: 10_000,
    });
    desk.git.git(desk.root, 'switch', '-q', 'main');
  });
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

  test('loads nothing, and its policy allows its own scripts and style alone', () => {
    expect(html).not.toMatch(/<(?:script|link|img)[^>]*\s(?:src|href)=/);
    const scripts = [...html.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, text = '']) => text);
    const [style = ''] = /(?<=<style>).*?(?=<\/style>)/s.exec(html) ?? [];
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(scripts).toHaveLength(2);
    expect(html).toContain(
      `default-src 'none'; script-src ${scripts.map(hash).join(' ')}; style-src ${hash(style)}; img-src data:`,
    );
    expect(html.match(/<\/script>/g)).toHaveLength(3);
  });

  test('carries the past of the board, which is that of the board itself', async () => {
    const values = JSON.parse(/id="report">(.*?)<\/script>/s.exec(html)?.[1] ?? '');
    const moments: Moment[] = values['/api/history'];
    const seen = (board: BoardSnapshot): string[] =>
      board.tasks
        .map(({ id, standing, tier, cost, since, line }) => [id, standing, tier, cost, since, line].join())
        .sort();
    for (const { position } of moments.filter((_, at) => at % 7 === 0)) {
      const then = await get<BoardSnapshot>(`/api/board?at=${position}`);
      expect(seen(boardThen(moments, position, values['/api/board']))).toEqual(seen(then));
    }
    expect(moments.length).toBeGreaterThan(40);
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

test('scripts and style together are at most 120 kB on the wire', () => {
  const sizes = ['page.js', 'libraries.js', 'page.css'].map(
    name => gzipSync(readFileSync(join(PROJECT, 'dist/page', name))).length,
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(120 * 1024);
});
