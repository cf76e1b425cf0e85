/** What breaks in a run is told once nothing else goes on any more, and what broke first is what is told. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { besideTheTicks } from '../../src/conductor/beside.ts';
import { conduct } from '../../src/conductor/conduct.ts';
import { allEnded } from '../../src/domain/all-ended.ts';
import { LEAD_STREAM } from '../../src/domain/event.ts';
import { House } from '../support/house-rig.ts';

const NEVER = new AbortController().signal;

async function endingIn(turns: number, end: () => string): Promise<string> {
  for (let turn = 0; turn < turns; turn++) await turnOfTheLoop();
  return end();
}

const broken = (words: string) => (): never => {
  throw new Error(words);
};

describe('work side by side', () => {
  test('ends with all values in their order', async () => {
    expect(await allEnded([endingIn(2, () => 'slow'), endingIn(0, () => 'quick')])).toEqual(['slow', 'quick']);
  });

  test('that breaks is heard of at once, and told when all of it has ended, with what broke first', async () => {
    const seen: string[] = [];
    const noted = (words: string) => () => {
      seen.push(words);
      return words;
    };
    const work = [endingIn(3, noted('ended')), endingIn(2, broken('second')), endingIn(1, broken('first'))];
    await expect(allEnded(work, noted('heard'))).rejects.toThrow('first');
    expect(seen).toEqual(['heard', 'ended']);
  });
});

describe('a conductor that breaks', () => {
  let house: House;
  afterEach(() => house.close());

  test('waits for the conversations beside it, lets go of the lead, and tells what broke first', async () => {
    house = new House();
    const here = await house.start();
    const beside = besideTheTicks(4);
    const seen: string[] = [];
    await beside.begin('breaks too', () => endingIn(2, broken('of a conversation')).then(() => true));
    await beside.begin('goes on', () => endingIn(5, () => 'x').then(() => seen.push('ended') > 0));
    const record = { ...here.conductor.record, removeLeftovers: broken('of the conductor') };
    const conducting = conduct(
      { until: 'stopped', stopping: NEVER, killed: NEVER },
      { ...here.conductor, beside, record },
    );
    await expect(conducting).rejects.toThrow('of the conductor');
    expect(seen).toEqual(['ended']);
    expect(here.holder.baton.read(LEAD_STREAM).map(({ event }) => event.kind)).toEqual(['held', 'let_go']);
  });
});
