/**
 * A cache file of rows on SQLite: what was found in task files and events, in an order in which a little of it can be
 * asked for and changed. It belongs to whoever has it open, is never synced, and is thrown away whenever it is in doubt.
 */
import { rmSync } from 'node:fs';
import { numberOf, textOf } from './columns.ts';
import { asUnavailable, Database, OWN_WAIT_MS, type Row } from './database.ts';
import { loadSqlite } from './open-database.ts';

/** Raise it with every change of the tables or of what stands in them. */
const FORMAT = 2;

const SCHEMA = `
  CREATE TABLE files (
    agent TEXT NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL, faults INTEGER NOT NULL, card TEXT,
    PRIMARY KEY (agent, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_by_name ON files (name);
  CREATE INDEX files_faulty ON files (faults) WHERE faults > 0;
  CREATE INDEX files_young ON files (stamp) WHERE stamp = '';
  CREATE TABLE briefs (born INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, brief TEXT NOT NULL) STRICT;
  CREATE TABLE needs (needed TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (needed, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX needs_by_id ON needs (id);
  CREATE TABLE tasks (id TEXT PRIMARY KEY, standing TEXT NOT NULL, place TEXT NOT NULL, cells TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE INDEX tasks_by_place ON tasks (standing, place);
  PRAGMA user_version = ${FORMAT};
`;

export interface ShelfPlace {
  agent: string;
  name: string;
  stamp: string;
}

/** One task on the screen. `place` orders the tasks of a standing. */
export interface ShelfTask {
  id: string;
  standing: string;
  place: string;
  cells: string;
}

