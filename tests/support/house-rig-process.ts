/** One process in a house: workers and a conductor with real edges, pulled step by step. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calendarOf } from '../../src/agent/meter.ts';
import { allRoles } from '../../src/agent/roles.ts';
import type { Studio } from '../../src/agent/session.ts';
import type { Baton } from '../../src/baton/baton.ts';
import { type Holder, letGo, tryHold } from '../../src/baton/hold.ts';
import type { Ledger } from '../../src/baton/ledger.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { checkReports } from '../../src/cli/check-reports.ts';
import { recordFiles } from '../../src/cli/record-files.ts';
import { oneAfterTheOther } from '../../src/conductor/beside.ts';
import { type Courier, courier } from '../../src/conductor/deliver.ts';
import type { ConductorEdges, RecordFiles } from '../../src/conductor/edges.ts';
import { recentChecks } from '../../src/conductor/recent-checks.ts';
import { tick } from '../../src/conductor/tick.ts';
import { type Event, LEAD_STREAM, type Target, type TaskEvent, taskStream } from '../../src/domain/event.ts';
import type { Owner } from '../../src/domain/owner.ts';
import { userCheckout } from '../../src/git/checkout.ts';
import { openStore } from '../../src/git/store.ts';
import { DEFAULT_MODELS } from '../../src/model/models.ts';
import { BUILT_IN_PRICES, costOf, requestPrice } from '../../src/model/prices.ts';
import type { Standing } from '../../src/policy/board.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { boardKeeper } from '../../src/report/board-keeper.ts';
import { taskCache } from '../../src/report/task-cache.ts';
import type { WorkerEdges, WorkerOptions, WorkerResult } from '../../src/worker/edges.ts';
import { runWorker } from '../../src/worker/worker.ts';
import { must } from './git-sandbox.ts';
import type { House } from './house-rig.ts';
import { CHECK } from './house-rig.ts';
import { Scissors } from './house-rig-kill.ts';
import { realClock } from './shell-clock.ts';

export interface ProcessOptions {
  scissors?: Scissors;
}

const NEVER = new AbortController().signal;
const MOST_TICKS = 200;

const BATON_WRITES = ['append', 'freeLane', 'rememberValidation', 'takeLane'];
const LEDGER_WRITES = ['reserve', 'settle', 'settleInFull', 'settleAbandoned'];
const STORE_WRITES = ['openWorktree', 'checkpoint', 'keep', 'setBranch', 'moveIntegration', 'commitFiles'];

export class HouseProcess {
  readonly house: House;
  readonly owner: Owner;
  readonly holder: Holder;
  readonly ledger: Ledger;
  readonly worker: WorkerEdges;
  readonly conductor: ConductorEdges;
  /** Rung instead of waiting for anything; pulls a tick where a run has a conductor beside it. */
  bell: () => Promise<unknown> = () => this.pull();
  readonly #courier: Courier;
  readonly #close: () => void;
  #quiet = 0;
  #pulling: Promise<void> = Promise.resolve();

  static async open(house: House, pid: number, options: ProcessOptions): Promise<HouseProcess> {
    const scissors = options.scissors ?? new Scissors();
    mkdirSync(join(house.user, '.git/kleiber'), { recursive: true });
    const baton = must(openBaton(join(house.user, '.git/kleiber/state.db')));
    const ledger = must(openLedger(join(house.root, 'ledger.db')));
    const gitOptions = { environment: house.gitEnvironment, clock: house.clock };
    // What other processes leave in its way is outlasted in real time: they are real.
    const store = must(await openStore({ checkout: house.user, ...gitOptions, clock: realClock }));
    const close = (): void => {
      baton.close();
      ledger.close();
    };
    return new HouseProcess(house, pid, {
      baton: scissors.over('baton', baton, BATON_WRITES),
      ledger: scissors.over('ledger', ledger, LEDGER_WRITES),
      store: scissors.over('store', store, STORE_WRITES),
      checkout: scissors.over('checkout', userCheckout({ path: house.user, ...gitOptions }), ['deliver']),
      record: scissors.over('record', recordFiles(house.user), ['replace', 'remove']),
      claude: scissors.over('claude', house.claude, ['turn']),
      close,
    });
  }

  private constructor(house: House, pid: number, handles: Handles) {
    this.house = house;
    this.owner = { host: 'desk', bootId: 'boot-1', pidNamespace: 'pid-1', pid, startedAt: String(pid) };
    this.holder = {
      baton: handles.baton,
      owner: this.owner,
      liveness: owner => (house.dead.has(owner.pid) ? 'dead' : 'alive'),
      at: () => house.clock.now().toISOString(),
    };
    this.ledger = handles.ledger;
    const common = {
      studio: studioOf(house, this.owner, handles),
      holder: this.holder,
      keeper: boardKeeper(handles.baton, taskCache(house.user, house.clock), () => calendarOf(house.clock.now()).day),
      store: handles.store,
      target: () => targetOf(house),
      worktrees: join(house.root, 'worktrees'),
      binds: () => [],
      conditions: () => ({ checks: [CHECK], dependencies: 'none', sandbox: house.sandbox.fingerprint }),
      notice: (text: string) => {
        house.notices.push(text);
      },
      // Only a bell that says so has not rung.
      bell: async () => (await this.bell()) !== false,
    };
    this.worker = { ...common, spentToday: () => 0, landedBefore: landingsOf(handles) };
    this.conductor = {
      ...common,
      obstacle: common.notice,
      checkout: handles.checkout,
      record: handles.record,
      recentChecks: recentChecks(house.clock),
      reports: checkReports,
      beside: oneAfterTheOther(),
      person: 'Ada',
    };
    this.#courier = courier(this.conductor);
    this.#close = handles.close;
  }

  /** One tick of the conductor; true when it wrote something. It leads as long as it lives. */
  async tick(): Promise<boolean> {
    this.#lead();
    return await tick(this.conductor, this.#courier, NEVER);
  }

  #lead(): void {
    const last = this.holder.baton.read(LEAD_STREAM).at(-1)?.event;
    if (last?.kind === 'held' && last.owner.pid === this.owner.pid) return;
    if (!tryHold(this.holder, LEAD_STREAM)) throw new Error('somebody else leads');
  }

  /** Ticks until a tick has nothing to write, after a while in which the user's branch was not looked at. */
  async ticks(): Promise<void> {
    this.house.clock.advance(5_000);
    for (let count = 0; count < MOST_TICKS; count++) if (!(await this.tick())) return;
    throw new Error('the conductor never comes to rest');
  }

  async #tickOrFail(): Promise<void> {
    this.#quiet = (await this.tick()) ? 0 : this.#quiet + 1;
    if (this.#quiet > 20) throw new Error('a worker waits for something that never comes');
  }

  /** One tick at a time, however many wait for one. */
  async pull(): Promise<void> {
    this.#pulling = this.#pulling.then(() => this.#tickOrFail());
    await this.#pulling;
  }

  async work(options: Partial<WorkerOptions> = {}): Promise<WorkerResult> {
    this.#lead();
    return await this.follow(options);
  }

  /** Works where somebody else leads. */
  async follow(options: Partial<WorkerOptions> = {}): Promise<WorkerResult> {
    return await runWorker(
      {
        agents: 'all',
        tier: null,
        concurrency: 1,
        until: 'idle',
        stopping: NEVER,
        killed: NEVER,
        guard: null,
        ...options,
      },
      this.worker,
    );
  }

  /** One attempt of one task, and no more. */
  async attempt(options: Partial<WorkerOptions> = {}): Promise<WorkerResult> {
    return await this.work({ until: 'once', ...options });
  }

  /** Works until nothing is left to do, and conducts until nothing is left to write. */
  async toTheEnd(): Promise<void> {
    await this.ticks();
    await this.work();
    await this.ticks();
  }

  /** Gone as a killed process is: nothing is given back. */
  die(): void {
    this.house.dead.add(this.owner.pid);
    this.close();
  }

  /** Stops leading, so that another process can. */
  stepDown(): void {
    letGo(this.holder, LEAD_STREAM);
  }

  close(): void {
    this.#close();
  }

  state(id: string): TaskState {
    const found = this.worker.keeper.look().states.get(id);
    if (found === undefined) throw new Error(`the log knows no task ${id}`);
    return found;
  }

  /** Every task with its standing. */
  board(): Record<string, Standing> {
    return Object.fromEntries([...this.worker.keeper.look().board].map(([id, task]) => [id, task.standing]));
  }

  /** The kinds of a task's events, in order. */
  told(id: string): Event['kind'][] {
    return this.holder.baton.read(taskStream(id)).map(stored => stored.event.kind);
  }

  /** The last event of a kind of a task. */
  last<Kind extends TaskEvent['kind']>(id: string, kind: Kind): Extract<TaskEvent, { kind: Kind }> {
    const found = this.holder.baton.read(taskStream(id)).findLast(stored => stored.event.kind === kind);
    if (found === undefined) throw new Error(`${id} has no event ${kind}: ${this.told(id).join(', ')}`);
    return found.event as Extract<TaskEvent, { kind: Kind }>; // found by its kind
  }

  /** What a person does to a task on the command line. */
  says(id: string, event: TaskEvent): void {
    const seq = (this.holder.baton.read(taskStream(id)).at(-1)?.seq ?? 0) + 1;
    const outcome = this.holder.baton.append({ stream: taskStream(id), seq, event, at: this.holder.at() });
    if (outcome !== 'appended') throw new Error(`${event.kind} was refused: ${outcome}`);
  }
}

