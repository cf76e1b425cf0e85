/** The API on a bad day, from the wire to the record: each fault has one outcome, costs what it may cost, and loses no work. */
import '../support/journey-patience.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScriptedBlock } from '../../src/rehearsal/compose-reply.ts';
import {
  customerSpendLimitReached,
  type Fault,
  type Faults,
  overloaded,
  rateLimited,
  type StatusFault,
  serverError,
  spendLimitReached,
  unauthorized,
} from '../../src/rehearsal/faults.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { say, submit, type Turn, write } from '../support/journey-models.ts';
import { ApiHouse, openReservations, settledBy } from './api-house.ts';

/** One house for all faults; each is met by a task of its own. */
let day: ApiHouse;
let here: HouseProcess;
let id = '';

beforeAll(async () => {
  day = await ApiHouse.open(
    {},
    { config: { budget: { task_usd: 100, day_usd: 1000, week_usd: 1000, guard_usd: 1000 } } },
  );
  here = await day.start();
}, 60_000);
afterAll(() => day.close());

const FILE = 'src/backend/greet.txt';
const TURNS: readonly Turn[] = [[say('I write it.'), write(FILE, 'hello\n')], [submit('written')]];

const status = (code: number, type: string, message: string, errorCode?: string): StatusFault => ({
  kind: 'status',
  status: code,
  type,
  message,
  ...(errorCode === undefined ? {} : { errorCode }),
});

interface Outcome {
  /** How the attempt ended, in the words of its last event. */
  end: string;
  requests: number;
  /** Why the whole run stopped, if it did. */
  halted: string | null;
  /** The ledger against the bill: equal, or more where nobody can know what was billed. */
  money: 'exact' | 'more than billed';
  waitedMs: number[];
}

let tasks = 0;

/** A new task in front of these faults, with a client that knows nothing of those before. */
async function face(faults: Faults, turns = TURNS, idleMs = 120_000): Promise<void> {
  id = `task-${++tasks}`;
  day.add(id, turns);
  day.meet(faults);
  day.waitedMs.length = 0;
  await day.connect(here, idleMs);
}

async function outcomeOf(faults: Faults, turns = TURNS, idleMs = 120_000): Promise<Outcome> {
  await face(faults, turns, idleMs);
  const before = { requests: day.requests(), settled: settledBy(here), billed: day.billed() };
  const { halted } = await here.attempt();
  expect([day.refusals(), openReservations(here)]).toEqual([[], 0]);
  const [settled, billed] = [settledBy(here) - before.settled, day.billed() - before.billed];
  expect(settled).toBeGreaterThanOrEqual(billed);
  const end = endOf();
  if (end !== 'submitted') here.says(id, { kind: 'cancelled', by: 'Ada', reason: 'seen' });
  return {
    end,
    requests: day.requests() - before.requests,
    halted: halted?.reason ?? null,
    money: settled === billed ? 'exact' : 'more than billed',
    waitedMs: [...day.waitedMs],
  };
}

function endOf(): string {
  const kind = here.told(id).at(-1);
  if (kind === 'blocked') return `blocked: ${here.last(id, 'blocked').blocker.type}`;
  if (kind !== 'ended') return String(kind);
  const { end, strike } = here.last(id, 'ended');
  return `ended: ${end.reason}${strike ? ', a strike' : ''}`;
}

const once = (fault: Fault): Faults => [fault];
const always =
  (fault: Fault): Faults =>
  () =>
    fault;
const GOOD: Outcome = { end: 'submitted', requests: 2, halted: null, money: 'exact', waitedMs: [] };
/** Tried again, once, after half a second at least. */
const AGAIN: Outcome = { ...GOOD, requests: 3, waitedMs: [500] };
const NOT_CHARGED: Outcome = { ...AGAIN, money: 'more than billed' };
const CUT: Outcome = { ...AGAIN, money: 'more than billed' };
const GIVEN_UP: Outcome = {
  end: 'ended: interrupted',
  requests: 4,
  halted: null,
  money: 'exact',
  waitedMs: [500, 1000, 2000],
};
const STOPPED: Outcome = { end: 'ended: interrupted', requests: 1, halted: null, money: 'exact', waitedMs: [] };

