/**
 * The line of those that wait for money. The oldest ticket is served first, so that nobody who comes later takes what
 * somebody else waits for. A ticket is shown again with every try; one that was not shown for a while belongs to a
 * process that is gone, and nobody waits behind it. Only the order hangs on it, never a cap.
 */
import type { CapScope } from '../domain/reservation.ts';
import { numberOf, textOf } from './columns.ts';
import type { Database } from './database.ts';
import type { Turn } from './ledger.ts';

/** Several times the longest pause between two tries; also against a clock that was set back. */
const VOID_AFTER_MS = 10_000;
/** A ticket is shown for others to see only so often: most looks at the line write nothing. */
const SHOWN_FOR_MS = 2_000;

interface Ahead {
  /** The cap that the first of them waits for. */
  scope: CapScope;
  count: number;
}

type Places = readonly { scope: CapScope; name: string }[];

export class WaitingLine {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  /** Who stands before this request for any of these caps; null for nobody. */
  ahead(turn: Turn, places: Places, nowMs: number): Ahead | null {
    const own = turn.ticket === null ? Number.POSITIVE_INFINITY : Number(turn.ticket);
    const scopes = this.#database.all(this.#statements.all).flatMap(row => {
      const isVoid = Math.abs(nowMs - numberOf(row, 'seen')) > VOID_AFTER_MS;
      const isUrgent = row.urgent === 1;
      const isBefore = isUrgent === turn.urgent ? numberOf(row, 'ticket') < own : isUrgent;
      const place = places.find(({ scope, name }) => scope === row.scope && name === textOf(row, 'name'));
      return !isVoid && isBefore && place !== undefined ? [place.scope] : [];
    });
    const [scope] = scopes;
    return scope === undefined ? null : { scope, count: scopes.length };
  }

  /** Whether others can still see this ticket for a while. */
  isShown(ticket: string, nowMs: number): boolean {
    const row = this.#database.one(this.#statements.one, Number(ticket));
    return row !== undefined && Math.abs(nowMs - numberOf(row, 'seen')) < SHOWN_FOR_MS;
  }

  /** Takes a place at the end, or shows the ticket for the one that is held; tickets that are void go. */
  stand(turn: Turn, scope: CapScope, name: string, nowMs: number): string {
    this.#statements.forget.run(nowMs - VOID_AFTER_MS, nowMs + VOID_AFTER_MS);
    const ticket = turn.ticket === null ? null : Number(turn.ticket);
    const urgent = turn.urgent ? 1 : 0;
    const { lastInsertRowid } = this.#statements.stand.run(ticket, scope, name, urgent, nowMs);
    return turn.ticket ?? String(lastInsertRowid);
  }

  leave(ticket: string): void {
    this.#statements.leave.run(Number(ticket));
  }
}

function prepare(database: Database) {
  return {
    forget: database.statement('DELETE FROM waiting WHERE seen < ? OR seen > ?'),
    all: database.statement('SELECT ticket, scope, name, urgent, seen FROM waiting ORDER BY urgent DESC, ticket'),
    one: database.statement('SELECT seen FROM waiting WHERE ticket = ?'),
    stand: database.statement(
      `INSERT INTO waiting (ticket, scope, name, urgent, seen) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (ticket) DO UPDATE SET scope = excluded.scope, name = excluded.name, seen = excluded.seen`,
    ),
    leave: database.statement('DELETE FROM waiting WHERE ticket = ?'),
  };
}
