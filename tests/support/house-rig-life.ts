/** A whole life of a house that may be cut at any durable write, and what must be true of it afterwards in any case. */
import { worktreeStream } from '../../src/domain/event.ts';
import { LOG_FILE } from '../../src/domain/record-paths.ts';
import type { House } from './house-rig.ts';
import { Killed, Scissors } from './house-rig-kill.ts';
import type { HouseProcess } from './house-rig-process.ts';

export interface Life {
  /** A house in which this life is about to begin. */
  begin(): House | Promise<House>;
  /** What a process does in it; the one that comes after a dead one does the same. */
  live(here: HouseProcess, house: House): Promise<void>;
}

/** Lives to the end without a cut, and lists the points where it could have been cut. */
export async function undisturbed(life: Life): Promise<{ points: string[]; outcome: Outcome }> {
  const house = await life.begin();
  try {
    const scissors = new Scissors();
    const here = await house.start({ scissors });
    await life.live(here, house);
    return { points: [...scissors.points], outcome: outcomeOf(here, house) };
  } finally {
    house.close();
  }
}

/** Dies at one point, is found dead by another process, and is lived to the end by that one. */
export async function cutAt(point: number, life: Life): Promise<{ point: string; outcome: Outcome }> {
  const house = await life.begin();
  try {
    const scissors = new Scissors(point);
    const first = await house.start({ scissors });
    const ending = await life.live(first, house).then(
      () => 'nobody noticed',
      (error: unknown) => (error instanceof Killed ? 'killed' : error),
    );
    if (ending !== 'killed') throw new Error(`${scissors.points.at(-1)} was swallowed`, { cause: ending });
    first.die();
    const second = await house.start();
    await life.live(second, house);
    return { point: scissors.points.at(-1) ?? '', outcome: outcomeOf(second, house) };
  } finally {
    house.close();
  }
}

/** Everything that a kill must not change, and everything that it must not leave behind. */
export function outcomeOf(here: HouseProcess, house: House) {
  const { baton } = here.holder;
  const tip = house.integration();
  const log = house.store('show', `${tip}:${LOG_FILE}`).split('\n');
  const claims = baton.after(0).flatMap(({ event }) => (event.kind === 'claimed' ? [event] : []));
  const settled = here.ledger.rows().reduce((sum, row) => sum + (row.settled ?? 0), 0);
  return {
    board: here.board(),
    landings: house.landings().toSorted(),
    code: house.codeAt(),
    delivered: house.git('rev-parse', 'main') === tip,
    checkout: house.git('status', '--porcelain'),
    lanes: baton.lanes(),
    stillHeld: claims
      .map(claim => baton.read(worktreeStream(claim.worktree)).at(-1)?.event)
      .filter(event => event?.kind === 'held' && !house.dead.has(event.owner.pid)),
    worktrees: [...new Set(claims.map(claim => claim.worktree))],
    rowsTwice: log.filter((line, index) => line.startsWith('| 20') && log.indexOf(line) !== index),
    openReservations: here.ledger.rows().filter(row => row.settled === null).length,
    paysForAll: settled >= house.claude.billed(),
  };
}

export type Outcome = ReturnType<typeof outcomeOf>;
