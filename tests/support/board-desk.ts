/** A repository in the middle of a run, with something in every state, and the board over it: what a person would look at. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { calendarOf } from '../../src/agent/meter.ts';
import { openTranscript } from '../../src/agent/transcript.ts';
import type { Append } from '../../src/baton/baton.ts';
import type { RunningBoard } from '../../src/board/server.ts';
import { showBoard } from '../../src/cli/board.ts';
import type { Context } from '../../src/cli/context.ts';
import { openProject, type Project } from '../../src/cli/project.ts';
import { remember, trustedFiles } from '../../src/cli/trust-store.ts';
import { type Event, LEAD_STREAM, planStream, type TaskEvent, taskStream } from '../../src/domain/event.ts';
import { NO_USAGE, type Spend } from '../../src/domain/money.ts';
import type { Tier } from '../../src/domain/tier.ts';
import { openStore } from '../../src/git/store.ts';
import { limitBook } from '../../src/model/limit-book.ts';
import type { RateLimit } from '../../src/model/response-headers.ts';
import { ensurePage } from './board-browser.ts';
import { GitSandbox, must, QUICK } from './git-sandbox.ts';
import { realClock } from './shell-clock.ts';

export const PLAN = 'p7k2a';
export const idOf = (name: string): string => `${PLAN}-${name}`;

/** Dollars as the log writes them. */
export const spend = (usd: number): Spend => ({
  usage: { ...NO_USAGE, input: 4_000, cacheRead: 21_000, output: 1_900 },
  cost: Math.round(usd * 1e9),
});

interface Sample {
  name: string;
  agent: string;
  title: string;
  needs?: string[];
  priority?: string;
  risk?: string;
  minutes?: number;
}

export const SAMPLES: readonly Sample[] = [
  { name: '01-architecture', agent: 'architect', title: 'Write down the modules of coupons', minutes: 20 },
  { name: '02-coupon-codes', agent: 'engineer-backend', title: 'Find coupons by their code', minutes: 12 },
  { name: '03-pricing', agent: 'engineer-backend', title: 'Price an order with a coupon', minutes: 15 },
  { name: '04-cart-page', agent: 'engineer-frontend', title: 'Show the discount on the cart page', minutes: 12 },
  {
    name: '05-checkout',
    agent: 'engineer-backend',
    title: 'Take a coupon code at the checkout',
    needs: ['02-coupon-codes', '03-pricing'],
    minutes: 25,
  },
  {
    name: '06-mails',
    agent: 'scribe',
    title: 'Mention the coupon in the order mail',
    needs: ['02-coupon-codes'],
    minutes: 5,
  },
  {
    name: '07-refunds',
    agent: 'engineer-backend',
    title: 'Refund orders that had a coupon',
    priority: 'p2',
    risk: 'payment',
    needs: ['03-pricing'],
    minutes: 20,
  },
  {
    name: '08-final-checks',
    agent: 'validator',
    title: 'Run all checks on everything together',
    needs: ['05-checkout', '04-cart-page'],
    minutes: 3,
  },
  {
    name: '09-changelog',
    agent: 'scribe',
    title: 'Tell people about coupons',
    needs: ['05-checkout', '04-cart-page'],
    minutes: 5,
  },
  {
    name: '10-limits',
    agent: 'engineer-backend',
    title: 'At most one coupon per customer and day',
    priority: 'p0',
    needs: ['02-coupon-codes'],
    minutes: 10,
  },
  { name: '11-admin-list', agent: 'engineer-frontend', title: 'List the coupons for the shop keeper', minutes: 15 },
  {
    name: '12-old-codes',
    agent: 'engineer-backend',
    title: 'Drop the codes of last year',
    priority: 'p2',
    needs: ['02-coupon-codes'],
    minutes: 8,
  },
];

const CRITERIA = ['It does what the title says', 'Orders without a coupon are as before', 'A test pins the rounding'];

const taskText = (
  { name, agent, title, needs = [], priority = 'p1', risk, minutes = 10 }: Sample,
  created: string,
): string => `---
id: ${idOf(name)}
agent: ${agent}
title: ${title}
priority: ${priority}
created: ${created}
depends_on: [${needs.map(idOf).join(', ')}]
files: [src/**]
traits:
  minutes: ${minutes}
risk: [${risk ?? ''}]
plan: ${PLAN}
---

## Description

${title}. An order is \`{ lines, subtotal, discount, total }\` in whole cents.

## Acceptance Criteria

${CRITERIA.map((text, index) => `- [ ] ${index + 1}. ${text}`).join('\n')}
`;

