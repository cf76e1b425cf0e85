/** A house whose model is the real SDK, over loopback HTTP, at the embedded server: nothing between worker and wire is scripted. */
import { systemClock } from '../../src/cli/clock.ts';
import { BUILT_IN_PRICES, costOf } from '../../src/model/prices.ts';
import { rateLanes } from '../../src/model/rate-lanes.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import type { Answer } from '../../src/rehearsal/compose-reply.ts';
import { chooseFault, type Faults } from '../../src/rehearsal/faults.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { scripted, type Turn } from '../support/journey-models.ts';

export const KEY = 'sk-ant-api03-the-key-of-a-bad-day';

export interface ApiHouseOptions extends HouseOptions {
  faults?: Faults;
  /** How long a stream may be silent before it is given up. */
  idleMs?: number;
  /** Sees every request before the script answers it. */
  before?: (request: MessagesRequest) => Promise<void> | void;
}

export class ApiHouse {
  readonly house: House;
  readonly server: MessagesServer;
  /** Called when a lane makes a request wait. */
  onWait: () => void = () => undefined;
  /** How long the lanes have made requests wait, one entry a wait. */
  readonly waitedMs: number[] = [];
  readonly #tasks: Record<string, readonly Turn[]>;
  readonly #idleMs: number;
  #faults: Faults = [];
  /** Requests for a reply before the faults of now. */
  #accepted = 0;

  private constructor(house: House, tasks: Record<string, readonly Turn[]>, idleMs: number, server: MessagesServer) {
    this.house = house;
    this.server = server;
    this.#tasks = tasks;
    this.#idleMs = idleMs;
  }

  /** Every task is called `Build <id>`, and its turns are written under its id. */
  static async open(tasks: Readonly<Record<string, readonly Turn[]>>, options: ApiHouseOptions = {}) {
    const { faults = [], idleMs = 120_000, before = () => undefined, ...rest } = options;
    const byTitle: Record<string, readonly Turn[]> = {};
    const answerOf = scripted({ tasks: byTitle });
    const answer: Answer = async request => {
      await before(request);
      return answerOf(request);
    };
    let opened: ApiHouse | null = null;
    const server = await startMessagesServer({
      answer,
      faults: request => (opened === null ? null : opened.#faultFor(request)),
      acceptedKey: KEY,
    });
    opened = new ApiHouse(new House(rest), byTitle, idleMs, server);
    opened.meet(faults);
    for (const [id, turns] of Object.entries(tasks)) opened.add(id, turns);
    return opened;
  }

  add(id: string, turns: readonly Turn[]): void {
    this.#tasks[`title: Build ${id}\n`] = turns;
    this.house.task(id, unused);
  }

  /** From now on these go wrong, counted from the next request. */
  meet(faults: Faults): void {
    this.#faults = faults;
    this.#accepted = 0;
  }

  #faultFor(request: MessagesRequest) {
    return chooseFault(this.#faults, request, ++this.#accepted);
  }

  /** A process with the real client; its baseline is checked. */
  async start(): Promise<HouseProcess> {
    const here = await this.house.start();
    await this.connect(here);
    await here.ticks();
    return here;
  }

  /** A client and lanes of its own, as a process has them that has just started. */
  async connect(here: HouseProcess, idleMs = this.#idleMs): Promise<void> {
    // Time of the lanes stands still but for their own waits: how long they wait is exact.
    let elapsedMs = 0;
    const sleep = (ms: number): Promise<void> => {
      this.waitedMs.push(ms);
      this.onWait();
      elapsedMs += ms;
      return Promise.resolve();
    };
    const laneClock = { now: () => this.house.clock.now(), monotonicMs: () => elapsedMs, sleep };
    const lanes = rateLanes(laneClock, { random: () => 0, retryAfterLimitMs: 300_000 });
    const { studio } = here.worker;
    const { url: baseUrl } = this.server;
    studio.lanes = lanes;
    studio.secrets = [KEY];
    studio.claude = await sdkClaude({
      apiKey: KEY,
      baseUrl,
      clock: systemClock,
      idleMs,
      onAttempt: lanes.observe,
    });
  }

  /** Requests for a reply, whatever became of them. */
  requests(): number {
    return this.server.exchanges().filter(({ endpoint }) => endpoint === 'messages').length;
  }

  /** What the strict server did not take; nothing, unless a test asks for it. */
  refusals(): string[] {
    return this.server.exchanges().flatMap(({ rule }) => rule ?? []);
  }

  /** What the server has charged, at the list's prices. */
  billed(): number {
    const costs = Object.entries(this.server.billed().byModel).map(([model, usage]) =>
      costOf(BUILT_IN_PRICES, model, usage, '2026-11-21'),
    );
    return costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  }

  async close(): Promise<void> {
    await this.server.close();
    this.house.close();
  }
}

const unused = (): never => {
  throw new Error('the scripted model is not asked here');
};

/** What the ledger has booked. */
export const settledBy = (here: HouseProcess): number =>
  here.ledger.rows().reduce((sum, row) => sum + (row.settled ?? 0), 0);

export const openReservations = (here: HouseProcess): number =>
  here.ledger.rows().filter(row => row.settled === null).length;
