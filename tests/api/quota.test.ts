/** The money of the account is used up while twenty conversations run: one answer is enough for all, and nothing is done twice. */
import '../support/journey-patience.ts';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { spendLimitReached } from '../../src/rehearsal/faults.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { say, submit, type Turn, textOf, turnsSoFar, write } from '../support/journey-models.ts';
import { ApiHouse, openReservations, settledBy } from './api-house.ts';

let day: ApiHouse;
afterEach(() => day.close());

const IDS = Array.from({ length: 20 }, (_, index) => `part-${String(index + 1).padStart(2, '0')}`);
const FIRST = IDS[0] ?? '';
const turnsOf = (id: string): readonly Turn[] => [
  [say('I write it.'), write(`src/backend/${id}.txt`, `${id}\n`)],
  [submit('written')],
];
const TASKS = Object.fromEntries(IDS.map(id => [id, turnsOf(id)]));
const CONFIG = {
  lanes: { opus: 8, sonnet: 32, haiku: 64 },
  budget: { plan_usd: 1000, day_usd: 1000, guard_usd: 1000 },
};

const idOf = (request: MessagesRequest): string =>
  /^id: (\S+)$/m.exec(textOf(request.messages[0]?.content))?.[1] ?? 'a review';

/** One attempt of every task, all at once. */
const workers = (here: HouseProcess) => here.attempt({ concurrency: IDS.length });

/** Conversations that were charged for the same turn more than once. */
function paidTwice(): string[] {
  const paid = day.server
    .exchanges()
    .filter(({ reply }) => reply !== null)
    .map(({ body }) => JSON.stringify((body as MessagesRequest).messages));
  return paid.filter((turn, index) => paid.indexOf(turn) !== index);
}

/** How many requests were made for the work of the tasks. */
const asked = (): number =>
  day.server.exchanges().filter(({ body }) => IDS.includes(idOf(body as MessagesRequest))).length;

test('a quota answer makes no further call, and the next run goes on with every conversation', async () => {
  let isUsedUp = true;
  const waiting = new Set<string>();
  let here: HouseProcess;
  const isTold = (): boolean => here.told(FIRST).at(-1) === 'ended';
  day = await ApiHouse.open(TASKS, {
    config: CONFIG,
    faults: request => (isUsedUp && turnsSoFar(request) > 0 ? spendLimitReached() : null),
    // The first task is answered once all others have asked, and they once it was told that there is no more money.
    before: async request => {
      waiting.add(idOf(request));
      const isReady = (): boolean => (idOf(request) === FIRST ? IDS.every(id => waiting.has(id)) : isTold());
      while (isUsedUp && !isReady()) await turnOfTheLoop();
    },
  });
  here = await day.start();

  const { halted, attempts } = await workers(here);
  expect({ halted: halted?.reason, attempts, asked: asked() }).toEqual({
    halted: 'spend_limit',
    attempts: 20,
    asked: 21,
  });
  expect(IDS.map(id => here.state(id).attempts[0]?.outcome)).toEqual(IDS.map(() => 'interrupted'));
  expect(IDS.map(id => here.state(id).strikes)).toEqual(IDS.map(() => []));
  expect([openReservations(here), settledBy(here)]).toEqual([0, day.billed()]);

  isUsedUp = false;
  await workers(here);
  expect(asked()).toBe(21 + IDS.length);
  expect([paidTwice(), day.refusals()]).toEqual([[], []]);
  expect(IDS.map(id => here.state(id).submission?.attempt)).toEqual(IDS.map(() => 2));
}, 120_000);
