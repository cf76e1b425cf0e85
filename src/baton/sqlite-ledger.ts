/** The ledger on SQLite: one book in the user's state folder. What it says is spent survives a power cut. */
import type { NanoUsd, Usage } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import type { CapScope, ReserveDecision, Standing, Standings } from '../domain/reservation.ts';
import type { Result } from '../domain/result.ts';
import type { BatonFailure } from './baton.ts';
import { isCount, numberOf, ownerOf, ownerText, textOf, tierOf, usageOf, usageText } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { Ledger, LedgerRow, Purpose, ReserveOutcome } from './ledger.ts';
import { openDatabase } from './open-database.ts';

/** `standings` holds the sums of `reservations`, changed in the same transactions, so that a cap check reads four rows. */
const FORMAT = {
  application: 0x6b6c6202,
  version: 1,
  schema: `
    CREATE TABLE reservations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      day TEXT NOT NULL,
      week TEXT NOT NULL,
      repository TEXT NOT NULL,
      plan TEXT,
      task TEXT NOT NULL,
      session TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      phase TEXT NOT NULL,
      agent TEXT NOT NULL,
      tier TEXT NOT NULL,
      model TEXT NOT NULL,
      owner TEXT NOT NULL,
      reserved INTEGER NOT NULL CHECK (reserved >= 0),
      settled INTEGER CHECK (settled >= 0),
      usage TEXT,
      assumed INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX reservations_of_day ON reservations (day);
    CREATE INDEX reservations_of_plan ON reservations (repository, plan);
    CREATE INDEX open_reservations ON reservations (owner) WHERE settled IS NULL;
    CREATE TABLE standings (
      scope TEXT NOT NULL,
      name TEXT NOT NULL,
      settled INTEGER NOT NULL,
      open INTEGER NOT NULL,
      PRIMARY KEY (scope, name)
    ) STRICT, WITHOUT ROWID;
  `,
};

/** What a line of the book counts for. */
interface Place {
  repository: string;
  plan: string | null;
  task: string;
  day: string;
  week: string;
}

type Filter = NonNullable<Parameters<Ledger['rows']>[0]>;

/** Opens or creates the ledger; it fails as the baton does. */
export function openLedger(path: string): Result<Ledger, BatonFailure> {
  return openDatabase(path, FORMAT, database => new SqliteLedger(database));
}