export class Shelf {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Takes the file for this process alone, until `close`. Null when there is no such file, or none that can be used. */
  static open(path: string): Shelf | null {
    let database: Database | null = null;
    try {
      database = connect(path);
      database.execute('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      const version = database.one(database.statement('PRAGMA user_version'))?.user_version;
      if (version === FORMAT) return new Shelf(database);
    } catch {
      // Whatever is wrong with a cache is mended by making it anew.
    }
    database?.close();
    return null;
  }

  /** An empty one in place of what was there. */
  static create(path: string): Shelf {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
    const database = connect(path);
    database.execute(`PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; ${SCHEMA}`);
    return new Shelf(database);
  }

  /** Keeps everything and lets go. */
  commit(): void {
    this.#database.execute('COMMIT');
    this.#database.close();
  }

  /** Keeps nothing of what was changed since it was opened. */
  abandon(): void {
    this.#database.close();
  }

  /** Stamps by file name. One text for all of them: thousands of rows would each become an object. */
  stampsOf(agent: string): Map<string, string> {
    const sql = "SELECT coalesce(group_concat(name || '/' || stamp), '') AS list FROM files WHERE agent = ?";
    const [list = ''] = this.#texts(sql, 'list', agent);
    return new Map(list === '' ? [] : list.split(',').map(splitAtSlash));
  }

  /** The names alone, which need no map. */
  namesOf(agent: string): string[] {
    const sql = "SELECT coalesce(group_concat(name, '/'), '') AS list FROM files WHERE agent = ?";
    const [list = ''] = this.#texts(sql, 'list', agent);
    return list === '' ? [] : list.split('/');
  }

  stampOf(agent: string, name: string): string | null {
    return this.#texts('SELECT stamp FROM files WHERE agent = ? AND name = ?', 'stamp', agent, name)[0] ?? null;
  }

  putFile(agent: string, name: string, stamp: string, faults: number, card: string | null): void {
    this.#run('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)', agent, name, stamp, faults, card);
  }

  dropFile(agent: string, name: string): void {
    this.#run('DELETE FROM files WHERE agent = ? AND name = ?', agent, name);
  }

  /** The cards of all files of this name, in the order of their agents. */
  cardsNamed(name: string): string[] {
    return this.#texts('SELECT card FROM files WHERE name = ? AND card IS NOT NULL ORDER BY agent', 'card', name);
  }

  faults(): number {
    return numberOf(this.#all('SELECT total(faults) AS sum FROM files WHERE faults > 0')[0] ?? { sum: 0 }, 'sum');
  }

  /** Files that nobody can rely on: the faulty ones, and those that were too young to get a stamp. */
  unsure(limit: number): ShelfPlace[] {
    const faulty = this.#all('SELECT agent, name, stamp FROM files WHERE faults > 0 LIMIT ?', limit);
    const young = this.#all("SELECT agent, name, stamp FROM files WHERE stamp = '' LIMIT ?", limit);
    return [...faulty, ...young].map(placeOf);
  }

  /** The files of the first tasks of a standing. */
  filesOf(standing: string, limit: number): ShelfPlace[] {
    const sql = `SELECT agent, name, stamp FROM tasks JOIN files ON name = tasks.id || '.md'
      WHERE standing = ? ORDER BY place LIMIT ?`;
    return this.#all(sql, standing, limit).map(placeOf);
  }

  brief(id: string): { born: number; brief: string } | null {
    const row = this.#all('SELECT born, brief FROM briefs WHERE id = ?', id)[0];
    return row === undefined ? null : { born: numberOf(row, 'born'), brief: textOf(row, 'brief') };
  }

  putBrief(id: string, brief: string): void {
    this.#run(
      'INSERT INTO briefs (id, brief) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET brief = excluded.brief',
      id,
      brief,
    );
  }

  dependents(id: string): string[] {
    return this.#texts('SELECT id FROM needs WHERE needed = ?', 'id', id);
  }

  /** Beside what it has needed so far. */
  addNeeds(id: string, needed: readonly string[]): void {
    for (const other of needed) this.#run('INSERT OR IGNORE INTO needs VALUES (?, ?)', other, id);
  }

  dropNeeds(id: string): void {
    this.#run('DELETE FROM needs WHERE id = ?', id);
  }

  putTask({ id, standing, place, cells }: ShelfTask): void {
    this.#run('INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?)', id, standing, place, cells);
  }

  dropTask(id: string): void {
    this.#run('DELETE FROM tasks WHERE id = ?', id);
  }

  counts(): Map<string, number> {
    const rows = this.#all('SELECT standing, count(*) AS count FROM tasks GROUP BY standing');
    return new Map(rows.map(row => [textOf(row, 'standing'), numberOf(row, 'count')]));
  }

  /** The first tasks of these standings together, in their order. */
  first(standings: readonly string[], limit: number): { id: string; cells: string }[] {
    const marks = standings.map(() => '?').join(', ');
    const sql = `SELECT id, cells FROM tasks WHERE standing IN (${marks}) ORDER BY place LIMIT ?`;
    return this.#all(sql, ...standings, limit).map(row => ({ id: textOf(row, 'id'), cells: textOf(row, 'cells') }));
  }

  /** All cards and all briefs, in the order of the board. */
  everything(): { cards: string[]; briefs: string[] } {
    return {
      cards: this.#texts('SELECT card FROM files WHERE card IS NOT NULL ORDER BY agent, name', 'card'),
      briefs: this.#texts('SELECT brief FROM briefs ORDER BY born', 'brief'),
    };
  }

  #all(sql: string, ...parameters: (string | number | null)[]) {
    return this.#database.all(this.#database.statement(sql), ...parameters);
  }

  #texts(sql: string, column: string, ...parameters: (string | number | null)[]): string[] {
    return this.#all(sql, ...parameters).map(row => textOf(row, column));
  }

  #run(sql: string, ...parameters: (string | number | null)[]): void {
    this.#database.all(this.#database.statement(sql), ...parameters);
  }
}

/** Neither a task's file name nor a stamp has a slash or a comma. */
const splitAtSlash = (entry: string): [name: string, stamp: string] => {
  const border = entry.indexOf('/');
  return [entry.slice(0, border), entry.slice(border + 1)];
};

const placeOf = (row: Row): ShelfPlace => ({
  agent: textOf(row, 'agent'),
  name: textOf(row, 'name'),
  stamp: textOf(row, 'stamp'),
});

function connect(path: string): Database {
  const { DatabaseSync: Connection } = loadSqlite();
  try {
    return new Database(path, new Connection(path, { timeout: OWN_WAIT_MS }));
  } catch (error) {
    throw asUnavailable(error, path);
  }
}
