import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { answerOf, startChild } from '../support/baton-processes.ts';
import { successOf, temporaryFolder } from '../support/baton-samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'state.db');
});

afterEach(() => folder.remove());

function change(sql: string): void {
  const raw = new DatabaseSync(path);
  raw.exec(sql);
  raw.close();
}

/** What opening says, and whether the file is byte for byte what it was. */
function opening(): { failure: unknown; isUntouched: boolean } {
  const before = readFileSync(path);
  const opened = openBaton(path);
  if (opened.ok) opened.value.close();
  return { failure: opened.ok ? null : opened.failure, isUntouched: readFileSync(path).equals(before) };
}

test('the state of a later kleiber is refused and left alone', () => {
  successOf(openBaton(path)).close();
  change('PRAGMA user_version = 99');
  expect(opening()).toEqual({ failure: { reason: 'newer_format', path, found: 99, known: 1 }, isUntouched: true });
});

test('a file that is no database is refused and left alone', () => {
  writeFileSync(path, 'this is a note and not a database '.repeat(200));
  expect(opening()).toEqual({
    failure: { reason: 'state_damaged', path, detail: 'file is not a database' },
    isUntouched: true,
  });
});

test('a database whose pages are broken is refused and left alone', () => {
  successOf(openBaton(path)).close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 100, 4096));
  expect(opening()).toEqual({
    failure: { reason: 'state_damaged', path, detail: expect.any(String) },
    isUntouched: true,
  });
});

test('a database of another program is refused and left alone', () => {
  change('CREATE TABLE contacts (name TEXT)');
  expect(opening()).toEqual({
    failure: { reason: 'state_damaged', path, detail: 'this is a database of something else' },
    isUntouched: true,
  });
});

test('a ledger is not a baton, and a baton is not a ledger', () => {
  successOf(openLedger(path)).close();
  const other = join(folder.path, 'baton.db');
  successOf(openBaton(other)).close();
  const detail = 'this is a database of something else';
  expect([openBaton(path), openLedger(other)]).toEqual([
    { ok: false, failure: { reason: 'state_damaged', path, detail } },
    { ok: false, failure: { reason: 'state_damaged', path: other, detail } },
  ]);
});

test('a state with a table missing is refused at the door', () => {
  successOf(openBaton(path)).close();
  change('DROP TABLE lanes');
  expect(opening().failure).toEqual({ reason: 'state_damaged', path, detail: 'no such table: lanes' });
});

test('an emptied file whose changes still wait beside it is not started over', () => {
  writeFileSync(path, '');
  writeFileSync(`${path}-wal`, 'changes');
  expect(opening()).toEqual({
    failure: {
      reason: 'state_damaged',
      path,
      detail: `the file is empty or gone, but ${path}-wal still has changes to it`,
    },
    isUntouched: true,
  });
});

test('an empty file, left by a kill before the first write, becomes a state', () => {
  writeFileSync(path, '');
  const baton = successOf(openBaton(path));
  expect(baton.position()).toBe(0);
  baton.close();
});

test('a folder in the place of the file is refused', () => {
  mkdirSync(path);
  expect(openBaton(path)).toEqual({
    ok: false,
    failure: { reason: 'state_damaged', path, detail: 'this is not a regular file' },
  });
});

test('a place under a file cannot hold a state', () => {
  writeFileSync(path, '');
  const inside = join(path, 'state.db');
  expect(openBaton(inside)).toMatchObject({ ok: false, failure: { reason: 'state_unwritable', path: inside } });
});

test('a folder without the right to write is said to be unwritable', async () => {
  chmodSync(folder.path, 0o555);
  // Rights do not bind root, so root asks on behalf of a user who has none.
  const child = await startChild('create', path, process.getuid?.() === 0 ? { user: 65534 } : {});
  child.process.stdin?.write('go');
  expect(await answerOf(child)).toBe('state_unwritable');
});

test('a state that others could read is made private', () => {
  successOf(openBaton(path)).close();
  chmodSync(path, 0o644);
  successOf(openBaton(path)).close();
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
});

test('opening says nothing on the terminal and leaves later warnings audible', async () => {
  const emitWarning = process.emitWarning;
  successOf(openBaton(path)).close();
  expect(process.emitWarning).toBe(emitWarning);
  const child = await startChild('create', join(folder.path, 'quiet.db'));
  child.process.stdin?.write('go');
  expect([await answerOf(child), child.errors()]).toEqual(['appended', '']);
});