class SqliteLedger implements Ledger {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  reserve<Grant>(
    purpose: Purpose,
    when: { at: string; day: string; week: string; owner: Owner },
    decide: (standings: Standings) => ReserveDecision<Grant>,
  ): ReserveOutcome<Grant> {
    const place: Place = { ...purpose, day: when.day, week: when.week };
    return this.#database.transaction('full', () => {
      const decision = decide(this.standings(place));
      if (decision.kind !== 'granted') return decision;
      const reserved = wholeNano(decision.reserve);
      const reservation = this.#insert(purpose, when, reserved);
      this.#count(place, 0, reserved);
      return { kind: 'granted', reservation, grant: decision.grant };
    });
  }

  settle(reservation: string, usage: Usage, cost: NanoUsd): boolean {
    return this.#book(reservation, () => wholeNano(cost), usage);
  }

  settleInFull(reservation: string): boolean {
    return this.#book(reservation, reserved => reserved, null);
  }

  standings(of: Place): Standings {
    const names = SCOPES.map(scope => nameOf(scope, of) ?? NOWHERE);
    const standings: Standings = { task: nothing(), plan: nothing(), day: nothing(), week: nothing() };
    for (const row of this.#database.all(this.#statements.standings, ...names)) {
      const scope = SCOPES.find(known => known === row.scope);
      if (scope) standings[scope] = { settled: numberOf(row, 'settled'), open: numberOf(row, 'open') };
    }
    return standings;
  }

  rows(filter: Filter = {}): LedgerRow[] {
    const wanted = FILTERS.filter(column => filter[column] !== undefined);
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(column => `${column} = ?`).join(' AND ')}`;
    const statement = this.#database.statement(`SELECT * FROM reservations ${where} ORDER BY id`);
    const found = this.#database.all(statement, ...wanted.map(column => filter[column] ?? null));
    return found.map(row => ledgerRow(row, this.#database.path));
  }

  settleAbandoned(isDead: (owner: Owner) => boolean): number {
    // Asked before the lock is taken: looking at processes may take a while, and the dead do not come back.
    const owners = this.#database.all(this.#statements.openOwners).map(row => ownerOf(row, this.#database.path));
    const dead = owners.filter(isDead);
    if (dead.length === 0) return 0;
    return this.#database.transaction('full', () => {
      const open = dead.flatMap(owner => this.#statements.openOf.all(ownerText(owner)));
      for (const row of open) this.#close(row, numberOf(row, 'reserved'), null);
      return open.length;
    });
  }

  close(): void {
    this.#database.close();
  }

  #insert(purpose: Purpose, when: { at: string; day: string; week: string; owner: Owner }, reserved: NanoUsd): string {
    const { repository, plan, task, session, attempt, phase, agent, tier, model } = purpose;
    const purposes = [repository, plan, task, session, attempt, phase, agent, tier, model];
    const { lastInsertRowid } = this.#statements.insert.run(
      when.at,
      when.day,
      when.week,
      ...purposes,
      ownerText(when.owner),
      reserved,
    );
    return String(lastInsertRowid);
  }

  /** Settles an open reservation; false when it is settled already or was never made. */
  #book(reservation: string, cost: (reserved: NanoUsd) => NanoUsd, usage: Usage | null): boolean {
    return this.#database.transaction('full', () => {
      const row = this.#statements.open.get(reservation);
      if (row) this.#close(row, cost(numberOf(row, 'reserved')), usage);
      return row !== undefined;
    });
  }

  #close(row: Row, cost: NanoUsd, usage: Usage | null): void {
    const known = usage === null ? null : usageText(usage);
    this.#statements.settle.run(cost, known, known === null ? 1 : 0, numberOf(row, 'id'));
    this.#count(placeOf(row), cost, -numberOf(row, 'reserved'));
  }

  #count(place: Place, settled: NanoUsd, open: NanoUsd): void {
    for (const scope of SCOPES) {
      const name = nameOf(scope, place);
      if (name !== null) this.#statements.count.run(scope, name, settled, open);
    }
  }
}

function prepare(database: Database) {
  const prepared = (sql: string) => database.statement(sql);
  const place = 'id, repository, plan, task, day, week, reserved';
  return {
    insert: prepared(
      `INSERT INTO reservations
         (at, day, week, repository, plan, task, session, attempt, phase, agent, tier, model, owner, reserved)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    open: prepared(`SELECT ${place} FROM reservations WHERE id = ? AND settled IS NULL`),
    openOf: prepared(`SELECT ${place} FROM reservations WHERE owner = ? AND settled IS NULL`),
    openOwners: prepared('SELECT DISTINCT owner FROM reservations WHERE settled IS NULL'),
    settle: prepared('UPDATE reservations SET settled = ?, usage = ?, assumed = ? WHERE id = ?'),
    count: prepared(
      `INSERT INTO standings VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET settled = settled + excluded.settled, open = open + excluded.open`,
    ),
    standings: prepared(
      `SELECT scope, settled, open FROM standings WHERE scope = 'task' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'plan' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'day' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'week' AND name = ?`,
    ),
  };
}

/** In the order of the parameters of the `standings` statement. */
const SCOPES: readonly CapScope[] = ['task', 'plan', 'day', 'week'];
const FILTERS = ['repository', 'day', 'plan'] as const;
/** No scope has an empty name: it stands for the plan of a task that has none. */
const NOWHERE = '';

const nothing = (): Standing => ({ settled: 0, open: 0 });

/** Tasks and plans belong to a repository; a day is a day whatever the repository. */
function nameOf(scope: CapScope, place: Place): string | null {
  if (scope === 'day') return place.day;
  if (scope === 'week') return place.week;
  if (scope === 'task') return JSON.stringify([place.repository, place.task]);
  return place.plan === null ? null : JSON.stringify([place.repository, place.plan]);
}

const placeOf = (row: Row): Place => ({
  repository: textOf(row, 'repository'),
  plan: row.plan === null ? null : textOf(row, 'plan'),
  task: textOf(row, 'task'),
  day: textOf(row, 'day'),
  week: textOf(row, 'week'),
});

function ledgerRow(row: Row, path: string): LedgerRow {
  const { repository, plan, task, day, week } = placeOf(row);
  return {
    reservation: String(numberOf(row, 'id')),
    at: textOf(row, 'at'),
    day,
    week,
    purpose: {
      repository,
      plan,
      task,
      session: textOf(row, 'session'),
      attempt: numberOf(row, 'attempt'),
      phase: textOf(row, 'phase'),
      agent: textOf(row, 'agent'),
      tier: tierOf(row, path),
      model: textOf(row, 'model'),
    },
    reserved: numberOf(row, 'reserved'),
    settled: row.settled === null ? null : numberOf(row, 'settled'),
    usage: usageOf(row, path),
    assumed: row.assumed === 1,
    owner: ownerOf(row, path),
  };
}

/** A fraction of a nano-dollar or a negative price can only come from wrong arithmetic, and would break every sum after it. */
function wholeNano(amount: NanoUsd): NanoUsd {
  if (!isCount(amount)) throw new Error(`bug: ${amount} is not a whole number of nano-dollars`);
  return amount;
}
