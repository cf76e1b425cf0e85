/** What the child processes of the baton's tests do: `node baton-child.ts <role> <path> [user]`, at the sign of a byte on stdin. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { AT, claimed, ended, OWNER, PURPOSE, successOf } from './baton-samples.ts';

const say = (value: unknown) => writeSync(1, `${JSON.stringify(value)}\n`);
const owner = { ...OWNER, pid: process.pid };

async function starting<Store>(open: () => Store): Promise<Store> {
  const store = open();
  say('ready');
  await once(process.stdin, 'data');
  return store;
}

/** Claims every one of 2,000 tasks, all racers in the same order. */
async function race(path: string): Promise<string[]> {
  const baton = await starting(() => successOf(openBaton(path)));
  const streams = Array.from({ length: 2000 }, (_, index) => `task/t${index}`);
  return streams.filter(stream => baton.append({ stream, seq: 1, event: claimed(1, owner), at: AT }) === 'appended');
}

/** Opens and closes a conversation a hundred times, in a lane that holds two. */
async function lanes(path: string): Promise<'done'> {
  const baton = await starting(() => successOf(openBaton(path)));
  const opensLane = { tier: 'haiku', limit: 2, owner } as const;
  for (let task = 0; task < 100; task += 1) {
    const stream = `task/p${process.pid}-${task}`;
    while (baton.append({ stream, seq: 1, event: claimed(1, owner), at: AT, opensLane }) === 'lane_full');
    baton.append({ stream, seq: 2, event: ended(), at: AT, closesLane: true });
  }
  return 'done';
}

/** Creates the state together with others and writes one event. */
async function create(path: string): Promise<string> {
  await starting(() => null);
  const opened = openBaton(path);
  if (!opened.ok) return opened.failure.reason;
  return opened.value.append({ stream: `task/p${process.pid}`, seq: 1, event: claimed(), at: AT });
}

/** Appends until it is killed, and says after each append how far it is. */
async function write(path: string): Promise<never> {
  const baton = await starting(() => successOf(openBaton(path)));
  for (let seq = baton.read('task/written').length + 1; ; seq += 1) {
    const lane =
      seq % 2 === 1 ? { opensLane: { tier: 'haiku', limit: 1, owner: OWNER } as const } : { closesLane: true };
    baton.append({ stream: 'task/written', seq, event: seq % 2 === 1 ? claimed(seq) : ended(seq), at: AT, ...lane });
    say(seq);
  }
}

/** Reserves 7 at a time under one cap of 1,000, settling every other one in full, until the cap denies. */
async function reserve(path: string): Promise<number> {
  const ledger = await starting(() => successOf(openLedger(path)));
  for (let granted = 0; ; granted += 1) {
    const when = { at: AT, day: '2026-11-21', week: '2026-W47', owner };
    const outcome = ledger.reserve(PURPOSE, when, { ticket: null, urgent: false }, ({ day }) =>
      day.settled + day.open + 7 > 1000
        ? { kind: 'denied', scope: 'day' }
        : { kind: 'granted', reserve: 7, tokens: 0, grant: null },
    );
    if (outcome.kind !== 'granted') return granted;
    if (granted % 2 === 0) ledger.settleInFull(outcome.reservation);
  }
}

const ROLES = { race, lanes, create, write, reserve };

const [role, path, user] = process.argv.slice(2);
// Only now, because that user may not be allowed to read the programs that had to be loaded.
if (user) process.setuid?.(Number(user));
const part = Object.entries(ROLES).find(([name]) => name === role)?.[1];
if (!part || path === undefined) throw new Error('usage: baton-child.ts <role> <path>');
say(await part(path));
process.stdin.destroy();
