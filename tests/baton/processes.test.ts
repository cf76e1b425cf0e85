import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Baton } from '../../src/baton/baton.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import type { Stored } from '../../src/domain/event.ts';
import { answerOf, type Child, runTogether, startChild } from '../support/baton-processes.ts';
import { successOf, temporaryFolder } from '../support/baton-samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'kleiber', 'state.db');
});

afterEach(() => folder.remove());

function withBaton<Value>(look: (baton: Baton) => Value): Value {
  const baton = successOf(openBaton(path));
  const value = look(baton);
  baton.close();
  return value;
}

const byNumber = (a: number, b: number): number => a - b;

test('four processes that race for 2,000 tasks in the same order get each task once', async () => {
  const wins = (await runTogether('race', path, 4)) as string[][];
  const log = withBaton(baton => baton.after(0));
  expect(wins.flat().toSorted()).toEqual(Array.from({ length: 2000 }, (_, index) => `task/t${index}`).toSorted());
  expect(log.map(stored => stored.stream).toSorted()).toEqual(wins.flat().toSorted());
  expect(log.map(stored => stored.position)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
});

/** The most conversations that were open at once, from nothing but the order of what happened. */
function mostOpen(log: Stored[]): number {
  let open = 0;
  return Math.max(
    ...log.map(stored => {
      open += stored.event.kind === 'claimed' ? 1 : -1;
      return open;
    }),
  );
}

test('a lane for two never holds three, whatever four processes do', async () => {
  await runTogether('lanes', path, 4);
  const { log, left } = withBaton(baton => ({ log: baton.after(0), left: baton.lanes() }));
  expect({ isKept: mostOpen(log) <= 2, events: log.length, left }).toEqual({ isKept: true, events: 800, left: [] });
});

test('eight processes create the state at once and each of them can write', async () => {
  expect(await runTogether('create', path, 8)).toEqual(Array.from({ length: 8 }, () => 'appended'));
  expect(withBaton(baton => baton.position())).toBe(8);
});

/** Lets a writer run until it has acknowledged so many events, kills it, and returns the last that it acknowledged. */
async function killAfter(writer: Child, acknowledged: number): Promise<number> {
  const ended = once(writer.process, 'close');
  writer.process.stdin?.write('go');
  for (let count = 0; count < acknowledged; count += 1) await answerOf(writer);
  writer.process.kill('SIGKILL');
  await ended;
  return lastAnswer(writer);
}

/** The last of the answers that are still unread. */
async function lastAnswer(writer: Child): Promise<number> {
  let last = 0;
  for (let line = await writer.lines.next(); !line.done; line = await writer.lines.next()) last = Number(line.value);
  return last;
}

test('a writer killed again and again leaves a whole log with everything it had acknowledged', async () => {
  let total = 0;
  for (const acknowledged of [2, 3, 40, 7, 150, 11, 300]) {
    total += acknowledged;
    const last = await killAfter(await startChild('write', path), acknowledged);
    const { seqs, lanes, damaged } = withBaton(baton => ({
      seqs: baton.read('task/written').map(stored => stored.seq),
      lanes: baton.lanes().length,
      damaged: baton.damaged(),
    }));
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(Math.max(total, last));
    // Odd events open the lane and even ones close it, in the same transaction.
    expect({ lanes, damaged }).toEqual({ lanes: seqs.length % 2, damaged: [] });
  }
});

test('a disk that is full ends the writer with a named exception and keeps what was acknowledged', async () => {
  const writer = await startChild('write', path, { fileBlocks: 400 });
  const ended = once(writer.process, 'close');
  writer.process.stdin?.write('go');
  const last = await lastAnswer(writer);
  await ended;
  expect(writer.errors()).toMatch(/StateUnavailable: .*state\.db: (no room for what is to be written|disk I\/O error)/);
  expect(withBaton(baton => baton.read('task/written').length)).toBe(last);
});

test('eight processes that reserve under one cap fill it exactly', async () => {
  const granted = (await runTogether('reserve', path, 8)) as number[];
  const ledger = successOf(openLedger(path));
  const rows = ledger.rows();
  ledger.close();
  const all = Array.from({ length: 142 }, (_, index) => index + 1);
  expect(granted.reduce((sum, count) => sum + count, 0)).toBe(142);
  expect(rows.map(row => Number(row.reservation)).toSorted(byNumber)).toEqual(all);
  expect(rows.every(row => row.reserved === 7 && (row.settled === null || row.settled === 7))).toBe(true);
});
