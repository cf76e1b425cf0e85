/** The ledger on SQLite: one book in the user's state folder. What it says is spent survives a power cut. */
import { inputTokens, type NanoUsd, type Usage } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import {
  type CapScope,
  MONEY_SCOPES,
  type ReserveDecision,
  type Standing,
  type Standings,
} from '../domain/reservation.ts';
import type { Result } from '../domain/result.ts';
import type { BatonFailure } from './baton.ts';
import { isCount, numberOf, ownerOf, ownerText, textOf, tierOf, usageOf, usageText } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { Ledger, LedgerRow, Place, Purpose, ReserveOutcome, Turn, When } from './ledger.ts';
import { LEDGER_FORMAT } from './ledger-format.ts';
import { openDatabase } from './open-database.ts';
import { WaitingLine } from './waiting-line.ts';

type Filter = NonNullable<Parameters<Ledger['rows']>[0]>;

/** Opens or creates the ledger; it fails as the baton does. */
export function openLedger(path: string): Result<Ledger, BatonFailure> {
  return openDatabase(path, LEDGER_FORMAT, database => new SqliteLedger(database));
}

class SqliteLedger implements Ledger {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #line: WaitingLine;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
    this.#line = new WaitingLine(database);
  }

  reserve<Grant>(
    purpose: Purpose,
    when: When,
    turn: Turn,
    decide: (standings: Standings) => ReserveDecision<Grant>,
  ): ReserveOutcome<Grant> {
    const place: Place = { ...purpose, day: when.day, week: when.week };
    const waiting = this.#waitBehind(place, turn, Date.parse(when.at));
    if (waiting !== null) return waiting;
    return this.#database.transaction('full', () => {
      const decision = decide(this.standings(place));
      const nowMs = Date.parse(when.at);
      const ahead = decision.kind === 'denied' ? null : this.#line.ahead(turn, namesOf(place), nowMs);
      const scope = decision.kind === 'wait' ? decision.scope : ahead?.scope;
      if (decision.kind !== 'denied' && scope !== undefined) {
        const ticket = this.#line.stand(turn, scope, nameOf(scope, place) ?? NOWHERE, nowMs);
        return { kind: 'wait', scope, ticket, ahead: ahead?.count ?? 0 };
      }
      if (turn.ticket !== null) this.#line.leave(turn.ticket);
      if (decision.kind !== 'granted') return { kind: 'denied', scope: decision.scope };
      const [reserved, tokens] = [wholeNano(decision.reserve), wholeNano(decision.tokens)];
      const reservation = this.#insert(purpose, when, reserved, tokens);
      this.#count(place, { money: 0, tokens: 0 }, { money: reserved, tokens });
      return { kind: 'granted', reservation, grant: decision.grant };
    });
  }

  /** Whoever is not at the front only looks: no lock, and nothing is written while the ticket can be seen. */
  #waitBehind(place: Place, turn: Turn, nowMs: number): Extract<ReserveOutcome<never>, { kind: 'wait' }> | null {
    if (turn.ticket === null || !this.#line.isShown(turn.ticket, nowMs)) return null;
    const ahead = this.#line.ahead(turn, namesOf(place), nowMs);
    return ahead === null ? null : { kind: 'wait', scope: ahead.scope, ticket: turn.ticket, ahead: ahead.count };
  }

  leave(ticket: string): void {
    this.#database.transaction('process', () => this.#line.leave(ticket));
  }

  settle(reservation: string, usage: Usage, cost: NanoUsd): boolean {
    return this.#book(reservation, () => wholeNano(cost), usage);
  }

  settleInFull(reservation: string): boolean {
    return this.#book(reservation, reserved => reserved, null);
  }

  record(purpose: Purpose, when: When, usage: Usage, cost: NanoUsd, note: string): void {
    const spent = { money: wholeNano(cost), tokens: tokensOf(usage) };
    this.#database.transaction('full', () => {
      const id = Number(this.#insert(purpose, when, spent.money, spent.tokens));
      this.#statements.settle.run(spent.money, usageText(usage), 0, id);
      this.#statements.log.run(note, id);
      this.#count({ ...purpose, ...when }, spent, { money: 0, tokens: 0 });
    });
  }

  standings(of: Place): Standings {
    const names = SCOPES.map(scope => nameOf(scope, of) ?? NOWHERE);
    const standings: Standings = {
      task: nothing(),
      plan: nothing(),
      day: nothing(),
      week: nothing(),
      tokens: nothing(),
    };
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

  #insert(purpose: Purpose, when: When, reserved: NanoUsd, tokens: number): string {
    const { repository, plan, task, session, attempt, phase, agent, tier, model } = purpose;
    const purposes = [repository, plan, task, session, attempt, phase, agent, tier, model];
    const { lastInsertRowid } = this.#statements.insert.run(
      when.at,
      when.day,
      when.week,
      ...purposes,
      ownerText(when.owner),
      reserved,
      tokens,
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
    const held = { money: numberOf(row, 'reserved'), tokens: numberOf(row, 'tokens') };
    const spent = { money: cost, tokens: usage === null ? held.tokens : tokensOf(usage) };
    this.#count(placeOf(row, this.#database.path), spent, { money: -held.money, tokens: -held.tokens });
  }

  #count(place: Place, settled: Amount, open: Amount): void {
    for (const scope of SCOPES) {
      const name = nameOf(scope, place);
      const unit = scope === 'tokens' ? 'tokens' : 'money';
      if (name !== null) this.#statements.count.run(scope, name, settled[unit], open[unit]);
    }
  }
}

