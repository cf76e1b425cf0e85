/** What the board needs from outside. It reads through the same keeper, log and ledger as every command. */
import type { Baton } from '../baton/baton.ts';
import type { Ledger } from '../baton/ledger.ts';
import type { Bell, Clock } from '../domain/clock.ts';
import type { Config } from '../domain/config.ts';
import type { Liveness, Owner } from '../domain/owner.ts';
import type { GitStore } from '../git/git.ts';
import type { BoardTask } from '../policy/board.ts';
import type { Routing } from '../policy/route.ts';
import type { BoardKeeper, BoardView } from '../report/board-keeper.ts';
import type { BudgetFacts } from '../report/budget-text.ts';
import type { Calibration } from '../report/calibration-text.ts';
import type { StatusFacts } from '../report/status-text.ts';

/** A file of the page as it is sent. */
export interface Asset {
  type: string;
  bytes: Uint8Array;
}

export interface BoardEdges {
  /** The name of the repository's folder. */
  project: string;
  /** Its common git directory: how the ledger names it. */
  repository: string;
  baton: Baton;
  ledger: Ledger;
  keeper: BoardKeeper;
  /** What kleiber.yml says as it counts now, and why it cannot be read as it stands, or null. */
  settings(): { config: Config; fault: string | null };
  /** Another number whenever settings or branch have changed. */
  revision(): number;
  /** Who answers for what is done here: the name that git knows; empty where it knows none. */
  person(): Promise<string>;
  clock: Clock;
  transcripts: string;
  liveness(owner: Owner): Liveness;
  facts(view: BoardView): Promise<StatusFacts>;
  /** The route as a claim would decide it now; null without a right task file. */
  routing(task: BoardTask, view: BoardView): Routing | null;
  /** What `kleiber show --why` says. */
  why(task: BoardTask, view: BoardView): string;
  /** What `kleiber budget --week` and `kleiber calibrate` say. */
  budget(): BudgetFacts;
  calibration(): Calibration;
  /** Null where the store cannot be opened. */
  store(): Promise<GitStore | null>;
  /** What no text that is made to be taken elsewhere may hold. */
  secrets: readonly string[];
  /** The names of the commands that the page may run. */
  commands: ReadonlySet<string>;
  /** Runs one of them, as if its words had been typed, and gives what it printed. */
  run(words: readonly string[]): Promise<{ code: number; output: string }>;
  /** Resolves when something may have happened. */
  waiter(): Bell;
  /** By their path under `/`; `index.html` is the page itself. */
  assets: ReadonlyMap<string, Asset>;
  /** 128 random bits as hexadecimal text. */
  token: string;
}