const PRICE_BEFORE = `export function totalOf(lines) {
  let total = 0;
  for (const line of lines) {
    total += line.price * line.count;
  }
  return total;
}
`;
const PRICE_AFTER = `/** Whole cents; the discount is rounded once, per order. */
export function priceOrder(lines, coupon) {
  const subtotal = lines.reduce((sum, line) => sum + line.price * line.count, 0);
  const discount = coupon === null ? 0 : Math.round((subtotal * coupon.percent) / 100);
  return { subtotal, discount, total: subtotal - discount };
}
`;

export interface DeskOptions {
  /** Replaces texts that a model or a stranger could have written. */
  text?: (text: string) => string;
  /** Lines of a file of the submission that is reviewed; long ones are folded. */
  longLines?: number;
  port?: number;
}

export class BoardDesk {
  readonly git = new GitSandbox();
  /** The repository, under a name that a person could have given it. */
  readonly root = join(this.git.root, 'shop');
  readonly context: Context;
  project!: Project;
  board!: RunningBoard;
  readonly #text: (text: string) => string;
  #startMs = Date.now() - 42 * 60_000;
  #seconds = 0;

  private constructor(options: DeskOptions) {
    this.#text = options.text ?? (text => text);
    const { home } = this.git;
    this.context = {
      cwd: this.root,
      environment: { PATH: process.env.PATH, KLEIBER_HOME: join(this.git.root, 'state'), GIT_CONFIG_NOSYSTEM: '1' },
      home,
      stdout: { write: () => true },
      stderr: { write: () => true },
      stdin: { read: async () => '' },
      stopping: new AbortController().signal,
      killed: new AbortController().signal,
    };
  }

  static async open(options: DeskOptions = {}): Promise<BoardDesk> {
    ensurePage();
    const desk = new BoardDesk(options);
    await desk.#set(options);
    await desk.serve(options.port ?? 0);
    return desk;
  }

  async serve(port: number): Promise<void> {
    this.board = must(await showBoard(this.project, port, this.context));
  }

