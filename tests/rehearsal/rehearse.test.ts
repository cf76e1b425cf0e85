import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarOf } from '../../src/agent/meter.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { runProgram } from '../../src/cli/program.ts';
import { type Played, play } from '../../src/cli/rehearsal-play.ts';
import { type Stage, setStage } from '../../src/cli/rehearsal-stage.ts';
import { addUsage, NO_USAGE } from '../../src/domain/money.ts';
import { nextBegins } from '../../src/policy/calendar.ts';
import { parseBlocked } from '../../src/record/blocked-file.ts';
import { parseDone } from '../../src/record/done-file.ts';
import { parseReview } from '../../src/record/review-file.ts';
import { parseTaskFile } from '../../src/record/task-file.ts';
import { keyOf } from '../../src/rehearsal/program.ts';
import { must } from '../support/git-sandbox.ts';
import { visit } from '../support/rehearsal-context.ts';
import { whySkipped } from '../support/shell-sandbox.ts';

const LANDED = ['architecture', 'cart-page', 'changelog', 'checkout', 'coupon-codes', 'final-checks', 'pricing'];

describe.skipIf(whySkipped !== null)('a rehearsal', () => {
  const here = visit();
  const root = join(here.folder, 'shop');
  let stage: Stage;
  let played: Played;

  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env: { PATH: process.env.PATH, HOME: here.home }, encoding: 'utf8' }).trim();

  /** What a merge commit says about itself, by the key of its task. */
  const merges = () =>
    new Map(
      git('log', '--merges', '--format=%H%x00%(trailers:key=Kleiber-Task,valueonly,separator=%x2C)%x00%(trailers)%x01')
        .split('\u0001')
        .map(entry => entry.trim().split('\0'))
        .filter(([commit]) => commit !== '')
        .map(([commit = '', task = '', trailers = '']) => [keyOf(task), { commit, trailers }]),
    );

  const recordsOf = (folder: string): Map<string, Uint8Array> =>
    new Map(
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(({ parentPath, name }) => [
          join(parentPath, name).slice(root.length + 1),
          readFileSync(join(parentPath, name)),
        ]),
    );

  beforeAll(async () => {
    stage = must(await setStage({ dir: root, speed: 500 }, here.context));
    const outcome = await play(stage, { speed: 500, noSandbox: false });
    if (!outcome.ok) throw new Error(here.printed());
    played = outcome.value;
    await stage.strike(true);
  }, 120_000);

  afterAll(() => rmSync(here.folder, { recursive: true, force: true }));

  it('goes as its script has it: a red hand-in, questions, a conflict, a review that sends back, a person to wait for, an escalation, a deferral, a budget stop', () => {
    expect(played.differences).toEqual([]);
  });

  it('sends only requests that the API accepts, and books exactly what was billed', () => {
    expect(stage.server.exchanges().filter(exchange => exchange.status !== 200)).toEqual([]);
    const ledger = must(openLedger(join(stage.stateHome, 'ledger.db')));
    const rows = ledger.rows().filter(row => row.logged === null);
    ledger.close();
    const billed = Object.values(stage.server.billed().byModel).reduce(addUsage, NO_USAGE);
    expect(rows.map(row => row.usage ?? NO_USAGE).reduce(addUsage, NO_USAGE)).toEqual(billed);
    expect(stage.server.exchanges().length).toBe(rows.length);
  });

  it('reads most of its input from the cache', () => {
    expect(played.cachedShare).toBeGreaterThan(0.6);
  });

  it('plans work that several agents can begin at the same time', () => {
    const heads = [...recordsOf('tasks')].map(([path, bytes]) => must(parseTaskFile(path, bytes)).task.head);
    const first = heads.filter(head => head.depends_on.length === 0);
    expect(first.map(head => keyOf(head.id)).sort()).toEqual([
      'architecture',
      'cart-page',
      'coupon-codes',
      'price-list',
      'pricing',
      'receipts',
      'refunds',
    ]);
    expect(new Set(heads.map(head => head.agent)).size).toBe(5);
  });

  it('leaves one merge for each task that changed something, with its trailers', () => {
    expect([...merges().keys()].sort()).toEqual(LANDED.filter(key => key !== 'final-checks'));
    expect(merges().get('cart-page')?.trailers).toMatch(
      /^Kleiber-Task: \S+-04-cart-page\nKleiber-Attempt: 3\nKleiber-Model: claude-sonnet-5-5\nKleiber-Cost-USD: 0\.\d+/,
    );
  });

  it('lands exactly trees whose tests pass, and keeps both sides of the conflict', () => {
    const environment = { PATH: process.env.PATH, NODE_TEST_CONTEXT: '' };
    expect(() => execFileSync('node', ['--test'], { cwd: root, env: environment, stdio: 'pipe' })).not.toThrow();
    expect(readFileSync(join(root, 'src/common/money.js'), 'utf8')).toMatch(/function percentOf[\s\S]*formatDiscount/);
  });

  it('leaves a clean checkout that `kleiber check` finds nothing in', async () => {
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '-1', '--format=%s')).toMatch(/^record: /);
    expect(await runProgram(['check'], stage.context)).toBe(0);
  });

  it('tells somebody who has only the repository what landed, by which model, and at what cost', () => {
    const done = [...recordsOf('complete')].map(([path, bytes]) => must(parseDone(path, bytes)).record);
    expect(done.map(record => keyOf(record.id)).sort()).toEqual([...LANDED, 'refunds'].sort());
    const models = new Map(done.map(record => [keyOf(record.id), record.model]));
    expect(Object.fromEntries(models)).toEqual({
      architecture: 'opus',
      'cart-page': 'sonnet',
      changelog: 'haiku',
      checkout: 'opus',
      'coupon-codes': 'sonnet',
      'final-checks': 'haiku',
      pricing: 'sonnet',
      refunds: 'opus',
    });
    expect(done.filter(record => !(Number(record.costUsd) > 0))).toEqual([]);
    expect(readFileSync(join(root, 'orchestration_log.md'), 'utf8')).toMatch(/- \*\*Total: \$0\.\d+\*\*\n$/);
  });

  it('tells the same person what is blocked, why, and what to do next', () => {
    const blocked = [...recordsOf('blocked')].map(([path, bytes]) => must(parseBlocked(path, bytes)));
    const told = blocked.map(({ id, blocker }) => [keyOf(id), blocker.type, blocker.options]);
    expect(told.sort()).toEqual([
      ['price-list', 'budget', []],
      ['refunds', 'human_review', ['approve']],
    ]);
    expect(
      [...recordsOf('blocked').values()].every(bytes => new TextDecoder().decode(bytes).includes('## Answer')),
    ).toBe(true);
  });

  it('moves a decision of architecture from sonnet to opus, in a conversation of its own', () => {
    const started = [...recordsOf('progress')].filter(([path]) => path.endsWith('-05-checkout-started.md'));
    expect(new TextDecoder().decode(started[0]?.[1])).toContain('Taken over');
    expect(merges().get('checkout')?.trailers).toMatch(/^Kleiber-Model: claude-opus-5-5$/m);
  });

  it('stops a task at its own cap: what was spent is within it, and the next smallest request would pass it', () => {
    const { spent = 0, cap = 0, next = 0 } = played.stop ?? {};
    expect([spent > 0, spent <= cap, spent + next > cap, cap]).toEqual([true, true, true, 160_000_000]);
  });

  it('defers in the red zone what needs opus, with its date, starts it with no other model, and says so', async () => {
    const day = calendarOf(new Date());
    expect(played.deferredUntil).toBe(nextBegins('day', new Date()));
    const rows = must(openLedger(join(stage.stateHome, 'ledger.db')));
    expect(rows.rows({ day: day.day }).filter(({ purpose }) => keyOf(purpose.task) === 'receipts')).toEqual([]);
    rows.close();
    expect(here.printed()).toMatch(/receipts +until \d{4}-\d\d-\d\d +red zone of the day's money: its plan needs opus/);
  });

  it('ends with a proposal of the weekly review', () => {
    expect(played.proposals).toEqual(['scribe EXEC → sonnet (1 of 1 reworked on haiku)']);
    expect(here.printed()).toContain('PROMOTE → sonnet');
  });

  it('leaves a verdict for all haiku work, for the critical path and for money, criterion by criterion', () => {
    const files = [...recordsOf('reports')].filter(([path]) => path.endsWith('-review.md'));
    const verdicts = files.map(([path, bytes]) => must(parseReview(path, bytes)));
    expect(Object.fromEntries(verdicts.map(({ id, tier, decision }) => [keyOf(id), [tier, decision]]))).toEqual({
      changelog: ['sonnet', 'approve'],
      'final-checks': ['sonnet', 'approve'],
      pricing: ['opus', 'approve'],
      refunds: ['opus', 'approve'],
    });
    expect(verdicts.flatMap(({ criteria }) => criteria).filter(({ met, text }) => !met || text === '')).toEqual([]);
  });

  it('leaves the home folder as it was', () => {
    expect(readdirSync(here.home)).toEqual([]);
  });
});