describe('an error instead of a reply', () => {
  test.each<[string, Faults, Outcome]>([
    ['nothing goes wrong', [], GOOD],
    ['429 with a retry-after waits as long as it says', once(rateLimited(7)), { ...AGAIN, waitedMs: [7000] }],
    ['429 without one waits a little', once(status(429, 'rate_limit_error', 'slow down')), AGAIN],
    [
      '429 again and again gives the task back, and no one is to blame',
      always(rateLimited(1)),
      { ...GIVEN_UP, waitedMs: [1000, 1000, 1000] },
    ],
    ['529 is tried again', once(overloaded()), AGAIN],
    [
      'a storm of 529 that ends in time',
      [overloaded(), overloaded(), overloaded()],
      { ...GOOD, requests: 5, waitedMs: [500, 1000, 2000] },
    ],
    ['a storm of 529 that does not end', always(overloaded()), GIVEN_UP],
    ['500 is tried again', once(serverError()), AGAIN],
    ['500 again and again', always(serverError()), GIVEN_UP],
    ['504 has lost an answer that may be billed', once(status(504, 'timeout_error', 'gateway timeout')), NOT_CHARGED],
    ['401 stops the run', once(unauthorized()), { ...STOPPED, halted: 'unauthorized' }],
    ['401 in the middle stops the run', [null, unauthorized()], { ...STOPPED, requests: 2, halted: 'unauthorized' }],
    ['403 stops the run', once(status(403, 'permission_error', 'not yours')), { ...STOPPED, halted: 'unauthorized' }],
    [
      'a spend limit dressed as 429 stops the run at once',
      once(spendLimitReached()),
      { ...STOPPED, halted: 'spend_limit' },
    ],
    ['the customer’s own limit, a 400, too', once(customerSpendLimitReached()), { ...STOPPED, halted: 'spend_limit' }],
    [
      '402 too',
      once(status(402, 'billing_error', 'Your credit balance is too low')),
      { ...STOPPED, halted: 'spend_limit' },
    ],
    [
      '404 for the model stops the run',
      once(status(404, 'not_found_error', 'model: claude-none')),
      { ...STOPPED, end: 'ended: model_unavailable', halted: 'unknown_model' },
    ],
    [
      '400 is our fault and is not sent again',
      once(status(400, 'invalid_request_error', 'messages: no')),
      { ...STOPPED, end: 'ended: model_unavailable' },
    ],
    ['413 too', once(status(413, 'request_too_large', 'too large')), { ...STOPPED, end: 'ended: model_unavailable' }],
  ])('%s', async (_what, faults, expected) => {
    expect(await outcomeOf(faults)).toEqual(expected);
  });
});

/** The work of the turns before is in a commit, whatever the end was. */
test('a key that is refused in the middle leaves the work in a commit', async () => {
  await outcomeOf([null, unauthorized()]);
  const kept = day.house.store('rev-parse', `refs/kleiber/checkpoint/${id}/a1`);
  expect(day.house.store('show', `${kept}:${FILE}`)).toBe('hello');
});

test('a run that is stopped while its lane waits makes no further request', async () => {
  await face(always(rateLimited(300)));
  const before = day.requests();
  const person = new AbortController();
  day.onWait = () => person.abort();
  await here.attempt({ stopping: person.signal });
  day.onWait = () => undefined;
  expect([day.requests() - before, endOf(), openReservations(here)]).toEqual([1, 'ended: interrupted', 0]);
  here.says(id, { kind: 'cancelled', by: 'Ada', reason: 'seen' });
});