/** One sum in both units that caps are kept in. */
interface Amount {
  money: NanoUsd;
  tokens: number;
}

/** Everything that was read and written. */
const tokensOf = (usage: Usage): number => inputTokens(usage) + usage.output;

function prepare(database: Database) {
  const prepared = (sql: string) => database.statement(sql);
  const place = 'id, repository, plan, task, day, week, tier, reserved, tokens';
  return {
    insert: prepared(
      `INSERT INTO reservations
         (at, day, week, repository, plan, task, session, attempt, phase, agent, tier, model, owner, reserved,
          tokens)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    open: prepared(`SELECT ${place} FROM reservations WHERE id = ? AND settled IS NULL`),
    openOf: prepared(`SELECT ${place} FROM reservations WHERE owner = ? AND settled IS NULL`),
    openOwners: prepared('SELECT DISTINCT owner FROM reservations WHERE settled IS NULL'),
    settle: prepared('UPDATE reservations SET settled = ?, usage = ?, assumed = ? WHERE id = ?'),
    log: prepared('UPDATE reservations SET logged = ? WHERE id = ?'),
    count: prepared(
      `INSERT INTO standings VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET settled = settled + excluded.settled, open = open + excluded.open`,
    ),
    standings: prepared(
      `SELECT scope, settled, open FROM standings WHERE scope = 'task' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'plan' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'day' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'week' AND name = ?
       UNION ALL SELECT scope, settled, open FROM standings WHERE scope = 'tokens' AND name = ?`,
    ),
  };
}

/** In the order of the parameters of the `standings` statement. */
const SCOPES: readonly CapScope[] = [...MONEY_SCOPES, 'tokens'];
const FILTERS = ['repository', 'day', 'week', 'plan', 'task'] as const;
/** No scope has an empty name: it stands for the plan of a task that has none. */
const NOWHERE = '';

const nothing = (): Standing => ({ settled: 0, open: 0 });

/** Tasks and plans belong to a repository; a day is a day whatever the repository, and so are a week's tokens of a tier. */
function nameOf(scope: CapScope, place: Place): string | null {
  if (scope === 'day') return place.day;
  if (scope === 'week') return place.week;
  if (scope === 'tokens') return `${place.week} ${place.tier}`;
  if (scope === 'task') return JSON.stringify([place.repository, place.task]);
  return place.plan === null ? null : JSON.stringify([place.repository, place.plan]);
}

/** Every place whose cap a request counts under. */
const namesOf = (place: Place): { scope: CapScope; name: string }[] =>
  SCOPES.flatMap(scope => {
    const name = nameOf(scope, place);
    return name === null ? [] : [{ scope, name }];
  });

const placeOf = (row: Row, path: string): Place => ({
  repository: textOf(row, 'repository'),
  plan: row.plan === null ? null : textOf(row, 'plan'),
  task: textOf(row, 'task'),
  day: textOf(row, 'day'),
  week: textOf(row, 'week'),
  tier: tierOf(row, path),
});

function ledgerRow(row: Row, path: string): LedgerRow {
  const { repository, plan, task, day, week, tier } = placeOf(row, path);
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
      tier,
      model: textOf(row, 'model'),
    },
    reserved: numberOf(row, 'reserved'),
    settled: row.settled === null ? null : numberOf(row, 'settled'),
    usage: usageOf(row, path),
    assumed: row.assumed === 1,
    logged: row.logged === null ? null : textOf(row, 'logged'),
    owner: ownerOf(row, path),
  };
}

/** A fraction of a nano-dollar or a negative price can only come from wrong arithmetic, and would break every sum after it. */
function wholeNano(amount: NanoUsd): NanoUsd {
  if (!isCount(amount)) throw new Error(`bug: ${amount} is not a whole number of nano-dollars`);
  return amount;
}
