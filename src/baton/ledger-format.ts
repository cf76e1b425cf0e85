/** The tables of the ledger. */
import type { Format } from './open-database.ts';

/** `standings` holds the sums of `reservations`, changed in the same transactions, so that a cap check reads four rows. */
export const LEDGER_FORMAT: Format = {
  application: 0x6b6c6202,
  version: 2,
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
      tokens INTEGER NOT NULL CHECK (tokens >= 0),
      settled INTEGER CHECK (settled >= 0),
      usage TEXT,
      assumed INTEGER NOT NULL DEFAULT 0,
      logged TEXT
    ) STRICT;
    CREATE INDEX reservations_of_day ON reservations (day);
    CREATE INDEX reservations_of_week ON reservations (week);
    CREATE INDEX reservations_of_plan ON reservations (repository, plan);
    CREATE INDEX open_reservations ON reservations (owner) WHERE settled IS NULL;
    CREATE TABLE standings (
      scope TEXT NOT NULL,
      name TEXT NOT NULL,
      settled INTEGER NOT NULL,
      open INTEGER NOT NULL,
      PRIMARY KEY (scope, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE waiting (
      ticket INTEGER PRIMARY KEY AUTOINCREMENT,
      scope TEXT NOT NULL,
      name TEXT NOT NULL,
      urgent INTEGER NOT NULL,
      seen INTEGER NOT NULL
    ) STRICT;
  `,
};
