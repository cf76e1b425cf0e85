/** One connection to a shared SQLite file: patient with other processes, whole or nothing, as durable as asked. */
import { statSync } from 'node:fs';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StateUnavailable, type UnavailableReason } from './state-unavailable.ts';

/**
 * SQLite's own waiting is switched off: its pauses grow to 100 ms, in which a busy neighbour takes the lock a thousand
 * times, and some locks (a neighbour switches modes, closes, or recovers after a kill) it refuses without any waiting.
 */
export const OWN_WAIT_MS = 0;
/** A transaction here takes some 50 microseconds, or a disk's sync. Waiting adds up to about a minute. */
const LONGEST_PAUSE_MS = 4;
const LOCK_TRIES = 15_000;

/** `full` survives a power cut once the transaction returns; `process` survives the death of any process. */
export type Durability = 'full' | 'process';

export type Row = Record<string, SQLOutputValue>;

const BUSY = 5;
const PROTOCOL = 15;
const FULL = 13;
/** An input/output error by its name: the file that connections share could not be made larger. */
const NO_ROOM_TO_SHARE = 10 | (19 << 8);
const REASONS = new Map<number, UnavailableReason>([
  [BUSY, 'busy'],
  [PROTOCOL, 'busy'],
  [FULL, 'disk_full'],
  [10, 'input_output'],
  [11, 'damaged'],
  [26, 'damaged'],
  [3, 'unwritable'],
  [8, 'unwritable'],
  [14, 'unwritable'],
]);

/** SQLite's primary result code of an error, or null when SQLite did not raise it. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode === NO_ROOM_TO_SHARE ? FULL : error.errcode & 0xff;
}

/** Where SQLite's own words do not say what there is to do. */
const WORDS: Partial<Record<UnavailableReason, string>> = {
  busy: 'another process keeps it locked',
  disk_full: 'no room for what is to be written',
};

const isLocked = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === BUSY || code === PROTOCOL;
};

/** Names what SQLite complains about; an error that only a wrong statement can cause is passed on as the bug it is. */
export function asUnavailable(error: unknown, path: string): unknown {
  const reason = REASONS.get(resultCode(error) ?? -1);
  if (reason === undefined || !(error instanceof Error)) return error;
  const detail = WORDS[reason] ?? error.message;
  return new StateUnavailable(reason, path, detail, error);
}

const inodeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.ino ?? null;

const NOTHING = new Int32Array(new SharedArrayBuffer(4));

function pauseAfter(tries: number): void {
  Atomics.wait(NOTHING, 0, 0, Math.min(LONGEST_PAUSE_MS, tries / 4));
}

export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #durability: Durability | null = null;
  /** The file's own number: another file under the same name is not the one that is open here. */
  readonly #inode: number | null;

  constructor(path: string, connection: DatabaseSync) {
    this.path = path;
    this.#connection = connection;
    this.#inode = inodeOf(path);
  }

  /** Does it, and again while another process holds the lock. */
  patiently<Value>(work: () => Value): Value {
    for (let tries = 1; ; tries += 1) {
      try {
        return work();
      } catch (error) {
        if (tries === LOCK_TRIES || !isLocked(error)) throw asUnavailable(error, this.path);
      }
      pauseAfter(tries);
    }
  }

  /** Throws when somebody has deleted or replaced the file: two logs side by side would each give the same task away. */
  assertThere(): void {
    if (inodeOf(this.path) === this.#inode) return;
    throw new StateUnavailable('gone', this.path, 'it was deleted or replaced while kleiber was at work');
  }

  execute(sql: string): void {
    this.patiently(() => this.#connection.exec(sql));
  }

  /** The prepared form of a statement; each text is prepared once. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.patiently(() => this.#connection.prepare(sql));
    this.#statements.set(sql, prepared);
    return prepared;
  }

  one(statement: StatementSync, ...parameters: (string | number | null)[]): Row | undefined {
    return this.patiently(() => statement.get(...parameters));
  }

  all(statement: StatementSync, ...parameters: (string | number | null)[]): Row[] {
    return this.patiently(() => statement.all(...parameters));
  }

  /**
   * Runs the body alone among all processes, and keeps all of it or nothing. The write lock is taken at the start,
   * so that nothing the body reads can change before it writes.
   */
  transaction<Value>(durability: Durability, body: () => Value): Value {
    this.assertThere();
    this.#sync(durability);
    this.patiently(() => this.statement('BEGIN IMMEDIATE').run());
    try {
      const value = body();
      this.patiently(() => this.statement('COMMIT').run());
      return value;
    } catch (error) {
      // SQLite may have rolled back by itself, after a full disk for example.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw asUnavailable(error, this.path);
    }
  }

  close(): void {
    if (this.#connection.isOpen) this.#connection.close();
  }

  #sync(durability: Durability): void {
    if (this.#durability === durability) return;
    this.execute(durability === 'full' ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL');
    this.#durability = durability;
  }
}