interface Handles {
  baton: Baton;
  ledger: Ledger;
  store: WorkerEdges['store'];
  checkout: ConductorEdges['checkout'];
  record: RecordFiles;
  claude: Studio['claude'];
  close: () => void;
}

const studioOf = (house: House, owner: Owner, { claude, ledger }: Handles): Studio => ({
  repository: join(house.user, '.git'),
  claude,
  ledger,
  price: {
    worst: (model, tokens, life, day) => requestPrice(BUILT_IN_PRICES, model, tokens, day, life),
    cost: (model, usage, day) => costOf(BUILT_IN_PRICES, model, usage, day),
  },
  clock: house.clock,
  owner,
  lanes: { ready: () => Promise.resolve(), pause: () => undefined, clear: () => undefined, release: () => undefined },
  sandbox: house.sandbox,
  config: house.config,
  roles: allRoles([], house.config),
  models: { ...DEFAULT_MODELS },
  instructions: '',
  transcripts: join(house.root, 'transcripts'),
  secrets: ['sk-ant-the-key-of-this-house'],
});

/** The branch that HEAD names at this moment. */
function targetOf(house: House): Target | null {
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(readFileSync(join(house.user, '.git/HEAD'), 'utf8'))?.[1];
  return branch === undefined ? null : { checkout: house.user, branch };
}

const landingsOf =
  ({ store }: Handles): WorkerEdges['landedBefore'] =>
  async branch => {
    const tip = await store.integrationTip(branch);
    return new Map(tip === null ? [] : (await store.landings(tip)).map(landing => [landing.task, landing]));
  };