  async close(): Promise<void> {
    await this.board.close();
    this.project.close();
    rmSync(this.git.root, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The next events happen this much later. */
  later(seconds: number): void {
    this.#seconds += seconds;
  }

  at(): string {
    return new Date(this.#startMs + this.#seconds * 1000).toISOString();
  }

  happen(stream: string, event: Event, lane: Pick<Append, 'opensLane' | 'closesLane'> = {}): void {
    const { baton } = this.project;
    const seq = (baton.read(stream).at(-1)?.seq ?? 0) + 1;
    const outcome = baton.append({ stream, seq, event, at: this.at(), ...lane });
    if (outcome !== 'appended') throw new Error(`${outcome}: ${JSON.stringify(event)}`);
  }

  to(name: string, event: TaskEvent): void {
    this.happen(taskStream(idOf(name)), event, { closesLane: ['submitted', 'blocked', 'ended'].includes(event.kind) });
  }

  claim(
    name: string,
    attempt: number,
    tier: Tier,
    because = `${tier}: it is a complete feature (seed 1, decision tree)`,
  ): void {
    const route = { tier, effort: 'medium' as const, because: [because] };
    const { owner } = this.project.holder;
    const session = `${idOf(name)}-a${attempt}`;
    const worktree = `agent-${attempt}`;
    this.happen(
      taskStream(idOf(name)),
      { kind: 'claimed', attempt, owner, route, base: this.base, worktree, session },
      { opensLane: { tier, limit: 9, owner } },
    );
    this.to(name, {
      kind: 'approach',
      attempt,
      text: this.#text('Read pricing first, then write the test, then the function.'),
    });
    this.talk(name, attempt);
  }

  /** A short conversation in the transcript of an attempt. */
  talk(name: string, attempt: number, lines: { limited?: boolean } = {}): void {
    const path = join(this.project.places.transcripts, `${idOf(name)}-a${attempt}.jsonl`);
    const transcript = openTranscript(path);
    const preamble = { model: 'claude-sonnet-5-5', effort: 'medium' as const, system: [], tools: [], format: null };
    transcript.append({ line: 'preamble', preamble });
    transcript.append({
      line: 'message',
      message: { role: 'user', content: `Task ${idOf(name)}\n\nDo what the task file says.` },
    });
    transcript.append({ line: 'request', at: this.at(), number: 1, maxTokens: 64_000, reservation: 'none' });
    if (lines.limited) transcript.append({ line: 'failure', at: this.at(), reason: 'rate_limited' });
    const reply = (content: object[]): void =>
      transcript.append({
        line: 'reply',
        at: new Date(Date.parse(this.at()) + 9_000).toISOString(),
        message: { role: 'assistant', content } as never, // whole blocks, as the API sends them
        inputTokens: 4_000,
        sentBytes: 9_000,
        stop: 'tool_use',
        requestId: null,
      });
    reply([
      { type: 'text', text: this.#text('I begin with the **rounding**, because the test pins it.') },
      { type: 'tool_use', id: 't1', name: 'read', input: { path: 'src/price.js' } },
    ]);
    transcript.append({
      line: 'message',
      message: {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't1', content: this.#text(PRICE_BEFORE) }],
      },
    });
    reply([{ type: 'tool_use', id: 't2', name: 'run', input: { command: 'npm test -- price' } }]);
  }

  /** The conversation of the task at work goes on: red tests, a word of a person, and what the model makes of it. */
  goOn(name: string, attempt: number): void {
    const transcript = openTranscript(join(this.project.places.transcripts, `${idOf(name)}-a${attempt}.jsonl`));
    const results = (id: string, content: string, isError = false): void =>
      transcript.append({
        line: 'message',
        message: {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: id, content, ...(isError ? { is_error: true } : {}) }],
        },
      });
    const reply = (usd: number, seconds: number, content: object[]): void => {
      const reservation = this.book(name, 'engineer-backend', 'sonnet', usd);
      transcript.append({ line: 'request', at: this.at(), number: 2, maxTokens: 64_000, reservation });
      this.later(seconds);
      transcript.append({
        line: 'reply',
        at: this.at(),
        message: { role: 'assistant', content } as never, // whole blocks, as the API sends them
        inputTokens: 9_000,
        sentBytes: 20_000,
        stop: 'tool_use',
        requestId: null,
      });
    };
    results(
      't2',
      this.#text('1 failing\n\n  checkout\n    takes 10 % off\n      expected 1350, received 1349.9999\n'),
      true,
    );
    reply(0.12, 14, [
      { type: 'text', text: this.#text('The total is a **float** here. I round it, as `pricing` does.') },
      {
        type: 'tool_use',
        id: 't3',
        name: 'edit',
        input: { path: 'src/checkout.js', old: 'total', new: 'cents(total)' },
      },
    ]);
    results('t3', 'edited src/checkout.js, 1 place');
    const text = this.#text('Use `cents()` of src/money.js; do not round a second time.');
    this.to(name, { kind: 'told', attempt, by: 'Ada', text });
    const note = this.project.baton.read(taskStream(idOf(name))).at(-1)?.seq ?? 0;
    transcript.append({ line: 'message', message: { role: 'user', content: [{ type: 'text', text }] }, note });
    reply(0.14, 11, [{ type: 'tool_use', id: 't4', name: 'run', input: { command: 'npm test -- checkout' } }]);
    results('t4', this.#text('12 passed'));
    reply(0.11, 8, [{ type: 'tool_use', id: 't5', name: 'run', input: { command: 'npm test -- price' } }]);
  }

  /** Gives the name of the reservation. */
  book(name: string, agent: string, tier: Tier, usd: number): string {
    const purpose = {
      repository: this.project.facts.commonDir,
      plan: PLAN,
      task: name === 'plan' ? 'plan' : idOf(name),
      session: `${name}-s`,
      attempt: 1,
      phase: name === 'plan' ? 'PLAN' : 'EXEC',
      agent,
      tier,
      model: `claude-${tier}`,
    };
    // Of the week that is looked at, also where the run has begun before midnight.
    const when = { ...calendarOf(new Date()), owner: this.project.holder.owner };
    this.project.ledger.record(purpose, when, spend(usd).usage, spend(usd).cost, 'a sample');
    return this.project.ledger.rows({ task: purpose.task }).at(-1)?.reservation ?? '';
  }

  base = '';
  commit = '';
  tree = '';

  submit(name: string, attempt: number, usd: number): void {
    const files = [
      { path: 'src/price.js', status: 'modified' as const, mode: '100644' },
      { path: 'src/price.test.js', status: 'created' as const, mode: '100644' },
    ];
    const report = {
      summary: this.#text(
        'Orders are priced with a coupon. The discount is rounded **once per order**, as was answered.',
      ),
      testsAdded: [this.#text('src/price.test.js: rounding of 12.5 cents')],
      decisions: [this.#text('Half a cent goes to the customer.')],
    };
    const { commit, tree, base } = this;
    this.to(name, {
      kind: 'submitted',
      attempt,
      commit,
      tree,
      base,
      files,
      report,
      model: 'claude-sonnet-5-5',
      spend: spend(usd),
    });
  }

  validate(name: string, attempt: number, result: 'green' | 'red'): void {
    const runs = [
      {
        name: 'test',
        command: 'npm test',
        result,
        exitCode: result === 'green' ? 0 : 1,
        durationMs: 2_140,
        output: this.#text(result === 'green' ? '12 passed' : 'price.test.js: expected 39, received 40'),
      },
      { name: 'lint', command: 'npm run lint', result: 'green' as const, exitCode: 0, durationMs: 610, output: '' },
    ];
    const validation = { tree: this.tree, result, runs };
    this.to(name, { kind: 'proven', attempt, commit: this.commit });
    this.to(name, { kind: 'validated', attempt, commit: this.commit, validation, baseResult: null });
  }

  review(name: string, attempt: number, decision: 'approve' | 'request_changes'): void {
    const criteria = [1, 2, 3].map(number => ({
      number,
      text: CRITERIA[number - 1] ?? '',
      met: decision === 'approve' || number < 3,
      note: this.#text('Seen in src/price.test.js.'),
    }));
    const verdict = {
      commit: this.commit,
      decision,
      summary: this.#text('Small and clear. Two coupons at once are not tested.'),
      criteria,
      comments: [{ file: 'src/price.js', line: 4, text: this.#text('Name the rounding rule here.') }],
    };
    this.to(name, {
      kind: 'reviewed',
      attempt,
      verdict,
      reviewer: { agent: 'reviewer', tier: 'opus', model: 'claude-opus-5-5' },
      spend: spend(0.06),
    });
  }

  /** What the headers of the last answers said. */
  #hearLimits(): void {
    const book = limitBook(this.project.places.limits, realClock);
    const resetsAt = new Date(Date.now() + 41_000).toISOString();
    const limit = (bucket: RateLimit['bucket'], most: number, remaining: number): RateLimit => ({
      bucket,
      limit: most,
      remaining,
      resetsAt,
    });
    for (const [model, requests, tokens] of [
      ['claude-opus-5-5', 48, 291_000],
      ['claude-sonnet-5-5', 17, 38_000],
    ] as const)
      book.observe({
        kind: 'answered',
        model,
        requestId: null,
        exhaustedForMs: null,
        limits: [limit('requests', 50, requests), limit('input-tokens', 400_000, tokens)],
      });
  }

  land(name: string, attempt: number): void {
    this.to(name, { kind: 'landed', attempt, commit: this.commit, tree: this.tree });
  }

  async #set({ longLines = 0 }: DeskOptions): Promise<void> {
    const { git, root } = this;
    git.git(git.root, 'init', '-q', '-b', 'main', root);
    git.git(root, 'config', 'user.name', 'Ada');
    git.git(root, 'config', 'user.email', 'ada@example.org');
    const created = new Date(this.#startMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const tasks = SAMPLES.map(sample => [`tasks/${sample.agent}/${idOf(sample.name)}.md`, taskText(sample, created)]);
    const config = 'checks:\n  - name: test\n    command: npm test\n';
    git.write(root, {
      ...Object.fromEntries(tasks),
      'kleiber.yml': config,
      'src/price.js': PRICE_BEFORE,
      'package.json': '{}\n',
    });
    git.git(root, 'add', '-A');
    git.git(root, 'commit', '-q', '-m', 'the shop');
    this.base = git.git(root, 'rev-parse', 'HEAD');
    git.git(root, 'switch', '-q', '-c', 'work');
    const long = Array.from({ length: longLines }, (_, line) => `export const row${line} = ${line};`).join('\n');
    git.write(root, {
      'src/price.js': PRICE_AFTER,
      'src/price.test.js': "import { test } from 'node:test';\n",
      ...(longLines > 0 ? { 'src/rows.js': `${long}\n` } : {}),
    });
    git.git(root, 'add', '-A');
    git.git(root, 'commit', '-q', '-m', 'prices with coupons');
    this.commit = git.git(root, 'rev-parse', 'HEAD');
    this.tree = git.git(root, 'rev-parse', 'HEAD^{tree}');
    git.git(root, 'switch', '-q', 'main');
    this.project = must(await openProject(this.context));
    remember(this.project.places.trusted, trustedFiles(root));
    this.project.close();
    this.project = must(await openProject(this.context));
    const store = must(await openStore({ checkout: root, environment: git.environment, clock: QUICK }));
    must(await store.fetchBranch(root, 'work'));
    this.#play();
  }

  /** One more task, typed by hand and taken in. */
  add(name: string, agent: string, title: string): void {
    const path = `tasks/${agent}/${idOf(name)}.md`;
    const created = new Date(this.#startMs).toISOString().replace(/\.\d+Z$/, 'Z');
    this.git.write(this.root, { [path]: taskText({ name, agent, title }, created) });
    const target = { checkout: this.root, branch: 'main' };
    this.to(name, { kind: 'created', target, agent, file: path, fileHash: 'f'.repeat(64), plan: PLAN });
  }

  /** Its attempt stops with a question. */
  ask(name: string, need: string): void {
    const blocker = { type: 'unclear_requirements' as const, problem: need, tried: [], need, options: [] };
    this.to(name, { kind: 'blocked', attempt: 1, blocker, checkpoint: null, spend: spend(0.01), resumable: true });
  }

  /** So many more tasks, five events each; every tenth is only ready, the others have landed. */
  grow(tasks: number): void {
    const names = Array.from({ length: tasks }, (_, index) => `old-${String(index + 1).padStart(4, '0')}`);
    const created = new Date(this.#startMs - 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const samples = names.map(name => ({ name, agent: 'engineer-backend', title: `Build ${name}` }));
    const path = (name: string): string => `tasks/engineer-backend/${idOf(name)}.md`;
    this.git.write(
      this.root,
      Object.fromEntries(samples.map(sample => [path(sample.name), taskText(sample, created)])),
    );
    const target = { checkout: this.root, branch: 'main' };
    for (const [index, { name, agent }] of samples.entries()) {
      this.to(name, { kind: 'created', target, agent, file: path(name), fileHash: 'f'.repeat(64), plan: null });
      if (index % 10 === 0) continue;
      this.claim(name, 1, 'sonnet');
      this.submit(name, 1, 0.01);
      this.land(name, 1);
    }
  }

  /** The run so far, as its events tell it. */
  #play(): void {
    const target = { checkout: this.root, branch: 'main' };
    const session = { agent: 'planner', tier: 'opus' as const, endedAt: this.at(), spend: spend(0.23) };
    const request = this.#text('Add coupons: a code at the checkout takes a percentage off the order.');
    this.happen(planStream(PLAN), {
      kind: 'planned',
      target,
      request,
      tasks: SAMPLES.map(({ name }) => idOf(name)),
      sessions: [session],
    });
    this.book('plan', 'planner', 'opus', 0.23);
    for (const { name, agent } of SAMPLES)
      this.to(name, {
        kind: 'created',
        target,
        agent,
        file: `tasks/${agent}/${idOf(name)}.md`,
        fileHash: 'f'.repeat(64),
        plan: PLAN,
      });
    this.#first();
    this.#middle();
    this.#now();
  }

  #first(): void {
    this.later(20);
    this.claim('01-architecture', 1, 'opus', 'opus for architect in PLAN (seed 5, agent roles)');
    this.claim('02-coupon-codes', 1, 'sonnet');
    this.later(190);
    this.submit('02-coupon-codes', 1, 0.21);
    this.book('02-coupon-codes', 'engineer-backend', 'sonnet', 0.21);
    this.later(6);
    this.validate('02-coupon-codes', 1, 'red');
    this.to('02-coupon-codes', {
      kind: 'returned',
      attempt: 1,
      reason: 'red',
      note: 'The checks are red:\n- price.test.js',
      strike: true,
      draft: null,
    });
    this.later(4);
    this.claim('02-coupon-codes', 2, 'sonnet', 'sonnet at high effort after 1 strike');
    this.later(140);
    this.submit('01-architecture', 1, 0.33);
    this.validate('01-architecture', 1, 'green');
    this.land('01-architecture', 1);
    this.book('01-architecture', 'architect', 'opus', 0.33);
    this.later(60);
    this.submit('02-coupon-codes', 2, 0.14);
    this.validate('02-coupon-codes', 2, 'green');
    this.land('02-coupon-codes', 2);
    this.book('02-coupon-codes', 'engineer-backend', 'sonnet', 0.14);
  }

  #middle(): void {
    this.later(20);
    this.claim('03-pricing', 1, 'sonnet');
    this.claim('06-mails', 1, 'haiku', 'haiku for scribe (seed 5, agent roles)');
    this.later(90);
    const blocker = {
      type: 'unclear_requirements' as const,
      problem: this.#text(
        '10 % off three lines at €1.25 is 39 cents when each line is rounded, and 38 when the order is.',
      ),
      tried: [],
      need: this.#text('Round per line or per order?'),
      options: ['per line', 'per order'],
    };
    this.to('03-pricing', {
      kind: 'blocked',
      attempt: 1,
      blocker,
      checkpoint: null,
      spend: spend(0.11),
      resumable: true,
    });
    this.later(30);
    this.submit('06-mails', 1, 0.03);
    this.validate('06-mails', 1, 'green');
    this.book('06-mails', 'scribe', 'haiku', 0.03);
    this.later(240);
    this.to('03-pricing', { kind: 'answered', by: 'Ada', text: 'per order', widen: [] });
    this.later(5);
    this.claim('03-pricing', 2, 'sonnet');
    this.later(150);
    this.submit('03-pricing', 2, 0.19);
    this.validate('03-pricing', 2, 'green');
    this.review('03-pricing', 2, 'approve');
    this.land('03-pricing', 2);
    this.book('03-pricing', 'engineer-backend', 'sonnet', 0.3);
    this.land('06-mails', 1);
  }

  #now(): void {
    this.later(30);
    this.claim('05-checkout', 1, 'sonnet');
    this.claim('07-refunds', 1, 'opus', 'opus: it touches payment (seed 5, force opus + human review)');
    this.claim('04-cart-page', 1, 'sonnet');
    this.later(300);
    const question = {
      type: 'unclear_requirements' as const,
      problem: this.#text(
        'An order of three lines had a coupon, and one line comes back. The discount was rounded per order, so no line has a share of it **that is written down anywhere**.',
      ),
      tried: [this.#text('Looked for a rule in docs/ and in the tests of the checkout.')],
      need: this.#text('What does a customer get back for one line of an order that had a coupon?'),
      options: ['its list price less the same percentage', 'its list price, until the total is used up'],
      recommendation: 'its list price less the same percentage',
    };
    this.to('07-refunds', {
      kind: 'blocked',
      attempt: 1,
      blocker: question,
      checkpoint: null,
      spend: spend(0.41),
      resumable: true,
    });
    this.book('07-refunds', 'engineer-backend', 'opus', 0.41);
    this.later(200);
    this.submit('04-cart-page', 1, 0.24);
    this.validate('04-cart-page', 1, 'green');
    this.book('04-cart-page', 'engineer-frontend', 'sonnet', 0.24);
    const approval = {
      type: 'human_review' as const,
      problem: this.#text('The cart page shows money, so a person looks at it before it lands.'),
      tried: [],
      need: this.#text('A person approves this commit, or says what must change.'),
      options: [],
    };
    this.to('04-cart-page', {
      kind: 'blocked',
      attempt: 1,
      blocker: approval,
      checkpoint: null,
      spend: spend(0.24),
      resumable: false,
    });
    this.goOn('05-checkout', 1);
    this.happen(LEAD_STREAM, { kind: 'held', owner: this.project.holder.owner });
    this.#hearLimits();
  }
}