describe('kleiber rehearse', () => {
  it('writes into no folder that holds something', async () => {
    const { context, folder, printed } = visit();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(await runProgram(['rehearse', '--dir', folder], context)).toBe(2);
    expect(printed()).toContain(`${folder} exists and is not empty`);
    expect(readdirSync(folder).sort()).toEqual(['home', 'mine.txt']);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(whySkipped !== null)('takes everything away when it is interrupted', async () => {
    const stopping = new AbortController();
    const { context, folder } = visit(stopping.signal);
    stopping.abort();
    expect(await runProgram(['rehearse', '--dir', 'shop', '--speed', '500'], context)).not.toBe(0);
    expect([existsSync(join(folder, 'shop')), existsSync(join(folder, 'shop-state'))]).toEqual([false, false]);
    rmSync(folder, { recursive: true });
  });

  it('wants a speed that is a number', async () => {
    const { context, folder, printed } = visit();
    expect(await runProgram(['rehearse', '--speed', 'fast'], context)).toBe(2);
    expect(printed()).toContain('a number above 0');
    rmSync(folder, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('says what is missing, and the way out, where there is no git', async () => {
    const { context, folder, printed } = visit();
    const bare = { ...context, environment: { PATH: folder } };
    expect(await runProgram(['rehearse', '--dir', 'shop'], bare)).toBe(2);
    expect(printed()).toContain('git was not found on PATH');
    expect(existsSync(join(folder, 'shop'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
