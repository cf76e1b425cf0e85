/** One cap and many processes, each with the real meter and the real SDK on the embedded server: the cap holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { calendarOf } from '../../src/agent/meter.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { successOf, temporaryFolder } from '../support/baton-samples.ts';
import { smallestRequest } from '../support/spend-values.ts';

const SCRIPT = join(import.meta.dirname, '../support/spend-child.ts');
/** Some 5,000 tokens, which cost about half of the least that a request must be able to cost. */
const REPLY = 'One word after the other. '.repeat(800);

const folder = temporaryFolder();
const PROGRAM = join(folder.path, 'spend-child.mjs');

/** One file for all of them, or the beginnings would take most of the time. */
beforeAll(async () => {
  const bundle = await rolldown({ input: SCRIPT, platform: 'node' });
  await bundle.write({ file: PROGRAM, format: 'esm', codeSplitting: false });
});
let server: MessagesServer | null = null;
afterEach(async () => {
  await server?.close();
});
afterAll(() => folder.remove());

interface Worker {
  begin(): void;
  result: Promise<{ replies: number; ending: unknown }>;
}

/** A process that has opened the ledger and waits for the sign. */
async function startWorker(...words: string[]): Promise<Worker> {
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(folder.path, 'compiled') };
  const child = spawn(process.execPath, [PROGRAM, ...words], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    begin: () => child.stdin.write('go'),
    result: (async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error('a worker ended without an answer');
      if (child.exitCode === null) await once(child, 'exit');
      return JSON.parse(value) as { replies: number; ending: unknown }; // as the child writes it
    })(),
  };
}

/** The beginnings of 64 processes take most of a minute of two cores. */
const COUNTS = process.env.KLEIBER_FULL === '1' ? [1, 8, 64] : [1, 8];

test.each(COUNTS)(
  '%i processes spend one cap to its end and not a nano-dollar more',
  { timeout: 120_000 },
  async count => {
    server = await startMessagesServer({ answer: () => ({ content: [{ type: 'text', text: REPLY }] }) });
    const { day } = calendarOf(new Date());
    const smallest = smallestRequest(day);
    // Enough for more than a reply each, while a first reservation takes that of eight of them.
    const cap = (count + 8) * smallest;
    const path = join(folder.path, `${count}.db`);
    successOf(openLedger(path)).close();
    const { url } = server;
    const workers = await Promise.all(Array.from({ length: count }, () => startWorker(path, url, String(cap))));
    for (const worker of workers) worker.begin();
    const results = await Promise.all(workers.map(({ result }) => result));

    const ledger = successOf(openLedger(path));
    const rows = ledger.rows();
    ledger.close();
    const spent = rows.reduce((sum, row) => sum + (row.settled ?? Number.NaN), 0);
    expect(results.map(({ ending }) => ending)).toEqual(results.map(() => ({ kind: 'denied', scope: 'day' })));
    expect(spent).toBeLessThanOrEqual(cap);
    expect(spent + smallest).toBeGreaterThan(cap);
    expect(rows.length).toBe(results.reduce((sum, { replies }) => sum + replies, 0));
    expect(server.billed().replies).toBe(rows.length);
    // Served in the order in which they came, so nobody goes without.
    expect(Math.min(...results.map(({ replies }) => replies))).toBeGreaterThan(0);
  },
);
