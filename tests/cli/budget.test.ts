/** The commands that speak of money, on a ledger and a log of their own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONTROL_STREAM, planStream, taskStream } from '../../src/domain/event.ts';
import { nanoFromUsd } from '../../src/domain/money.ts';
import { limitBook } from '../../src/model/limit-book.ts';
import { handClock } from '../support/model-clock.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { blocked, claimed, created, submitted, TARGET } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

const json = async (...words: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await shop.run(...words, '--json')).out);

describe('kleiber budget', () => {
  test('begins with the light and shows every cap with its bar', async () => {
    shop.configure('budget: { day_usd: 10, tokens_per_week: { opus: 100000 } }\n');
    shop.spend(nanoFromUsd(7.2));
    const { code, out } = await shop.run('budget');
    const lines = out.split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toBe(
      "🟡 yellow · 72 % of the day's money · here today: $7.20 spent, $0.00 reserved, $7.20 of it logged by hand · policy guide, 10 % kept for p0 and security",
    );
    expect(lines.find(line => line.startsWith('  day'))).toMatch(
      /^ {2}day +█{14}░{6} +\$7\.20 +\$0\.00 +\$10\.00 +72 % /,
    );
    expect(lines.find(line => line.startsWith('  opus tokens'))).toMatch(
      /░{20} +0 tokens +0 tokens +100000 tokens +0 % /,
    );
    expect(out).not.toContain('\u001b');
  });

  test('knows no rate limits before a model has answered, and afterwards those that it named, with their time', async () => {
    expect((await shop.run('budget')).out).toContain('rate limits      unknown: no model has answered yet');
    const clock = handClock();
    const limits = [
      { bucket: 'input-tokens' as const, limit: 400_000, remaining: 9, resetsAt: '2026-11-21T12:01:00.000Z' },
    ];
    limitBook(shop.places.limits, clock).observe({
      kind: 'answered',
      model: 'claude-sonnet-5-5',
      requestId: null,
      exhaustedForMs: null,
      limits,
    });
    expect(await json('budget')).toMatchObject({
      rate_limits: [
        {
          model: 'claude-sonnet-5-5',
          said_at: '2026-11-21T12:00:00.000Z',
          refused: null,
          buckets: [{ name: 'input-tokens', limit: 400_000, remaining: 9, resets_at: '2026-11-21T12:01:00.000Z' }],
        },
      ],
    });
    expect((await shop.run('budget')).out).toMatch(
      /claude-sonnet-5-5 +input tokens +9 of 400000 left +full again 2026/,
    );
  });

  test('says what is only reserved apart from what is spent', async () => {
    shop.withLedger(ledger =>
      ledger.reserve(shop.purpose, shop.when, { ticket: null, urgent: false }, () => ({
        kind: 'granted',
        reserve: nanoFromUsd(3),
        tokens: 1,
        grant: null,
      })),
    );
    expect(await json('budget')).toMatchObject({ zone: 'green', spent_usd: '0.00', reserved_usd: '3.00' });
  });

  test('adds up by phase, model, agent and task, of this repository alone, today or this week', async () => {
    shop.spend(100_000_000);
    shop.spend(50_000_000, { task: 'cart', agent: 'scribe', phase: 'PLAN', model: 'claude-haiku-5-5' });
    shop.spend(7, { repository: '/elsewhere' });
    const found = await json('budget', '--week');
    const share = (name: string, usd: string) => ({ name, cost_usd: usd, tokens: 1000, logged_usd: usd });
    expect(found).toMatchObject({
      period: 'this week',
      spent_usd: '0.15',
      by_phase: [share('EXEC', '0.10'), share('PLAN', '0.05')],
      by_model: [share('claude-sonnet-5-5', '0.10'), share('claude-haiku-5-5', '0.05')],
      by_agent: [share('engineer-backend', '0.10'), share('scribe', '0.05')],
      by_task: [share('basket', '0.10'), share('cart', '0.05')],
      // 2,000 tokens written at ten and at twenty millionths of a dollar.
      saving: { actual_usd: '0.15', all_sonnet_usd: '0.02', all_opus_usd: '0.04' },
    });
  });

  test('shows the cap of a plan with work left, and how good its estimate was', async () => {
    shop.task('shop-1-01-basket', { plan: 'shop-1' });
    shop.spend(nanoFromUsd(5), { plan: 'shop-1' });
    shop.happen(planStream('shop-1'), {
      kind: 'planned',
      target: TARGET,
      request: 'a shop',
      tasks: ['shop-1-01-basket', 'shop-1-02-cart'],
      sessions: [],
      estimates: { 'shop-1-02-cart': { low: 1_000_000, likely: 2_100_000, high: 5_000_000 } },
    });
    shop.happen(taskStream('shop-1-02-cart'), created(), claimed(1), submitted(1), {
      kind: 'landed',
      attempt: 1,
      commit: 'c',
      tree: 't',
    });
    expect(await json('budget')).toMatchObject({
      caps: [
        { scope: 'day' },
        { scope: 'week' },
        { scope: 'plan', plan: 'shop-1', spent_usd: '5.00', cap_usd: '25.00' },
      ],
      estimates: { tasks: 1, in_range: 1, bias: 1 },
      work: {
        targets: 'seed1',
        unit: 'attempts',
        tiers: [{ amount: 0 }, { amount: 1, share_percent: 100 }, { amount: 0 }],
      },
    });
  });

  test('an untrusted kleiber.yml lowers and never raises, and names no command', async () => {
    shop.configure(
      'budget: { day_usd: 900, week_usd: 5, policy: enforce, reserve_percent: 1, tokens_per_week: { opus: 9 } }\nnotify: touch told\n',
      false,
    );
    shop.spend(nanoFromUsd(6));
    expect(await json('budget')).toMatchObject({
      policy: 'enforce',
      reserve_percent: 10,
      caps: [{ cap_usd: '100.00' }, { cap_usd: '5.00' }, { scope: 'tokens', tier: 'opus', cap: 9 }],
    });
    shop.task('basket');
    await shop.run('budget', 'log', '--task', 'basket', '--tokens', '1');
    expect(existsSync(join(shop.folder, 'told'))).toBe(false);
  });
});

describe('kleiber budget log', () => {
  test('books unsplit tokens at the output price of the model that the table names', async () => {
    shop.task('basket');
    const said = await shop.run(
      'budget',
      'log',
      '--task',
      'basket',
      '--phase',
      'PLAN',
      '--tokens',
      '42000',
      '--note',
      'by hand',
    );
    expect(said).toMatchObject({ code: 0, error: '' });
    expect(said.out).toMatch(/^logged 42000 tokens of claude-sonnet-5-5 on basket in PLAN: \$0\.42, counted in /);
    expect(shop.rows()).toMatchObject([
      {
        purpose: { task: 'basket', phase: 'PLAN', agent: 'engineer-backend', tier: 'sonnet', session: 'elsewhere' },
        settled: 42_000 * 10_000,
        usage: { input: 0, output: 42_000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
        logged: 'by hand',
      },
    ]);
  });

  test.each([
    [['--model', 'opus'], { tier: 'opus', model: 'claude-opus-5-5' }, 20_000],
    [['--model', 'claude-haiku-4-5'], { tier: 'haiku', model: 'claude-haiku-4-5' }, 5_000],
  ])('takes %j', async (words, purpose, nano) => {
    shop.task('basket');
    await shop.run('budget', 'log', '--task', 'basket', '--tokens', '10', ...words);
    expect(shop.rows()).toMatchObject([{ purpose, settled: 10 * nano }]);
  });

  test('takes a plan instead of a task: its planner is opus in every phase', async () => {
    shop.task('shop-1-01-basket', { plan: 'shop-1' });
    await shop.run('budget', 'log', '--plan', 'shop-1', '--phase', 'LEAD', '--tokens', '100');
    expect(shop.rows()).toMatchObject([{ purpose: { plan: 'shop-1', task: 'shop-1', phase: 'LEAD', tier: 'opus' } }]);
  });

  test.each([
    ['nothing', [], 'what was spent, and on what?'],
    ['both a task and a plan', ['--task', 'basket', '--plan', 'p', '--tokens', '1'], 'what was spent, and on what?'],
    ['an unknown task', ['--task', 'cart', '--tokens', '1'], 'there is no task cart'],
    ['an unknown plan', ['--plan', 'p9', '--phase', 'EXEC', '--tokens', '1'], 'there is no plan p9'],
    ['an unknown model', ['--task', 'basket', '--tokens', '1', '--model', 'gpt'], 'no tier is served by gpt'],
    [
      'an unpriced model',
      ['--task', 'basket', '--tokens', '1', '--model', 'claude-opus-9'],
      'the price of claude-opus-9 is unknown',
    ],
    [
      'half a token',
      ['--task', 'basket', '--tokens', '0.5'],
      "option '--tokens <n>' argument '0.5' is invalid; expected a whole number of tokens, 1 or more",
    ],
  ])('refuses %s, with the command that helps, and books nothing', async (_name, words, problem) => {
    shop.task('basket');
    const said = await shop.run('budget', 'log', ...words);
    expect([said.code, said.error.split('\n')[0]]).toEqual([2, `kleiber: ${problem}`]);
    expect(said.error).toContain('fix   ');
    expect(shop.rows()).toEqual([]);
  });

  test('shows the week, what was logged line by line', async () => {
    shop.task('basket');
    await shop.run('budget', 'log', '--task', 'basket', '--tokens', '1000', '--note', 'one');
    await shop.run('budget', 'log', '--task', 'basket', '--tokens', '2000');
    const { out } = await shop.run('budget', 'log', '--week');
    expect(out.split('\n')[0]).toMatch(/^\d{4}-W\d\d: \$0\.03 here$/);
    expect(out).toMatch(/basket {2}EXEC {2}claude-sonnet-5-5 {2}1000 tokens {2}\$0\.01 {2}logged: one\n/);
    expect(out).toMatch(/basket {2}EXEC {2}claude-sonnet-5-5 {2}2000 tokens {2}\$0\.02 {2}logged\n/);
    const { entries, cost_usd } = await json('budget', 'log', '--week');
    expect([entries, cost_usd]).toMatchObject([
      [
        { tokens: 1000, logged: 'one' },
        { tokens: 2000, logged: '' },
      ],
      '0.03',
    ]);
  });
});

describe('kleiber next', () => {
  test('names the task to take, its model with the reason, and go', async () => {
    shop.task('basket');
    shop.task('urgent', { priority: 'p0', agent: 'scribe' });
    const { code, out } = await shop.run('next');
    expect([code, out]).toEqual([
      0,
      '🟢 green · go · urgent\n  Add a basket\n  scribe on haiku (claude-haiku-5-5): haiku for scribe in EXEC (seed 5, agent roles)\n  next   kleiber work --agent scribe --once\n',
    ]);
    expect((await shop.run('next', '--agent', 'engineer-backend')).out).toContain('go · basket');
  });

  test('passes over what is deferred, and says why when nothing else is left', async () => {
    shop.configure('budget: { day_usd: 100, guard_usd: 100, policy: enforce, reserve_percent: 0 }\n');
    shop.task('basket');
    shop.spend(nanoFromUsd(96));
    const { out } = await shop.run('next');
    expect(out).toMatch(/^🔴 red · deferred until \d{4}-\d\d-\d\d · basket\n/);
    expect(out).toContain(
      "red zone of the day's money: only haiku, p0 and security work starts (seed 3, budget zones)",
    );
    shop.task('notes', { agent: 'scribe' });
    expect(await json('next')).toMatchObject({ zone: 'red', task: { id: 'notes', tier: 'haiku', decision: 'go' } });
  });

  test.each<[name: string, config: string, before: () => unknown, why: string, fix: string]>([
    ['all work is paused', '', () => shop.run('pause', 'lunch'), 'paused all work: lunch', 'kleiber resume'],
    [
      'a person has to choose the model',
      'routing: manual\n',
      () => undefined,
      'routing is manual, and nobody has chosen its model',
      'kleiber override basket --model sonnet --reason "…"',
    ],
    [
      'today has cost more than the guard',
      'budget: { day_usd: 100, guard_usd: 5 }\n',
      () => shop.spend(nanoFromUsd(6)),
      'today has cost more than the guard',
      'kleiber conduct --past-guard',
    ],
  ])('holds back when %s, and names the command that lets it go on', async (_name, config, before, why, fix) => {
    if (config !== '') shop.configure(config);
    shop.task('basket');
    await before();
    const { out } = await shop.run('next');
    expect([out.includes('· held · basket'), out.includes(why), out.includes(`next   ${fix}`)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await json('next')).toMatchObject({ task: { id: 'basket', decision: 'held' } });
  });

  test('says so when nothing is ready', async () => {
    expect(await shop.run('next')).toEqual({ code: 0, out: '🟢 green · nothing is ready to start\n', error: '' });
    expect(await json('next')).toMatchObject({ task: null });
  });
});

describe('alerts', () => {
  const TOLD = 'told.jsonl';
  const told = (): string[] => {
    const path = join(shop.folder, TOLD);
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  };
  const logOne = () => shop.run('budget', 'log', '--task', 'basket', '--tokens', '1');

  test('are one line on stderr, once for a zone and its period', async () => {
    shop.configure('budget: { day_usd: 10 }\n');
    shop.task('basket');
    shop.spend(nanoFromUsd(7.1));
    expect((await logOne()).error).toMatch(
      /^! yellow zone: 71 % of the day's money is used up, it begins anew on \d{4}-\d\d-\d\d\n$/,
    );
    expect((await logOne()).error).toBe('');
    shop.spend(nanoFromUsd(1.5));
    expect((await logOne()).error).toMatch(/^! orange zone: 86 % /);
    expect(shop.log(CONTROL_STREAM).map(({ event }) => event.kind)).toEqual(['alerted', 'alerted']);
  });

  test('tell a terminal in its own way, and a pipe never', async () => {
    shop.configure('budget: { day_usd: 10 }\n');
    shop.task('basket');
    shop.spend(nanoFromUsd(7.1));
    shop.hasTerminal = true;
    const { error, out } = await logOne();
    expect(error).toContain("\u001b]9;kleiber: yellow zone: 71 % of the day's money is used up");
    expect(out).not.toContain('\u001b');
  });

  test('run the command of the user with JSON on its standard input, and without the key', async () => {
    shop.configure(`budget: { day_usd: 10 }\nnotify: 'tr -d "\\n" >> ${TOLD}; env | sort | tr "\\n" " " >> ${TOLD}'\n`);
    shop.environment.ANTHROPIC_API_KEY = 'sk-ant-secret';
    shop.task('basket');
    shop.spend(nanoFromUsd(7.1));
    expect((await logOne()).code).toBe(0);
    const [line = ''] = told();
    const at = line.lastIndexOf('}') + 1;
    expect(JSON.parse(line.slice(0, at))).toMatchObject({
      schemaVersion: 1,
      kind: 'alert',
      subject: expect.stringMatching(/^yellow zone of the day's money until /),
      text: expect.stringContaining('71 %'),
      repository: shop.root,
    });
    expect(line.slice(at)).toContain(`HOME=${shop.folder}`);
    expect(line.slice(at)).not.toContain('sk-ant-secret');
  });

  test.each([
    ['exit 3', 'notify: ended with exit code 3'],
    ['no-such-command-here', 'notify: ended with exit code 127'],
  ])('of a command that fails (%s) stop nothing and take one more line', async (command, said) => {
    shop.configure(`budget: { day_usd: 10 }\nnotify: ${command}\n`);
    shop.task('basket');
    shop.spend(nanoFromUsd(7.1));
    const { code, error } = await logOne();
    expect([code, error.trimEnd().split('\n').slice(1)]).toEqual([0, [said]]);
  });

  test('tell of escalations over 15 % once for each time the share crosses it, the command of the user included', async () => {
    shop.configure(`notify: cat >> ${TOLD}\n`);
    const landing = (id: string) => ({ kind: 'landed' as const, attempt: 1, commit: id, tree: id });
    const toOpus = {
      kind: 'escalated' as const,
      by: 'conductor',
      to: 'opus' as const,
      reason: 'complex_debugging' as const,
      note: '',
    };
    const land = (id: string) => shop.happen(taskStream(id), created(), claimed(1), submitted(1), landing(id));
    const escalate = (id: string) => shop.happen(taskStream(id), created(), claimed(1), blocked(1), toOpus);
    shop.task('basket');
    for (const id of ['a', 'b', 'c', 'd', 'e']) land(id);
    expect((await logOne()).error).toBe('');
    escalate('f');
    const text =
      'escalations are over 15 %: 1 of 6 tasks (17 %) went to a stronger model: kleiber calibrate (seed 3, escalation alerting)';
    expect((await logOne()).error).toBe(`! ${text}\n`);
    expect((await logOne()).error).toBe('');
    land('g');
    expect((await logOne()).error).toBe('');
    escalate('h');
    expect((await logOne()).error).toMatch(/^! escalations are over 15 %: 2 of 8 tasks \(25 %\)/);
    expect(told().map(line => JSON.parse(line))).toMatchObject([
      { kind: 'alert', subject: 'escalations over 15 %', text },
      { kind: 'alert', subject: 'escalations over 15 %' },
    ]);
    expect(shop.log(CONTROL_STREAM).map(({ event }) => event.kind)).toEqual(['alerted', 'calmed', 'alerted']);
  });

  test('tell of the cost guard once a day', async () => {
    shop.configure('budget: { day_usd: 100, guard_usd: 5 }\n');
    shop.task('basket');
    shop.spend(nanoFromUsd(6));
    expect((await logOne()).error).toBe(
      '! today has cost $6.00, over the guard of $5.00: nothing new is started until you say so\n',
    );
    expect((await logOne()).error).toBe('');
  });
});
