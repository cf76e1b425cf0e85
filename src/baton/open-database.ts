/** Opens a state file or says why not. A file that is not wholly understood is never written to. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isFullDisk } from '../domain/full-disk.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { BatonFailure } from './baton.ts';
import { asUnavailable, Database, OWN_WAIT_MS, type Row } from './database.ts';
import { StateUnavailable, type UnavailableReason } from './state-unavailable.ts';

/** What tells our files from others, and from those of later versions. */
export interface Format {
  /** Kept in `PRAGMA application_id`; the baton and the ledger differ in it. */
  application: number;
  /** Kept in `PRAGMA user_version`. Raise it with every change of the schema or of an event's required fields. */
  version: number;
  schema: string;
}

/**
 * Opens or creates the file (folder 0700, file 0600) and hands the connection to `build`, which prepares its
 * statements there: a missing table is found at the door and not in the middle of the work.
 */
export function openDatabase<Store>(
  path: string,
  format: Format,
  build: (database: Database) => Store,
): Result<Store, BatonFailure> {
  const refusal = prepareFile(path);
  if (refusal) return fail(refusal);
  let database: Database | null = null;
  try {
    database = connect(path);
    const wrong = settleFormat(database, path, format);
    if (!wrong) return ok(build(database));
    database.close();
    return fail(wrong);
  } catch (error) {
    database?.close();
    return fail(asFailure(error, path));
  }
}

/** Makes the folder and an empty private file, and refuses what SQLite would silently start over. */
function prepareFile(path: string): BatonFailure | null {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // The log is measured first: a healthy file is written before its log, so this order cannot accuse one in the making.
    const orphanedLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) return { reason: 'state_damaged', path, detail: 'this is not a regular file' };
    if (orphanedLog && !found?.size) {
      return {
        reason: 'state_damaged',
        path,
        detail: `the file is empty or gone, but ${path}-wal still has changes to it`,
      };
    }
    if (!found) createPrivately(path);
    else if ((found.mode & 0o077) !== 0) chmodSync(path, 0o600);
    return null;
  } catch (error) {
    return { reason: isFullDisk(error) ? 'disk_full' : 'state_unwritable', path, detail: messageOf(error) };
  }
}

/**
 * Never opens a file that exists: closing any descriptor of a database drops all locks that this process holds on it,
 * also those of a connection that is in use.
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Another process was quicker; its file is as good.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function connect(path: string): Database {
  const { DatabaseSync: Connection } = loadSqlite();
  const connection: DatabaseSync = new Connection(path, { timeout: OWN_WAIT_MS });
  return new Database(path, connection);
}

/**
 * Loaded here and not by a static import, so that commands without state do not pay for it, and so that the one
 * notice Node 22 gives about its SQLite ("experimental", on every start) can be kept from people: `package.json`
 * fixes the range of Node versions for which this folder is tested.
 */
export function loadSqlite(): typeof import('node:sqlite') {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Looks before touching anything; only an empty file becomes ours. */
function settleFormat(database: Database, path: string, format: Format): BatonFailure | null {
  const wrong = judge(database, path, format);
  if (wrong) return wrong;
  shareAmongProcesses(database, path);
  if (!isEmpty(database)) return null;
  return database.transaction('full', () => {
    // Another process may have created everything while we waited for the lock.
    if (!isEmpty(database)) return judge(database, path, format);
    database.execute(format.schema);
    database.execute(`PRAGMA application_id = ${format.application}`);
    database.execute(`PRAGMA user_version = ${format.version}`);
    return null;
  });
}

function judge(database: Database, path: string, format: Format): BatonFailure | null {
  if (isEmpty(database)) return null;
  if (pragma(database, 'application_id') !== format.application) {
    return { reason: 'state_damaged', path, detail: 'this is a database of something else' };
  }
  const found = pragma(database, 'user_version');
  if (found > format.version) return { reason: 'newer_format', path, found, known: format.version };
  if (found === format.version) return null;
  return { reason: 'state_damaged', path, detail: `format ${found} was never released` };
}

function isEmpty(database: Database): boolean {
  const row = database.one(database.statement('SELECT count(*) AS count FROM sqlite_schema'));
  return row?.count === 0 && pragma(database, 'application_id') === 0 && pragma(database, 'user_version') === 0;
}

/** Write-ahead logging lets readers and one writer work at once; a file system that cannot do it is refused. */
function shareAmongProcesses(database: Database, path: string): void {
  const row: Row | undefined = database.one(database.statement('PRAGMA journal_mode = WAL'));
  if (row?.journal_mode !== 'wal') {
    throw new StateUnavailable('unwritable', path, 'this file system cannot share a database between processes');
  }
  // On macOS an ordinary sync leaves the data in the drive's cache; elsewhere this changes nothing.
  database.execute('PRAGMA fullfsync = ON');
}

function pragma(database: Database, name: 'application_id' | 'user_version'): number {
  const value = database.one(database.statement(`PRAGMA ${name}`))?.[name];
  return typeof value === 'number' ? value : 0;
}

const AT_THE_DOOR: Partial<Record<UnavailableReason, 'state_damaged' | 'disk_full'>> = {
  damaged: 'state_damaged',
  disk_full: 'disk_full',
};

/** Whatever SQLite says about a file at the door is about that file: there is no statement of a caller in it yet. */
function asFailure(error: unknown, path: string): BatonFailure {
  const named = asUnavailable(error, path);
  if (!(named instanceof StateUnavailable)) return { reason: 'state_damaged', path, detail: messageOf(error) };
  return { reason: AT_THE_DOOR[named.reason] ?? 'state_unwritable', path, detail: named.detail };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
