/** What a person says to a task at work, with real processes: it takes no claim away, is heard once, and outlives a kill. */
import { afterEach, expect, test } from 'vitest';
import { taskStream } from '../../src/domain/event.ts';
import { House } from '../support/house-rig.ts';
import { type Asked, inTurn, type Said, submit, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
afterEach(() => house.close());

const NOTE = 'prices are in cents';
const FILE = 'src/backend/a.txt';
const write = (turn: number): Said => ({ calls: [['write', { path: FILE, content: `${turn}\n` }]] });

/** As a command of another process would write it. */
function tell(here: HouseProcess, text = NOTE): void {
  const { baton } = here.holder;
  const events = baton.read(taskStream('a'));
  const attempt = events.filter(({ event }) => event.kind === 'claimed').length;
  const event = { kind: 'told' as const, attempt, by: 'Ada', text };
  expect(baton.append({ stream: taskStream('a'), seq: events.length + 1, event, at: here.holder.at() })).toBe(
    'appended',
  );
}

const timesHeard = ({ heard }: Asked): number => heard.split(NOTE).length - 1;
/** How often the note stood in each request. */
const hearings = (): number[] => house.claude.asked.map(timesHeard);

test('a note that comes while the work is handed in takes nothing from it', async () => {
  house = new House();
  const other = await house.start();
  house.task('a', ({ turn }) => {
    if (turn === 1) tell(other);
    return turn === 0 ? write(turn) : { calls: [submit()] };
  });
  const here = await house.start();
  await here.toTheEnd();
  expect([hearings(), here.board()]).toEqual([[0, 0], { a: 'landed' }]);
});

test('a note of another process is heard with the next turn, and by whoever begins the task anew', async () => {
  house = new House({ check: tree => (tree(FILE) === 'wrong\n' ? 'red' : 'green') });
  const other = await house.start();
  const first = writes({ [FILE]: 'wrong\n' });
  house.task(
    'a',
    inTurn(
      asked => {
        if (asked.turn === 0) tell(other);
        return first(asked);
      },
      writes({ [FILE]: 'right\n' }),
    ),
  );
  const here = await house.start();
  await here.toTheEnd();
  expect([hearings(), here.board()]).toEqual([[0, 1, 1, 1], { a: 'landed' }]);
});

test('a kill with the request that tells it on its way neither loses the note nor tells it twice', async () => {
  house = new House();
  const other = await house.start();
  const first = await house.start();
  let requests = 0;
  house.claude.onTurn = () => {
    requests += 1;
    if (requests === 1) tell(other);
    if (requests === 2) first.die();
  };
  house.task('a', ({ turn }) => (turn < 2 ? write(turn) : { calls: [submit()] }));
  await first.ticks();
  await expect(first.attempt()).rejects.toThrow();
  const second = await house.start();
  await second.toTheEnd();
  expect([hearings(), second.board(), second.state('a').strikes]).toEqual([[0, 1, 1, 1], { a: 'landed' }, []]);
});
