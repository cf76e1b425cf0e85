/** The baton on SQLite: one file per repository, shared by all its workers and its conductor. */
import type { EventKind, Stored } from '../domain/event.ts';
import { type Owner, sameOwner } from '../domain/owner.ts';
import type { Result } from '../domain/result.ts';
import type { Append, AppendOutcome, Baton, BatonFailure, DamagedStream, LaneRequest, LiveLane } from './baton.ts';
import { numberOf, ownerOf, ownerText, textOf, tierOf } from './columns.ts';
import type { Database, Row } from './database.ts';
import { openDatabase } from './open-database.ts';
import { parseEvent } from './parse-event.ts';

const FORMAT = {
  application: 0x6b6c6201,
  version: 1,
  schema: `
    CREATE TABLE events (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      stream TEXT NOT NULL,
      seq INTEGER NOT NULL CHECK (seq > 0),
      at TEXT NOT NULL,
      event TEXT NOT NULL,
      UNIQUE (stream, seq)
    ) STRICT;
    CREATE TABLE lanes (
      stream TEXT PRIMARY KEY,
      tier TEXT NOT NULL,
      owner TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE heartbeats (owner TEXT PRIMARY KEY, beats INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE validations (fingerprint TEXT PRIMARY KEY, validation TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
};

/**
 * Events that somebody would miss after a power cut: a person's word, paid work handed in, a merge. The others can
 * be lost only together with everything that was built on them here, and are then simply done again.
 */
const FULLY_SYNCED: ReadonlySet<EventKind> = new Set<EventKind>([
  'submitted',
  'blocked',
  'merge_intended',
  'landed',
  'approved',
  'answered',
  'requeued',
  'cancelled',
  'drafted',
  'planned',
  'withdrawn',
  'delivered',
]);

/** Opens or creates the baton. It fails for a file of a later kleiber, a damaged or foreign file, an unwritable place. */
export function openBaton(path: string): Result<Baton, BatonFailure> {
  return openDatabase(path, FORMAT, database => new SqliteBaton(database));
}

class SqliteBaton implements Baton {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #damage = new Map<string, DamagedStream>();

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  append(entry: Append): AppendOutcome {
    // What has happened stays so: whoever comes too late learns it without waiting for the lock.
    if (entry.seq <= this.#lastSeq(entry.stream)) return 'conflict';
    const durability = FULLY_SYNCED.has(entry.event.kind) ? 'full' : 'process';
    return this.#database.transaction(durability, () => this.#place(entry));
  }

  read(stream: string): Stored[] {
    const rows = this.#database.all(this.#statements.readStream, stream);
    const events: Stored[] = [];
    for (const row of rows) {
      const stored = this.#parse(row, events.length + 1);
      if (!stored) break;
      events.push(stored);
    }
    return events;
  }

  after(position: number, limit = -1): Stored[] {
    let from = position;
    while (true) {
      const rows = this.#database.all(this.#statements.readAfter, from, limit);
      const events = rows.map(row => this.#parse(row, null)).filter(stored => stored !== null);
      const last = rows.at(-1);
      // A page of nothing but damage is not the end of the log.
      if (events.length > 0 || !last || limit < 0) return events;
      from = numberOf(last, 'position');
    }
  }

  damaged(): DamagedStream[] {
    return [...this.#damage.values()];
  }

  position(): number {
    // Whoever only waits asks nothing else, and would wait for ever.
    this.#database.assertThere();
    return countOf(this.#database.one(this.#statements.lastPosition));
  }

  lanes(): LiveLane[] {
    const { path } = this.#database;
    return this.#database.all(this.#statements.lanes).map(row => ({
      stream: textOf(row, 'stream'),
      tier: tierOf(row, path),
      owner: ownerOf(row, path),
    }));
  }

  freeLane(stream: string, owner: Owner): void {
    this.#database.transaction('process', () => this.#statements.freeLane.run(stream, ownerText(owner)));
  }

  takeLane(stream: string, lane: LaneRequest): boolean {
    return this.#database.transaction('process', () => {
      const held = this.#statements.laneOf.get(stream);
      if (held && !sameOwner(ownerOf(held, this.#database.path), lane.owner)) return false;
      return this.#openLane(stream, lane);
    });
  }

  beat(owner: Owner): void {
    this.#database.transaction('process', () => this.#statements.beat.run(ownerText(owner)));
  }

  heartbeat(owner: Owner): number {
    return countOf(this.#database.one(this.#statements.heartbeat, ownerText(owner)));
  }

  rememberValidation(fingerprint: string, validation: string): void {
    this.#database.transaction('process', () => this.#statements.remember.run(fingerprint, validation));
  }

  recallValidation(fingerprint: string): string | null {
    const row = this.#database.one(this.#statements.recall, fingerprint);
    return row ? textOf(row, 'validation') : null;
  }

  close(): void {
    this.#database.close();
  }

  /** Nothing is written before every refusal is out of the way. */
  #place(entry: Append): AppendOutcome {
    const { stream, seq, event, at } = entry;
    const last = this.#lastSeq(stream);
    if (seq <= last) return 'conflict';
    if (seq !== last + 1) throw new Error(`bug: append to ${stream} at ${seq} would leave a hole after ${last}`);
    if (entry.opensLane && !this.#openLane(stream, entry.opensLane)) return 'lane_full';
    if (entry.closesLane && !entry.opensLane) this.#statements.closeLane.run(stream);
    this.#statements.insert.run(stream, seq, at, JSON.stringify(event));
    return 'appended';
  }

  #lastSeq(stream: string): number {
    return countOf(this.#database.one(this.#statements.lastSeq, stream));
  }

  /** A stream has one conversation at most, so its own former lane neither counts nor stays. */
  #openLane(stream: string, lane: LaneRequest): boolean {
    const others = countOf(this.#statements.countLanes.get(lane.tier, stream));
    if (others >= lane.limit) return false;
    this.#statements.openLane.run(stream, lane.tier, ownerText(lane.owner));
    return true;
  }

  /** The event of a row, or null when its stream is damaged there or was before; `expected` is the seq it must have. */
  #parse(row: Row, expected: number | null): Stored | null {
    const stream = textOf(row, 'stream');
    const seq = numberOf(row, 'seq');
    const known = this.#damage.get(stream);
    if (known && seq >= known.seq) return null;
    if (expected !== null && seq !== expected) return this.#note(stream, expected, 'the event is missing');
    const read = parseEvent(textOf(row, 'event'));
    if ('damage' in read) return this.#note(stream, seq, read.damage);
    return { position: numberOf(row, 'position'), stream, seq, at: textOf(row, 'at'), event: read.event };
  }

  #note(stream: string, seq: number, detail: string): null {
    this.#damage.set(stream, { stream, seq, detail });
    return null;
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: Database) {
  const prepared = (sql: string) => database.statement(sql);
  return {
    insert: prepared('INSERT INTO events (stream, seq, at, event) VALUES (?, ?, ?, ?)'),
    lastSeq: prepared('SELECT max(seq) AS count FROM events WHERE stream = ?'),
    readStream: prepared('SELECT position, stream, seq, at, event FROM events WHERE stream = ? ORDER BY seq'),
    readAfter: prepared(
      'SELECT position, stream, seq, at, event FROM events WHERE position > ? ORDER BY position LIMIT ?',
    ),
    lastPosition: prepared('SELECT max(position) AS count FROM events'),
    lanes: prepared('SELECT stream, tier, owner FROM lanes ORDER BY stream'),
    laneOf: prepared('SELECT owner FROM lanes WHERE stream = ?'),
    countLanes: prepared('SELECT count(*) AS count FROM lanes WHERE tier = ? AND stream <> ?'),
    openLane: prepared('INSERT OR REPLACE INTO lanes (stream, tier, owner) VALUES (?, ?, ?)'),
    closeLane: prepared('DELETE FROM lanes WHERE stream = ?'),
    freeLane: prepared('DELETE FROM lanes WHERE stream = ? AND owner = ?'),
    beat: prepared('INSERT INTO heartbeats VALUES (?, 1) ON CONFLICT (owner) DO UPDATE SET beats = beats + 1'),
    heartbeat: prepared('SELECT beats AS count FROM heartbeats WHERE owner = ?'),
    remember: prepared('INSERT OR REPLACE INTO validations VALUES (?, ?)'),
    recall: prepared('SELECT validation FROM validations WHERE fingerprint = ?'),
  };
}

/** A count of nothing is 0: no row, or the maximum of no rows. */
const countOf = (row: Row | undefined): number =>
  row === undefined || row.count === null ? 0 : numberOf(row, 'count');