describe('a reply that does not arrive', () => {
  test.each<[string, Fault, number]>([
    ['the connection is reset before it was billed', { kind: 'reset', billed: false }, 3],
    ['the connection is reset after it was billed', { kind: 'reset', billed: true }, 3],
    ['garbage in the stream', { kind: 'garbage', afterEvents: 3 }, 3],
    ['no end of the message', { kind: 'no_message_stop' }, 3],
    ['no word about usage', { kind: 'no_usage' }, 3],
    ['an error event before anything', { kind: 'error_event', afterEvents: 1, type: 'api_error', message: 'x' }, 3],
    ['an overload in the middle', { kind: 'error_event', afterEvents: 4, type: 'overloaded_error', message: 'x' }, 3],
  ])('%s: sent again, and its reservation counts as spent', async (_what, fault, requests) => {
    expect(await outcomeOf(once(fault))).toEqual({ ...CUT, requests });
  });

  test.each<[string, Fault]>([
    ['headers that never come', { kind: 'hang', billed: true }],
    ['a stream that is silent from the start', { kind: 'stall', afterEvents: 0 }],
    ['a stream that falls silent', { kind: 'stall', afterEvents: 5 }],
  ])('%s: given up after the silence, sent again', async (_what, fault) => {
    expect(await outcomeOf(once(fault), TURNS, 400)).toEqual(CUT);
  });

  test('a network that is down all the time is tried four times and stops the run', async () => {
    expect(await outcomeOf(always({ kind: 'reset', billed: false }))).toEqual({
      ...GIVEN_UP,
      halted: 'unreachable',
      money: 'more than billed',
    });
  });

  /** The turn that is cut first writes, so a call taken from half a stream would be seen in the file. */
  test('cut at every one of its events: sent again each time, and no half of a call is ever run', async () => {
    const MOST_EVENTS = 14;
    const text = (turn: number): string => `this is the text of turn ${turn}, long enough to come in several pieces\n`;
    const turns: Turn[] = Array.from({ length: MOST_EVENTS }, (_, turn): readonly ScriptedBlock[] => [
      say(`Turn ${turn}.`),
      write(`src/backend/${turn}.txt`, text(turn)),
    ]);
    const faults: Faults = (_request, number) =>
      number % 2 === 1 ? { kind: 'cut', afterEvents: (number - 1) / 2 } : null;
    const { end, requests } = await outcomeOf(faults, [...turns, [submit('all written')]]);
    expect({ end, requests }).toEqual({ end: 'submitted', requests: 2 * MOST_EVENTS + 2 });
    const { commit } = here.last(id, 'submitted');
    for (let turn = 0; turn < MOST_EVENTS; turn++)
      expect(day.house.store('show', `${commit}:src/backend/${turn}.txt`)).toBe(text(turn).trimEnd());
    expect(linesOnFile().filter(line => line === 'reply')).toHaveLength(MOST_EVENTS + 1);
  });
});

/** The kinds of lines of the task's transcript, in order. */
function linesOnFile(): string[] {
  const folder = join(day.house.root, 'transcripts');
  const texts = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'));
  const own = texts.find(text => text.includes(`id: ${id}\\n`)) ?? '';
  return own
    .trimEnd()
    .split('\n')
    .map(line => String(JSON.parse(line).line));
}

describe('a reply that arrives and is of no use', () => {
  const CALL_CUT: readonly Turn[] = [[write(FILE, 'x'.repeat(4000))], [submit('written')]];

  test.each<[string, Fault, readonly Turn[], Partial<Outcome>]>([
    [
      'a refusal waits for a person',
      { kind: 'refusal', category: 'cyber', explanation: 'no' },
      TURNS,
      { end: 'blocked: refusal', requests: 1 },
    ],
    [
      'a reply at the output limit is a strike, and its call is not run',
      { kind: 'max_tokens' },
      CALL_CUT,
      { end: 'ended: stuck, a strike', requests: 1 },
    ],
    [
      'a paused turn is sent back and goes on',
      { kind: 'pause_turn' },
      [[say('Hm.')], ...TURNS],
      { end: 'submitted', requests: 3 },
    ],
    [
      'a full context is handed over to a new conversation',
      { kind: 'context_exceeded' },
      TURNS,
      { end: 'ended: context_full', requests: 1 },
    ],
    [
      'another model than was asked is no reply, and no strike',
      { kind: 'other_model', model: 'claude-haiku-5-5' },
      TURNS,
      { end: 'ended: model_unavailable', requests: 1, money: 'more than billed' },
    ],
  ])('%s', async (_what, fault, turns, expected) => {
    const outcome = await outcomeOf(once(fault), turns);
    expect(outcome).toEqual({ ...GOOD, ...expected });
    if (outcome.end !== 'submitted') expect(writtenFiles()).toEqual([]);
  });
});

/** What the attempt has saved beside the first commit. */
const writtenFiles = (): string[] =>
  day.house
    .store('for-each-ref', `refs/kleiber/checkpoint/${id}`)
    .split('\n')
    .filter(line => line !== '');
