/** A repository with tasks, a ledger and a person's context, for the commands that speak of money. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { calendarOf } from '../../src/agent/meter.ts';
import type { Ledger, LedgerRow, Purpose } from '../../src/baton/ledger.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import type { Context } from '../../src/cli/context.ts';
import { placesOf } from '../../src/cli/places.ts';
import { runProgram } from '../../src/cli/program.ts';
import { remember, trustedFiles } from '../../src/cli/trust-store.ts';
import type { Event, Stored } from '../../src/domain/event.ts';
import { type NanoUsd, NO_USAGE, type Usage } from '../../src/domain/money.ts';
import type { TaskHead } from '../../src/domain/task.ts';
import { formatTask } from '../../src/record/task-file.ts';
import { OWNER, successOf } from './baton-samples.ts';
import { taskOf } from './policy-values.ts';

export interface Said {
  code: number;
  out: string;
  error: string;
}

export class MoneyShop {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-money-')));
  readonly root = join(this.folder, 'shop');
  /** Of whoever runs the commands. */
  readonly environment: Record<string, string | undefined> = { PATH: process.env.PATH, KLEIBER_NO_INPUT: '1' };
  hasTerminal = false;
  /** What stands on standard input. */
  input = '';

  constructor() {
    mkdirSync(this.root);
    const env = { PATH: process.env.PATH, HOME: this.folder, GIT_CONFIG_NOSYSTEM: '1' };
    const git = (...words: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
        cwd: this.root,
        env,
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main', '.');
    git('commit', '-q', '--allow-empty', '-m', 'first');
  }

  get places() {
    return placesOf(this.context({ code: 0, out: '', error: '' }), join(this.root, '.git'));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** kleiber.yml, seen and accepted by a person unless told otherwise. */
  configure(text: string, isTrusted = true): void {
    this.write('kleiber.yml', text);
    if (isTrusted) remember(this.places.trusted, trustedFiles(this.root));
  }

  task(id: string, head: Partial<TaskHead> = {}): void {
    const agent = head.agent ?? 'engineer-backend';
    this.write(`tasks/${agent}/${id}.md`, formatTask(taskOf({ id, ...head, agent })));
  }

  happen(stream: string, ...events: Event[]): void {
    mkdirSync(this.places.state, { recursive: true });
    const baton = successOf(openBaton(this.places.baton));
    for (const event of events)
      baton.append({ stream, seq: baton.read(stream).length + 1, event, at: new Date().toISOString() });
    baton.close();
  }

  log(stream: string): Stored[] {
    const baton = successOf(openBaton(this.places.baton));
    const events = baton.read(stream);
    baton.close();
    return events;
  }

  /** Spends so much, now, on the first task, unless told otherwise. */
  spend(cost: NanoUsd, purpose: Partial<Purpose> = {}, usage: Usage = { ...NO_USAGE, output: 1000 }): void {
    this.withLedger(ledger => ledger.record({ ...this.purpose, ...purpose }, this.when, usage, cost, ''));
  }

  get purpose(): Purpose {
    const at = { repository: join(this.root, '.git'), plan: null, task: 'basket', session: 'basket-a1', attempt: 1 };
    return { ...at, phase: 'EXEC', agent: 'engineer-backend', tier: 'sonnet', model: 'claude-sonnet-5-5' };
  }

  get when() {
    return { ...calendarOf(new Date()), owner: OWNER };
  }

  withLedger<Value>(use: (ledger: Ledger) => Value): Value {
    const ledger = successOf(openLedger(this.places.ledger));
    const value = use(ledger);
    ledger.close();
    return value;
  }

  rows(): LedgerRow[] {
    return this.withLedger(ledger => ledger.rows());
  }

  context(said: Said): Context {
    return {
      cwd: this.root,
      environment: this.environment,
      home: this.folder,
      stdout: { write: text => (said.out += text) },
      stderr: { write: text => (said.error += text), isTTY: this.hasTerminal },
      stdin: { read: async () => this.input },
      stopping: new AbortController().signal,
      killed: new AbortController().signal,
    };
  }

  async run(...words: string[]): Promise<Said> {
    const said: Said = { code: -1, out: '', error: '' };
    said.code = await runProgram(words, this.context(said));
    return said;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
